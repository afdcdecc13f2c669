import type { Manifest } from '#model/check.ts';
import { isFinished } from '#model/workload.ts';
import { clusterPoliciesDenyingPod, furtherText, isolationOf, policiesOfPlugins } from '#relations/network.ts';
import { policiesSelectingPod } from '#relations/policies.ts';
import { definePodCheck } from '../pod-check.ts';
import { aDeployment, aPod, aPolicy } from '../samples.ts';

const DIRECTIONS = [
  {
    direction: 'Ingress',
    aspect: 'ingress',
    severity: 'medium',
    what: 'every pod of the cluster may open a connection to it',
  },
  { direction: 'Egress', aspect: 'egress', severity: 'low', what: 'it may open a connection to anywhere' },
] as const;

export const podNotIsolated = definePodCheck({
  id: 'KP-NET-002',
  name: 'pod-not-isolated',
  title: 'Pod is selected by no policy',
  severity: 'medium',
  why: 'A pod that no NetworkPolicy selects accepts and opens every connection: one foothold anywhere reaches it, and it reaches everything.',
  fix: 'Label the pod so that an existing policy covers it, or add one; a default deny for both directions covers the whole namespace.',
  refs: ['CIS:5.3.2', 'OWASP2022:K07', 'OWASP2025:K05', 'NSA:N8', 'MITRE:T1046', 'MITRE:T1210'],
  aspects: { ingress: 'nothing limits who may connect to it', egress: 'nothing limits where it may connect to' },
  inputs: { policies: policiesSelectingPod, denials: clusterPoliciesDenyingPod, foreign: policiesOfPlugins },
  applies: (pod) => !isFinished(pod),

  *evaluate(pod, given) {
    for (const { direction, aspect, severity, what } of DIRECTIONS) {
      const isolation = isolationOf(pod, direction, given);
      if (isolation === 'unknown') yield { aspect, unknown: furtherText(given.foreign, 'select the pod') };
      if (isolation !== 'open') continue;
      const [at, why] =
        pod.spec.hostNetwork === true
          ? ['spec.hostNetwork', 'no NetworkPolicy can isolate a pod on the network of its node']
          : ['metadata.labels', `no ${aspect} NetworkPolicy selects the pod`];
      yield { at, aspect, severity, message: `${why}: ${what}` };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'a policy for other pods only',
        subject: aPod(),
        world: [aPolicy({ podSelector: { matchLabels: { app: 'db' } } })],
        finds: [
          { at: 'metadata.labels', aspect: 'ingress' },
          { at: 'metadata.labels', aspect: 'egress', severity: 'low' },
        ],
        also: ['KP-NET-001', 'KP-NET-004'],
      },
      {
        name: 'a policy for what comes in only, by the default of policyTypes',
        subject: aDeployment(),
        world: [aPolicy({ policyTypes: undefined })],
        finds: [{ at: 'spec.template.metadata.labels', aspect: 'egress', severity: 'low' }],
        also: ['KP-NET-001'],
      },
      {
        name: 'the network of the node',
        subject: aPod({ spec: { hostNetwork: true } }),
        world: [aPolicy()],
        finds: [
          { at: 'spec.hostNetwork', aspect: 'ingress' },
          { at: 'spec.hostNetwork', aspect: 'egress', severity: 'low' },
        ],
        also: ['KP-POD-004'],
      },
    ],
    good: [
      { name: 'default deny', subject: aPod(), world: [aPolicy()] },
      {
        name: 'policies by expression, one for each direction',
        subject: aPod(),
        world: [
          aPolicy({
            podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
            policyTypes: ['Ingress'],
          }),
          {
            ...aPolicy({ podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] }),
            metadata: { name: 'out', namespace: 'shop' },
          },
        ],
      },
      {
        name: 'a cluster-wide policy that denies by default',
        subject: aPod(),
        world: [CLUSTER_DENY],
      },
      {
        name: 'a policy of the network plugin: not known',
        subject: aPod(),
        world: [CILIUM],
      },
      { name: 'a completed pod', subject: { ...aPod(), status: { phase: 'Succeeded' } } },
    ],
  }),
});

const CLUSTER_DENY: Manifest = {
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name: 'deny' },
  spec: {
    tier: 'Baseline',
    priority: 1,
    subject: { namespaces: {} },
    ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }],
    egress: [{ action: 'Deny', to: [{ networks: ['0.0.0.0/0'] }] }],
  },
};
const CILIUM: Manifest = {
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumNetworkPolicy',
  metadata: { name: 'deny', namespace: 'shop' },
};
