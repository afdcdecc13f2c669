import { flagOf, instanceOf } from '#facts/control-plane.ts';
import { gripOnPrivileged } from '#facts/pod-guards.ts';
import { isPrivilegedNamespace, isSystemNamespace } from '#facts/namespace.ts';
import { pssLabelPath, statedLevel } from '#facts/pss.ts';
import { defineCheck, ifKnown, type Problem } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import type { Parameters } from '#model/parameters.ts';
import { apiServersOfCluster } from '#relations/control-plane.ts';
import { podGuardsOfNamespace } from '#relations/pod-guards.ts';
import { aPodSecurityPolicy } from '../admission-samples.ts';
import { RESTRICTED, aNamespace, anApiServer } from '../samples.ts';

const AT = pssLabelPath('enforce');

export const psaNotEnforced = defineCheck({
  id: 'KP-NS-001',
  name: 'psa-not-enforced',
  title: 'Pod Security Admission does not protect the namespace',
  severity: 'medium',
  why: 'Where no level is enforced, everyone who may create a pod may create a privileged one, and with it take a node.',
  fix: 'Label the namespace `pod-security.kubernetes.io/enforce: baseline` at least; try it with `warn` first.',
  refs: [
    ...Array.from({ length: 12 }, (_, index) => `CIS:5.2.${String(index + 1)}`),
    'OWASP2022:K04',
    'OWASP2025:K04',
    'NSA:N4',
    'NSA:N7',
    'MITRE:T1610',
  ],
  aspects: {
    unlabelled: 'no level is enforced, nor does a policy of an engine keep privileged pods out',
    privileged: 'the level `privileged` is enforced, which lets everything in',
    invalid:
      'the label names no level: admission then enforces restricted and refuses the next change of the namespace',
  },
  subject: 'Namespace',
  inputs: { apiServers: ifKnown(apiServersOfCluster), guards: ifKnown(podGuardsOfNamespace) },
  applies: ({ assumed }) => assumed !== true,

  *evaluate({ metadata }, { apiServers = [], guards = [] }, { parameters }) {
    const level = statedLevel(metadata.labels, 'enforce');
    if (level === 'baseline' || level === 'restricted') return;
    if (level === 'privileged' && isPrivilegedNamespace(metadata.name, parameters)) return;
    const grip = level === undefined ? gripOnPrivileged(metadata, guards) : undefined;
    if (grip === 'mayRefuse') yield { aspect: 'unlabelled', unknown: CONDITIONAL };
    else if (grip !== 'refuses') {
      const accepted = 'a namespace of the system runs privileged pods';
      const isOfSystem = isSystemNamespace(metadata.name, parameters);
      yield { ...problemOf(level, mayHaveDefaults(apiServers, parameters)), ...(isOfSystem ? { accepted } : {}) };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'no label',
        subject: aNamespace({ labels: TOLD }),
        finds: [{ at: AT, aspect: 'unlabelled' }],
        also: ['KP-NS-002'],
      },
      {
        name: 'the level that lets everything in',
        subject: labelled('privileged'),
        finds: [{ at: AT, aspect: 'privileged' }],
        also: ['KP-NS-002'],
      },
      {
        name: 'no level',
        subject: labelled('Restricted'),
        finds: [{ at: AT, aspect: 'invalid', severity: 'low' }],
      },
      {
        name: 'a cluster default may exist',
        subject: aNamespace({ labels: TOLD }),
        world: [
          anApiServer('--anonymous-auth=false', '--admission-control-config-file=/etc/kubernetes/admission.yaml'),
        ],
        finds: [{ at: AT, aspect: 'unlabelled', severity: 'low' }],
        also: ['KP-NS-002'],
      },
      {
        name: 'a system namespace is accepted',
        subject: aNamespace({ name: 'kube-system', labels: TOLD }),
        finds: [{ at: AT, aspect: 'unlabelled', accepted: true }],
        also: ['KP-NS-002'],
      },
    ],
    good: [
      { name: 'restricted', subject: aNamespace() },
      {
        name: 'a policy of Kyverno that holds pods to the baseline level',
        subject: aNamespace({ labels: TOLD }),
        world: [aPodSecurityPolicy()],
      },
      { name: 'baseline', subject: labelled('baseline') },
      {
        name: 'privileged where it belongs',
        subject: aNamespace({ name: 'kube-system', labels: enforcing('privileged') }),
      },
    ],
  }),
});

/** Nothing is enforced, but everybody is told. */
const TOLD = { ...RESTRICTED, 'pod-security.kubernetes.io/enforce': undefined };

const CONDITIONAL = 'whether privileged pods are refused hangs on conditions of policies that are not evaluated';

function problemOf(level: string | undefined, hasDefaults: boolean): Problem {
  const aspect = aspectOf(level);
  const note = hasDefaults
    ? '; the API server may have a default level for the cluster (--admission-control-config-file)'
    : '';
  const severity = hasDefaults || aspect === 'invalid' ? 'low' : 'medium';
  return { at: AT, aspect, severity, message: `${MESSAGES[aspect]}${note}` };
}

function aspectOf(level: string | undefined): keyof typeof MESSAGES {
  if (level === undefined) return 'unlabelled';
  return level === 'privileged' ? 'privileged' : 'invalid';
}

function mayHaveDefaults(apiServers: readonly Pod[], parameters: Parameters): boolean {
  return apiServers.some((pod) => {
    const instance = instanceOf(pod, 'kube-apiserver', parameters);
    return flagOf(instance?.flags ?? [], 'admission-control-config-file') !== undefined;
  });
}

const MESSAGES = {
  unlabelled: 'no Pod Security level is enforced',
  privileged: 'the enforced Pod Security level is privileged',
  invalid: 'the enforced Pod Security level is none that exists',
} as const;

function labelled(level: string): ReturnType<typeof aNamespace> {
  return aNamespace({ labels: enforcing(level) });
}

function enforcing(level: string): Readonly<Record<string, string>> {
  return { ...RESTRICTED, 'pod-security.kubernetes.io/enforce': level };
}
