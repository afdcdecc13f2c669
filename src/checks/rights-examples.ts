import type { BadExample, CheckId, Example, Examples, Expected, Meta } from '#model/check.ts';
import type { Severity } from '#model/severity.ts';
import { aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, strongAccount, user } from './samples.ts';
import type { Right, Together } from './right.ts';

const ALICE = [user('alice')];
const OF_CLUSTER_ROLE = { kind: 'ClusterRole', name: 'web' } as const;

/** The aspect of a right that a shipped role did not give as it was shipped. */
export const TAMPERED = 'tamperedDefault';

/** By an account that is as good as cluster-admin. */
export const TRIPPED_BY_NEIGHBOUR: readonly CheckId[] = ['KP-RBAC-002', 'KP-RBAC-011'];

/** A right, with what its example finds beside it. */
type Shown = Right & Pick<Together, 'finds'>;

/** What every check of rights shows: each right everywhere, bound to nobody, and where it counts for less. */
export function examplesOfRights({ id }: Pick<Meta, 'id'>, stated: readonly Right[]): Examples {
  const rights: readonly Shown[] = stated.flatMap((right) => [right, ...togetherOf(right)]);
  const placed = rights.filter(({ clusterOnly }) => clusterOnly !== true);
  const [shown] = [...placed.filter((right) => strongOf(right) !== right.severity.namespace), ...placed];
  return {
    bad: [
      ...rights.flatMap((right) => everywhere(right)),
      ...(shown === undefined ? [] : inNamespace(id, shown)),
      ...rights
        .filter(({ aspect }) => aspect === undefined)
        .slice(0, 1)
        .flatMap(widened),
      ...stated.flatMap(byTwoRoles),
      ...stated.flatMap(ofGraveName),
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

/** A right with what makes it more, as one that a single role gives. */
function togetherOf({ together, ...right }: Right): readonly Shown[] {
  if (together === undefined) return [];
  return [
    { ...right, ...together, more: [...(right.more ?? []), ...together.more], sample: together.sample ?? right.sample },
  ];
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

function everywhere(right: Shown): readonly BadExample[] {
  const { sample, more = [], severity, also = [], finds = [] } = right;
  const { limited = { ...sample, resourceNames: ['web'] } } = right;
  const binding = aClusterRoleBinding({ subjects: ALICE });
  return [
    {
      name: `${nameOf(right)}, everywhere`,
      subject: aClusterRole(sample, ...more),
      world: [binding],
      finds: [...expected('rules[0]', right, severity.cluster), ...finds],
      also,
    },
    {
      name: `${nameOf(right)}, bound to nobody`,
      subject: aClusterRole(sample, ...more),
      finds: [...expected('rules[0]', right, 'info'), ...finds.map((each) => ({ ...each, severity: 'info' }) as const)],
      also,
    },
    ...(severity.limited === undefined
      ? []
      : [
          {
            name: `${nameOf(right)}, of one object`,
            subject: aClusterRole(limited),
            world: [binding, ...(right.limitedWorld ?? [])],
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

/** A role of the cluster that somebody has widened. */
function widened({ sample, more = [], severity, also = [] }: Right): readonly BadExample[] {
  const name = 'system:public-info-viewer';
  return [
    {
      name: 'a role that the cluster ships, widened',
      subject: {
        ...aClusterRole(sample, ...more),
        metadata: { name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
      },
      world: [aClusterRoleBinding({ role: { kind: 'ClusterRole', name }, subjects: ALICE })],
      finds: [{ at: 'rules[0]', aspect: TAMPERED, severity: severity.cluster }],
      also,
    },
  ];
}

const OTHER = 'other';

/** The same subject has one part by this role, and the rest by another one. */
function byTwoRoles(right: Right): readonly BadExample[] {
  const { together } = right;
  if (together === undefined) return [];
  const { more = [], also = [] } = right;
  const sample = together.sample ?? right.sample;
  const rest = { ...aClusterRole(...more, ...together.more), metadata: { name: OTHER } };
  const restInNamespace = { ...aRole(...more, ...together.more), metadata: { name: OTHER, namespace: 'shop' } };
  const besideIt = aRoleBinding({ role: { kind: 'Role', name: OTHER }, subjects: ALICE, metadata: { name: OTHER } });
  const trips = { also: together.also ?? also };
  const there = { aspect: together.aspect, severity: together.severity.namespace };
  return [
    {
      name: `${together.example ?? together.aspect ?? ''} by two roles, everywhere`,
      subject: aClusterRole(sample),
      world: [
        aClusterRoleBinding({ subjects: ALICE }),
        rest,
        aClusterRoleBinding({
          role: { kind: 'ClusterRole', name: OTHER },
          subjects: ALICE,
          metadata: { name: OTHER },
        }),
      ],
      finds: expected('rules[0]', { ...right, ...together }, together.severity.cluster),
      ...trips,
    },
    ...(right.clusterOnly === true
      ? []
      : [
          {
            name: `${together.aspect ?? ''} by two roles, in a namespace`,
            subject: aRole(sample),
            world: [aRoleBinding({ subjects: ALICE }), restInNamespace, besideIt],
            finds: [{ at: 'rules[0]', ...there } as Expected],
            ...trips,
          },
          {
            name: `${together.aspect ?? ''} by a ClusterRole and a Role, in a namespace`,
            subject: aRoleBinding({ role: OF_CLUSTER_ROLE, subjects: ALICE }),
            world: [aClusterRole(sample), restInNamespace, besideIt],
            finds: [{ at: 'roleRef', ...there } as Expected],
            ...trips,
          },
        ]),
  ];
}

/** Limited to an object that is as good as all. */
function ofGraveName(right: Right): readonly BadExample[] {
  const { graveName, severity, clusterOnly } = right;
  if (graveName === undefined) return [];
  const {
    name,
    world = [],
    also = right.also ?? [],
    inNamespace: there = severity.grave ?? severity.namespace,
  } = graveName;
  const rule = { ...(right.limited ?? right.sample), resourceNames: ['web', name] };
  const everywhere = {
    name: `${nameOf(right)}, of one that is as good as all`,
    subject: aClusterRole(rule),
    world: [aClusterRoleBinding({ subjects: ALICE }), ...world],
    finds: expected('rules[0]', right, severity.grave ?? severity.cluster),
    also,
  };
  if (clusterOnly === true) return [everywhere];
  return [
    everywhere,
    {
      name: `${nameOf(right)}, of one that is as good as all, in a namespace`,
      subject: aRole(rule),
      world: [aRoleBinding({ subjects: ALICE }), ...world],
      finds: expected('rules[0]', right, there),
      also,
    },
    {
      name: `${nameOf(right)}, of one that is as good as all, by a ClusterRole in a namespace`,
      subject: aRoleBinding({ role: OF_CLUSTER_ROLE, subjects: ALICE }),
      world: [aClusterRole(rule), ...world],
      finds: expected('roleRef', right, there),
      also,
    },
  ];
}
