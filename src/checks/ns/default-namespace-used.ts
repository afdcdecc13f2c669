import { defineCheck, ifKnown, ifReadAnyway, type Manifest, type Optional } from '#model/check.ts';
import { TEMPLATE_KINDS, type Kind } from '#model/kinds.ts';
import type { Ref } from '#model/ref.ts';
import { objectsInDefault } from '#relations/namespace.ts';
import { aDeployment, aNamespace, aRole, aRoleBinding, aService, aServiceAccount } from '../samples.ts';

/** The kinds that count. The guards that other checks ask for do not: a policy, a quota, a LimitRange. */
const COUNTED = [
  'Pod',
  ...TEMPLATE_KINDS,
  'Service',
  'EndpointSlice',
  'Ingress',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'PersistentVolumeClaim',
  'PodTemplate',
  'Endpoints',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Lease',
  'CSIStorageCapacity',
] as const satisfies readonly Kind[];

type Counted = (typeof COUNTED)[number];

/** A count of these is not worth the right to read them. */
const INCIDENTAL: ReadonlySet<Kind> = new Set<Kind>([
  'ConfigMap',
  'Secret',
  'PodTemplate',
  'Endpoints',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Lease',
  'CSIStorageCapacity',
]);

export const defaultNamespaceUsed = defineCheck({
  id: 'KP-NS-004',
  name: 'default-namespace-used',
  title: 'Workloads live in namespace default',
  severity: 'low',
  why: 'Everything that names no namespace ends up here, so nobody can say whose it is, and no policy, quota or right can be made for it alone.',
  fix: 'Move the objects to a namespace that is made for them.',
  refs: ['CIS:5.6.4', 'CIS:5.6.1', 'OWASP2022:K01', 'OWASP2025:K04', 'NSA:N7'],
  subject: 'Namespace',
  inputs: Object.fromEntries(
    COUNTED.map((kind) => [kind, (INCIDENTAL.has(kind) ? ifReadAnyway : ifKnown)(objectsInDefault(kind))]),
  ) as Readonly<Record<Counted, Optional<'Namespace', Ref>>>,
  applies: ({ metadata }) => metadata.name === 'default',

  *evaluate(_namespace, given) {
    const counts = COUNTED.map((kind) => ({ kind, count: given[kind]?.length ?? 0 })).filter(({ count }) => count > 0);
    const words = counts.map(({ kind, count }) => `${String(count)} ${kind}`);
    if (words.length > 0) yield { at: 'metadata.name', message: `namespace default holds ${words.join(', ')}` };
    const unread = COUNTED.filter((kind) => given[kind] === undefined && !INCIDENTAL.has(kind));
    if (unread.length > 0) yield { unknown: `what namespace default holds of ${unread.join(', ')} cannot be read` };
  },

  examples: () => ({
    bad: [
      {
        name: 'a Service and what it is configured with',
        subject: aNamespace({ name: 'default' }),
        world: [inDefault(aService()), inDefault({ kind: 'ConfigMap', metadata: { name: 'web' } })],
        finds: [{ at: 'metadata.name' }],
      },
      {
        name: 'one of each',
        subject: aNamespace({ name: 'default' }),
        world: COUNTED.map((kind) => inDefault({ kind, metadata: { name: 'web' }, status: { phase: 'Succeeded' } })),
        finds: [{ at: 'metadata.name' }],
        also: ['KP-NET-011', 'KP-NET-016'],
      },
    ],
    good: [
      {
        name: 'the same in a namespace of its own',
        subject: aNamespace({ name: 'default' }),
        world: [aService(), { kind: 'ConfigMap', metadata: { name: 'web', namespace: 'shop' } }],
      },
      {
        name: 'what every cluster has there',
        subject: aNamespace({ name: 'default' }),
        world: [
          { ...aService(), metadata: { name: 'kubernetes', namespace: 'default' } },
          { kind: 'EndpointSlice', metadata: { name: 'kubernetes', namespace: 'default' } },
          { kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: 'default' } },
          aServiceAccount({
            metadata: { name: 'default', namespace: 'default' },
            automountServiceAccountToken: false,
          }),
        ],
      },
      {
        name: 'a workload of another namespace',
        subject: aNamespace({ name: 'default' }),
        world: [aDeployment()],
      },
      { name: 'another namespace', subject: aNamespace(), world: [aDeployment(), aRole(), aRoleBinding()] },
    ],
  }),
});

function inDefault(manifest: Manifest): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } };
}
