import { assumptionOf } from '#analysis/exposure/ways.ts';
import type { Shares } from '#analysis/namespaces/shares.ts';
import { isSystemNamespace } from '#facts/namespace.ts';
import {
  defineCheckOfMany,
  ifKnown,
  judge,
  type Context,
  type Examples,
  type Manifest,
  type Problem,
} from '#model/check.ts';
import { mixtureOfNamespace, sharesOfCluster } from '#relations/separation.ts';
import { doubts } from '../doubts.ts';
import { THE_CLUSTER, aNamespace, aPod, aService, strongAccount } from '../samples.ts';

const ofCluster = judge({
  subject: 'Cluster',
  inputs: { shares: sharesOfCluster },

  *evaluate(_cluster, { shares: [shares = new Map()] }, context) {
    yield* crowded(shares, context);
  },
});

const ofNamespace = judge({
  subject: 'Namespace',
  inputs: { mixture: ifKnown(mixtureOfNamespace) },
  applies: (_namespace, { complete }) => complete,

  *evaluate(_namespace, { mixture }) {
    if (mixture === undefined)
      yield { aspect: 'mixedTrust', unknown: 'who may do what, or what is exposed, cannot be seen' };
    for (const { doors, isStrong } of mixture ?? []) {
      if (doors.length === 0) continue;
      if (!isStrong.answer) yield* doubts(isStrong).map((doubt) => ({ ...doubt, aspect: 'mixedTrust' }));
      else
        yield {
          at: 'metadata.name',
          aspect: 'mixedTrust',
          severity: 'medium',
          message:
            'the internet reaches a pod of the namespace, and an account that is cluster-admin or a step from it lives there too',
          because: doors.map(({ ref }) => ref),
          ...(assumptionOf(doors) === undefined ? {} : { evidence: 'heuristic' }),
        };
    }
  },
});

export const noNamespaceSeparation = defineCheckOfMany({
  id: 'KP-NS-007',
  name: 'no-namespace-separation',
  title: 'No administrative boundaries',
  severity: 'low',
  why: 'Rights, quotas, policies and Pod Security are given by namespace: what shares one shares all of them, and who may do something there may do it to all.',
  fix: 'Split the namespace by team and by trust: what the internet reaches apart from what administers the cluster.',
  refs: ['CIS:5.6.1', 'OWASP2022:K07', 'OWASP2025:K05', 'NSA:N7'],
  aspects: {
    mixedTrust: 'the internet reaches a pod beside an account that is cluster-admin, or a step from it',
  },
  judges: [ofCluster, ofNamespace],
  examples,
});

/** From this share of all pods on a namespace is said to hold nearly everything. */
const NEARLY_ALL = 0.8;

/** Whether nearly all that is not of the system shares one namespace. */
function* crowded(shares: Shares, { parameters }: Context): Iterable<Problem> {
  const counted = [...shares].filter(([name]) => !isSystemNamespace(name, parameters));
  const all = counted.reduce((sum, [, { pods }]) => sum + pods, 0);
  const full = counted.find(([, { pods }]) => pods > NEARLY_ALL * all);
  if (full === undefined) return;
  const apps = new Set(counted.flatMap(([, share]) => [...share.apps.keys()]));
  if (apps.size <= parameters.minOwnersForSplit) return;
  const [namespace] = full;
  yield {
    at: 'metadata.name',
    message: `nearly all pods of the cluster, of several applications, share namespace ${namespace}`,
    because: [{ kind: 'Namespace', namespace: '', name: namespace }],
  };
}

function app(index: number, namespace = 'shop'): Manifest {
  const labels = { app: 'web', 'app.kubernetes.io/part-of': `app-${String(index)}` };
  return aPod({ metadata: { name: `app-${String(index)}`, namespace, labels } });
}

function examples(): Examples {
  const six = [1, 2, 3, 4, 5, 6].map((index) => app(index));
  const live = { context: { complete: true } };
  return {
    bad: [
      { name: 'six applications in one', subject: THE_CLUSTER, world: six, ...live, finds: [{ at: 'metadata.name' }] },
      {
        name: 'a front door beside an administrator',
        subject: aNamespace(),
        world: [...strongAccount('shop'), aPod(), aService({ type: 'LoadBalancer' })],
        ...live,
        finds: [{ at: 'metadata.name', aspect: 'mixedTrust', severity: 'medium', evidence: 'heuristic' }],
        also: ['KP-NET-007', 'KP-NET-008', 'KP-NET-014', 'KP-RBAC-002', 'KP-RBAC-011'],
      },
    ],
    good: [
      {
        name: 'two teams apart',
        subject: THE_CLUSTER,
        world: [1, 2, 3, 4, 5, 6].map((index) => app(index, index > 4 ? 'pay' : 'shop')),
        ...live,
      },
      { name: 'five applications', subject: THE_CLUSTER, world: six.slice(1), ...live },
      { name: 'a second namespace', subject: THE_CLUSTER, world: [...six, app(7, 'pay'), app(8, 'pay')], ...live },
      {
        name: 'an administrator whom nobody reaches',
        subject: aNamespace(),
        world: [...strongAccount('shop'), aPod()],
        ...live,
      },
      {
        name: 'replicas are one',
        subject: THE_CLUSTER,
        world: [1, 2, 3, 4, 5, 6, 7].map((index) => ({
          ...app(1),
          metadata: {
            name: `r-${String(index)}`,
            namespace: 'shop',
            labels: { app: 'web', 'app.kubernetes.io/instance': 'x' },
          },
        })),
        ...live,
      },
      { name: 'files say nothing of the rest', subject: THE_CLUSTER, world: six },
    ],
  };
}
