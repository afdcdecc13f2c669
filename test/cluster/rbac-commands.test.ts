/** The commands about rights, as a user runs them, on a real API server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../integration/cli/program.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';

const RBAC = 'rbac.authorization.k8s.io';

describe('[cluster] who-can, can-i, access and ask on a cluster', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let namespace: string;
  let account: string;
  const live = (): readonly string[] => ['--kubeconfig', plane.kubeconfig];

  before(async function () {
    plane = await sharedControlPlane(this);
    namespace = await newNamespace(plane, 'rights');
    account = `system:serviceaccount:${namespace}:web`;
    await plane.kubectl('create', 'serviceaccount', 'web', '-n', namespace);
    await plane.kubectl('create', 'role', 'reader', '-n', namespace, '--verb=get', '--resource=secrets');
    const words = ['--role=reader', `--serviceaccount=${namespace}:web`, '--user=alice', '-n', namespace];
    await plane.kubectl('create', 'rolebinding', 'readers', ...words);
  });

  it('who-can finds them with binding, role and rule', async () => {
    const { status, output, complaint } = await run(['who-can', 'get', 'secrets', '-n', namespace, ...live()]);
    const rows = output.split('\n').filter((line) => line.includes('readers'));
    expect([status, complaint]).to.deep.equal([0, '']);
    expect(rows.map((row) => row.split(/\s{2,}/))).to.deep.equal(
      [`ServiceAccount:${namespace}/web`, 'User:alice'].map((who) => [
        who,
        `RoleBinding ${namespace}/readers`,
        `Role ${namespace}/reader`,
        'rules[0]',
      ]),
    );
  });

  it('who-can reads roles and bindings and nothing else', async () => {
    const name = `rights-only-${namespace}`;
    await plane.kubectl('create', 'serviceaccount', 'auditor', '-n', namespace);
    await plane.kubectl(
      ...['create', 'clusterrole', name, '--verb=list'],
      `--resource=roles.${RBAC},rolebindings.${RBAC},clusterroles.${RBAC},clusterrolebindings.${RBAC}`,
    );
    await plane.kubectl('create', 'clusterrolebinding', name, `--clusterrole=${name}`, '--user=user-8');
    try {
      const { status, output } = await run([
        ...['who-can', 'get', 'secrets', '-n', namespace, '--kubeconfig', plane.userKubeconfig('user-8')],
      ]);
      expect([status, output.includes(`ServiceAccount:${namespace}/web`)]).to.deep.equal([0, true]);
      const access = await run(['access', 'alice', '--kubeconfig', plane.userKubeconfig('user-8')]);
      expect(access.status).to.equal(3);
      expect(access.output).to.match(/whether that leads to cluster-admin is not known/);
      expect(access.output).to.match(/not known: list secrets: forbidden/);
    } finally {
      await plane.kubectl('delete', 'clusterrole', name);
      await plane.kubectl('delete', 'clusterrolebinding', name);
    }
  });

  for (const [verb, resource] of [
    ['get', 'secrets'],
    ['list', 'secrets'],
    ['get', 'pods'],
    ['get', 'secret'],
    ['get', 'leases'],
    ['get', 'sa'],
    ['get', 'crd'],
    ['get', 'securityreports'],
  ] as const)
    it(`can-i ${verb} ${resource} says what the API server says`, async () => {
      const [ours, theirs] = await Promise.all([
        run(['can-i', verb, resource, '-n', namespace, '--as', `ServiceAccount:${namespace}/web`, ...live()]),
        plane
          .kubectl('auth', 'can-i', verb, resource, '-n', namespace, `--as=${account}`)
          // kubectl ends with status 1 where the answer is no.
          .catch(() => 'no'),
      ]);
      expect([ours.status, ours.output.trimEnd().split('\n').at(-1)?.split(':')[0]]).to.deep.equal(
        theirs.trim() === 'yes' ? [0, 'yes'] : [1, 'no'],
      );
    });

  it('knows of every resource whether a namespace means anything, and that the rest is unknown', async () => {
    const asked = ['get', 'nodes', '-n', namespace, '--as', 'alice', ...live()];
    const { status, complaint } = await run(['can-i', ...asked]);
    expect([status, complaint]).to.deep.equal([1, 'nodes have no namespace: asked in the whole cluster\n']);
    const unknown = await run(['who-can', 'get', 'gadgets', ...live()]);
    expect([unknown.status, unknown.complaint]).to.deep.equal([
      0,
      '"gadgets" is not a resource that is known: asked about as it is written; name the group of one that an extension brings: widgets.example.com\n',
    ]);
  });

  it('access tells of an account that is not there', async () => {
    const { status, output } = await run(['access', `ServiceAccount:${namespace}/gone`, ...live()]);
    expect([status, output.trimEnd().split('\n').at(-1)]).to.deep.equal([
      0,
      'there is no such service account: whoever makes it has all this',
    ]);
  });

  it('access tells what a service account is granted', async () => {
    const { status, output } = await run(['access', `ServiceAccount:${namespace}/web`, '-o', 'json', ...live()]);
    const told = JSON.parse(output) as {
      readonly held: object;
      readonly clusterAdmin: unknown;
      readonly grants: object[];
    };
    expect([status, told.held, told.clusterAdmin]).to.deep.equal([
      0,
      [{ id: 'secrets-read', scope: `ns:${namespace}` }],
      false,
    ]);
    expect(told.grants).to.deep.include({
      binding: `RoleBinding ${namespace}/readers`,
      role: `Role ${namespace}/reader`,
      from: [],
    });
  });

  it('ask tells what a manifest would change', async () => {
    const question = {
      id: 1,
      kind: 'can',
      subject: { serviceAccount: `${namespace}/web` },
      verb: 'create',
      resource: 'pods',
    };
    const [asked, change] = ['question.json', 'change.json'].map((name) => join(plane.dir, `${namespace}-${name}`));
    writeFileSync(asked!, JSON.stringify({ ...question, namespace }));
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }];
    const role = { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: 'reader', namespace }, rules };
    writeFileSync(change!, JSON.stringify(role));
    const { status, output } = await run(['ask', asked!, '--apply', change!, ...live()]);
    const { steps } = JSON.parse(output) as {
      readonly steps: readonly { readonly answers: readonly { answer: unknown }[] }[];
    };
    expect([status, steps.map(({ answers }) => answers[0]?.answer)]).to.deep.equal([0, [false, true]]);
  });

  it('a caller who may not read RBAC is told what he lacks', async () => {
    const nobody = ['--kubeconfig', plane.userKubeconfig('user-9')];
    for (const words of [
      ['who-can', 'get', 'secrets'],
      ['can-i', 'get', 'secrets', '--as', 'alice'],
      ['access', 'alice'],
    ]) {
      const { status, output, complaint } = await run([...words, ...nobody]);
      expect([words[0], status, output]).to.deep.equal([words[0], 3, '']);
      expect(complaint).to.match(
        /the cluster lets nothing be read: list clusterroles\.rbac\.authorization\.k8s\.io: forbidden/,
      );
    }
  });
});
