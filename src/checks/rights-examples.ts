import type { BadExample, CheckId, Example, Examples, Expected, Meta } from '#model/check.ts';
import type { Severity } from '#model/severity.ts';
import { aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, strongAccount, user } from './samples.ts';
import type { Right } from './right.ts';

const ALICE = [user('alice')];
const OF_CLUSTER_ROLE = { kind: 'ClusterRole', name: 'web' } as const;

/** By an account that is as good as cluster-admin. */
const TRIPPED_BY_NEIGHBOUR: readonly CheckId[] = ['KP-RBAC-002', 'KP-RBAC-011'];

/** What every check of rights shows: each right everywhere, bound to nobody, and where it counts for less. */
export function examplesOfRights(
  { id, severity: headline }: Pick<Meta, 'id' | 'severity'>,
  rights: readonly Right[],
): Examples {
  const placed = rights.filter(({ clusterOnly }) => clusterOnly !== true);
  const [shown] = [...placed.filter((right) => strongOf(right) !== right.severity.namespace), ...placed];
  return {
    bad: [
      ...rights.flatMap((right) => everywhere(right, headline)),
      ...(shown === undefined ? [] : inNamespace(id, shown)),
    ],
    good: rights.flatMap((right): readonly Example[] => [
      {
        name: `${nameOf(right)}: a role that the cluster ships`,
        subject: {
          ...aClusterRole(right.sample, ...(right.more ?? [])),
          metadata: { name: 'cluster-admin', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
        },
        world: [aClusterRoleBinding({ role: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: ALICE })],
      },
    ]),
  };
}

function strongOf({ severity: { cluster, strong = cluster } }: Right): Severity {
  return strong;
}

function nameOf({ example, aspect = 'the right' }: Right): string {
  return example ?? aspect;
}

function expected(at: string, { aspect }: Right, severity: Severity): readonly Expected[] {
  return [{ at, severity, ...(aspect === undefined ? {} : { aspect }) }];
}

function everywhere(right: Right, headline: Severity): readonly BadExample[] {
  const { sample, more = [], severity, also = [] } = right;
  const { limited = { ...sample, resourceNames: ['web'] } } = right;
  const binding = aClusterRoleBinding({ subjects: ALICE });
  return [
    {
      name: `${nameOf(right)}, everywhere`,
      subject: aClusterRole(sample, ...more),
      world: [binding],
      finds: expected('rules[0]', right, severity.cluster),
      also,
    },
    {
      name: `${nameOf(right)}, bound to nobody`,
      subject: aClusterRole(sample, ...more),
      finds: expected('rules[0]', right, headline === 'info' ? headline : 'info'),
      also,
    },
    ...(severity.limited === undefined
      ? []
      : [
          {
            name: `${nameOf(right)}, of one object`,
            subject: aClusterRole(limited),
            world: [binding],
            finds: expected('rules[0]', right, severity.limited),
            also: right.limited === undefined ? also : [],
          },
        ]),
  ];
}

function inNamespace(id: CheckId, right: Right): readonly BadExample[] {
  const { sample, more = [], severity, onlyIn, alsoInNamespace: also = right.also ?? [] } = right;
  const [namespace = 'shop'] = onlyIn ?? [];
  const metadata = { namespace };
  const strong = strongOf(right);
  const role = { ...aRole(sample, ...more), metadata: { name: 'web', namespace } };
  const binding = aRoleBinding({ subjects: ALICE, metadata });
  const bound = aRoleBinding({ role: OF_CLUSTER_ROLE, subjects: ALICE, metadata });
  const there = onlyIn === undefined ? severity.namespace : strong;
  return [
    {
      name: `${nameOf(right)}, in a namespace`,
      subject: role,
      world: [binding],
      finds: expected('rules[0]', right, there),
      also,
    },
    {
      name: `${nameOf(right)}, by a ClusterRole in a namespace`,
      subject: bound,
      world: [aClusterRole(sample, ...more)],
      finds: expected('roleRef', right, there),
      also,
    },
    ...(strong === severity.namespace || onlyIn !== undefined ? [] : besideStrong(id, right, strong)),
  ];
}

function besideStrong(id: CheckId, right: Right, strong: Severity): readonly BadExample[] {
  const { sample, more = [] } = right;
  const { alsoInNamespace = right.also ?? [] } = right;
  const also = [...new Set([...alsoInNamespace, ...TRIPPED_BY_NEIGHBOUR])].filter((each) => each !== id);
  return [
    {
      name: `${nameOf(right)}, where an account lives that is as good as cluster-admin`,
      subject: aRole(sample, ...more),
      world: [aRoleBinding({ subjects: ALICE }), ...strongAccount('shop')],
      finds: expected('rules[0]', right, strong),
      also,
    },
    {
      name: `${nameOf(right)}, by a ClusterRole where such an account lives`,
      subject: aRoleBinding({ role: OF_CLUSTER_ROLE, subjects: ALICE }),
      world: [aClusterRole(sample, ...more), ...strongAccount('shop')],
      finds: expected('roleRef', right, strong),
      also,
    },
  ];
}
