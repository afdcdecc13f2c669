import { expect } from 'chai';
import { flagOf, instanceOf, startedBy, type Component } from '#facts/control-plane.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import type { Container } from '#model/pod.ts';

type Started = { readonly component: Component; readonly flags: readonly string[] | undefined } | undefined;

interface Case {
  readonly name: string;
  readonly container: Omit<Container, 'name'>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly expected: Started;
}

const sh = (script: string): Omit<Container, 'name'> => ({ command: ['sh', '-c', script] });

const CASES: readonly Case[] = [
  {
    name: 'the command names it',
    container: { command: ['/usr/local/bin/kube-apiserver', '--a=b'] },
    expected: { component: 'kube-apiserver', flags: ['--a=b'] },
  },
  {
    name: 'command and args are one list',
    container: { command: ['etcd', '--a'], args: ['b', '--c'] },
    expected: { component: 'etcd', flags: ['--a', 'b', '--c'] },
  },
  {
    name: 'a name in another place does not count',
    container: { command: ['kubectl', 'exec', 'etcd'] },
    expected: undefined,
  },
  { name: 'a name that only begins so', container: { command: ['etcd-backup'] }, expected: undefined },
  {
    name: 'hyperkube starts what its first word says',
    container: { command: ['/hyperkube', 'kube-scheduler', '--a'] },
    expected: { component: 'kube-scheduler', flags: ['--a'] },
  },
  { name: 'hyperkube alone', container: { command: ['hyperkube'] }, expected: undefined },
  {
    name: 'wrappers are passed over with their options',
    container: { command: ['/go-runner', '--log-file=/var/log/x', '--also-stdout', 'kube-controller-manager', '--a'] },
    expected: { component: 'kube-controller-manager', flags: ['--a'] },
  },
  {
    name: 'one wrapper in another, each with its end of options',
    container: { command: ['tini', '-g', '--', 'dumb-init', '--', 'etcd', '--a'] },
    expected: { component: 'etcd', flags: ['--a'] },
  },
  {
    name: 'a shell string',
    container: sh('exec kube-apiserver --a=b'),
    expected: { component: 'kube-apiserver', flags: ['--a=b'] },
  },
  {
    name: 'a shell string after options with values',
    container: { command: ['/bin/bash', '-e', '-o', 'pipefail', '-c', 'kube-apiserver --a'] },
    expected: { component: 'kube-apiserver', flags: ['--a'] },
  },
  {
    name: 'a shell string in bundled options and args',
    container: { command: ['/bin/sh', '-ec'], args: ['kube-apiserver --a'] },
    expected: { component: 'kube-apiserver', flags: ['--a'] },
  },
  { name: 'a shell without a string', container: { command: ['sh'] }, expected: undefined },
  {
    name: 'any command of a shell string, after assignments and exec',
    container: sh('set -e; GOMAXPROCS=2 exec -- etcd --a && echo done'),
    expected: { component: 'etcd', flags: ['--a'] },
  },
  {
    name: 'lines that go on after a backslash',
    container: sh('exec kube-apiserver \\\n  --a=b \\\n  --c'),
    expected: { component: 'kube-apiserver', flags: ['--a=b', '--c'] },
  },
  {
    name: 'operators inside quotes are words',
    container: sh(`kube-apiserver --a='x;y|z' "--b=1 && 2" --c`),
    expected: { component: 'kube-apiserver', flags: ['--a=x;y|z', '--b=1 && 2', '--c'] },
  },
  { name: 'a quoted text is no command', container: sh(`echo 'x; etcd --a'`), expected: undefined },
  {
    name: 'redirected streams',
    container: sh('kube-scheduler --a 2>&1 | tee /var/log/x'),
    expected: { component: 'kube-scheduler', flags: ['--a', '2>&1'] },
  },
  {
    name: 'a wrapper in a shell string',
    container: sh('exec tini -g -- kube-scheduler --a'),
    expected: { component: 'kube-scheduler', flags: ['--a'] },
  },
  { name: 'a shell string that names it elsewhere', container: sh('kubectl exec etcd -- ls'), expected: undefined },
  {
    name: 'no command: the label, with the args as flags',
    container: { args: ['--a'] },
    labels: { component: 'kube-apiserver' },
    expected: { component: 'kube-apiserver', flags: ['--a'] },
  },
  {
    name: 'no command: the old label',
    container: {},
    labels: { 'k8s-app': 'etcd' },
    expected: { component: 'etcd', flags: undefined },
  },
  {
    name: 'no command: the last segment of the image',
    container: { image: `registry.k8s.io:443/x/kube-scheduler:v1.36.0@sha256:${'0'.repeat(64)}` },
    expected: { component: 'kube-scheduler', flags: undefined },
  },
  {
    name: 'a label never overrules a command',
    container: { command: ['sleep', '1'], image: 'etcd' },
    labels: { component: 'kube-apiserver' },
    expected: undefined,
  },
  {
    name: 'an empty command is none',
    container: { command: [], args: ['--a'], image: 'etcd:3' },
    expected: { component: 'etcd', flags: ['--a'] },
  },
  { name: 'nothing says it', container: { image: 'nginx' }, labels: { component: 'web' }, expected: undefined },
];

const FLAGS: readonly {
  readonly name: string;
  readonly words: readonly string[];
  readonly expected: string | undefined;
}[] = [
  { name: 'with an equals sign', words: ['--f=v'], expected: 'v' },
  { name: 'as two words', words: ['--f', 'v'], expected: 'v' },
  { name: 'with one dash', words: ['-f=v'], expected: 'v' },
  { name: 'bare at the end', words: ['--f'], expected: 'true' },
  { name: 'bare before another', words: ['--f', '--g=1'], expected: 'true' },
  { name: 'the last one wins', words: ['--f=a', '--g', '--f=b'], expected: 'b' },
  { name: 'an empty value is none', words: ['--f=a', '--f='], expected: undefined },
  { name: 'a value with an equals sign', words: ['--f=a=b'], expected: 'a=b' },
  { name: 'a longer name is another flag', words: ['--ff=a', '--f-g=b'], expected: undefined },
  { name: 'a word without dashes is no flag', words: ['f=a', 'f'], expected: undefined },
  { name: 'not there', words: [], expected: undefined },
];

const apiServer = (metadata: Raw): Raw => ({ metadata, spec: { containers: [{ command: ['kube-apiserver'] }] } });

const PLACES: readonly { readonly name: string; readonly metadata: Raw; readonly expected: boolean }[] = [
  { name: 'in kube-system', metadata: { name: 'x', namespace: 'kube-system' }, expected: true },
  { name: 'in a namespace of OpenShift', metadata: { name: 'x', namespace: 'openshift-etcd' }, expected: true },
  { name: "in somebody's namespace", metadata: { name: 'x', namespace: 'kube-system-2' }, expected: false },
  { name: 'in a file that states no namespace', metadata: { name: 'x' }, expected: true },
  { name: 'in a file that states the default one', metadata: { name: 'x', namespace: 'default' }, expected: false },
];

describe('[unit] control plane', () => {
  for (const { name, container, labels = {}, expected } of CASES) {
    it(`recognised: ${name}`, () => {
      expect(startedBy({ name: 'c', ...container }, labels)).to.deep.equal(expected);
    });
  }

  for (const { name, words, expected } of FLAGS) {
    it(`flag: ${name}`, () => {
      expect(flagOf(words, 'f')).to.equal(expected);
    });
  }

  for (const { name, metadata, expected } of PLACES) {
    it(`instance ${name}: ${expected ? 'yes' : 'no'}`, () => {
      const instance = instanceOf(shrink('Pod', apiServer(metadata)), 'kube-apiserver', DEFAULT_PARAMETERS);
      expect(instance !== undefined).to.equal(expected);
    });
  }

  it('an instance says which container of the pod it is', () => {
    const pod = shrink('Pod', {
      metadata: { name: 'x', namespace: 'kube-system' },
      spec: { containers: [{ name: 'sidecar' }, { name: 'main', command: ['etcd', '--a'] }] },
    });
    expect(instanceOf(pod, 'etcd', DEFAULT_PARAMETERS)).to.deep.equal({
      component: 'etcd',
      flags: ['--a'],
      slot: { list: 'containers', at: 'spec.containers[1]', container: { name: 'main', command: ['etcd', '--a'] } },
    });
  });
});
