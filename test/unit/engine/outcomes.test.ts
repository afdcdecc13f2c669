import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import {
  EVERYTHING,
  READ_PODS,
  aClusterRole,
  aClusterRoleBinding,
  aDeployment,
  aPod,
  aPolicy,
  aRoleBinding,
  aServiceAccount,
  anApiServer,
} from '#checks/samples.ts';
import { aTokenSecret } from '#checks/token-samples.ts';
import { Engine } from '#engine/engine.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import {
  defineCheck,
  defineCheckOfMany,
  ifKnown,
  judge,
  type Check,
  type Doubt,
  type Manifest,
  type Problem,
} from '#model/check.ts';
import { CLUSTER_SUBJECT } from '#model/cluster.ts';
import type { Kind } from '#model/kinds.ts';
import type { Verdict } from '#model/verdict.ts';
import { policiesSelectingPod } from '#relations/policies.ts';
import { CONTEXT, World } from '../../support/world.ts';

const WORDS = {
  id: 'KP-NET-900',
  name: 'tried',
  title: 'Tried',
  severity: 'medium',
  why: 'Why.',
  fix: 'Fix.',
  refs: [],
  examples: () => ({ bad: [], good: [] }),
} as const;

/** A check of pods that says what it is told to say, with the policies as an input. */
function saying(said: () => Iterable<Problem | Doubt>, needs: 'required' | 'optional' | 'nothing' = 'nothing'): Check {
  const inputs = needs === 'required' ? policiesSelectingPod : ifKnown(policiesSelectingPod);
  return needs === 'nothing'
    ? defineCheck({ ...WORDS, subject: 'Pod', evaluate: said })
    : defineCheckOfMany({
        ...WORDS,
        judges: [judge({ subject: 'Pod', inputs: { policies: inputs }, evaluate: said })],
      });
}

const PROBLEM: Problem = { at: 'spec', message: 'wrong' };
const DOUBT: Doubt = { unknown: 'who knows' };

function* throwing(): Iterable<Problem> {
  yield PROBLEM;
  throw new Error('broken');
}

/** What one check says of one pod while some kinds are missing. */
function said(
  check: Check,
  missing: Readonly<Partial<Record<Kind, string>>> = {},
  manifest: Manifest = aPod(),
): readonly string[] {
  const store = new Store(missing);
  const engine = new Engine([check], store, CONTEXT);
  for (const change of store.put(shrink(manifest.kind, manifest as unknown as Raw)))
    for (const job of engine.plan(change).values()) engine.judge(job);
  return [...engine.verdicts()].flatMap(summary);
}

function summary({ findings, notEvaluated, passed }: Verdict): readonly string[] {
  return [
    ...findings.map(({ status, path, message }) => `${status} ${path} ${message}`),
    ...notEvaluated.map(({ reason }) => `unknown: ${reason}`),
    ...(passed === 0 ? [] : [`passed ${String(passed)}`]),
  ];
}

const NO_POLICIES = { NetworkPolicy: 'list networkpolicies: forbidden' };

const CASES: readonly {
  readonly name: string;
  readonly check: Check;
  readonly missing?: Readonly<Partial<Record<Kind, string>>>;
  readonly given?: Manifest;
  readonly expected: readonly string[];
}[] = [
  { name: 'silence is a pass', check: saying(() => []), expected: ['passed 1'] },
  { name: 'a problem fails', check: saying(() => [PROBLEM]), expected: ['fail spec wrong'] },
  { name: 'a doubt alone is unknown', check: saying(() => [DOUBT]), expected: ['unknown: who knows'] },
  {
    name: 'one proven problem is enough, and the doubt is said',
    check: saying(() => [DOUBT, PROBLEM]),
    expected: ['fail spec wrong', 'unknown: who knows'],
  },
  {
    name: 'a check that throws is an error, whatever it yielded before',
    check: saying(throwing),
    expected: ['unknown: the check failed: broken'],
  },
  {
    name: 'what is thrown need be no error',
    check: saying(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the law is about whatever is thrown
      throw 'text';
    }),
    expected: ['unknown: the check failed: text'],
  },
  {
    name: 'a required input of a missing kind is unknown, with its reason, and the check is not asked',
    check: saying(() => [PROBLEM], 'required'),
    missing: NO_POLICIES,
    expected: ['unknown: list networkpolicies: forbidden'],
  },
  {
    name: 'a required input of a known kind is asked',
    check: saying(() => [PROBLEM], 'required'),
    missing: { Secret: 'list secrets: forbidden' },
    expected: ['fail spec wrong'],
  },
  {
    name: 'an optional input of a missing kind does not stop a proof',
    check: saying(() => [PROBLEM], 'optional'),
    missing: NO_POLICIES,
    expected: ['fail spec wrong'],
  },
  {
    name: 'a subject whose own kind is not fully known is never a pass',
    check: saying(() => []),
    missing: { Pod: 'not synced' },
    expected: ['unknown: not synced'],
  },
  {
    name: 'a malformed object is never a pass',
    check: saying(() => []),
    given: { ...aPod(), spec: { containers: [], hostNetwork: 'true' } },
    expected: ['unknown: spec.hostNetwork: expected boolean, found string'],
  },
  {
    name: 'a malformed template is never a pass',
    check: saying(() => []),
    given: { ...aDeployment(), spec: { template: { spec: { containers: {} } } } },
    expected: ['unknown: spec.template.spec.containers: expected list, found object'],
  },
];

describe('[unit] outcome', () => {
  for (const { name, check, missing, given, expected } of CASES) {
    it(name, () => {
      expect(said(check, missing, given)).to.deep.equal(expected);
    });
  }

  it('a malformed object that a pass would rest on makes it unknown', () => {
    const policy = { ...aPolicy(), spec: { podSelector: 'all', policyTypes: ['Ingress', 'Egress'] } };
    const check = CHECKS.filter(({ id }) => id === 'KP-NET-002');
    const reason = 'unknown: NetworkPolicy shop/default-deny: spec.podSelector: expected object, found string';
    const world = new World([policy, aPod()], check);
    expect(world.verdicts().flatMap(summary)).to.deep.equal([reason]);
    world.put(aPolicy());
    expect(world.verdicts().flatMap(summary)).to.deep.equal(['passed 1']);
  });

  it('a malformed object inside what a relation tells counts too', () => {
    const binding = { ...aRoleBinding(), roleRef: { kind: 'Role', name: 5 } };
    const check = CHECKS.filter(({ id }) => id === 'KP-SA-004');
    const world = new World([binding, aPod({ spec: { automountServiceAccountToken: true } })], check);
    expect(world.verdicts().flatMap(summary)).to.deep.equal([
      'unknown: RoleBinding shop/web: roleRef.name: expected string, found number',
      'unknown: a role of the service account cannot be resolved',
    ]);
  });

  it('what is judged and what breaks is counted', () => {
    const store = new Store();
    const engine = new Engine([saying(throwing)], store, CONTEXT);
    for (const change of store.put(shrink('Pod', aPod() as unknown as Raw)))
      for (const job of engine.plan(change).values()) engine.judge(job);
    expect(engine.evaluations).to.deep.equal({
      byOutcome: { pass: 0, fail: 0, unknown: 0, error: 1, notApplicable: 0 },
      errors: new Map([['KP-NET-900', 1]]),
    });
  });

  it('an optional input that is not known is undefined, one that is known is a list', () => {
    const seen: unknown[] = [];
    const check = defineCheck({
      ...WORDS,
      subject: 'Pod',
      inputs: { policies: ifKnown(policiesSelectingPod) },
      evaluate: (_pod, { policies }) => {
        seen.push(policies);
        return [];
      },
    });
    said(check, NO_POLICIES);
    said(check);
    expect(seen).to.deep.equal([undefined, []]);
  });

  it('a kind that becomes known makes its checks say more', () => {
    const world = new World(
      [aPod()],
      CHECKS.filter(({ id }) => id === 'KP-NET-002'),
    );
    world.store.setMissing('NetworkPolicy', 'not synced');
    const again = (): readonly string[] => {
      for (const job of world.engine.planAll().values()) world.engine.judge(job);
      return world.verdicts().flatMap(summary);
    };
    expect(again()).to.deep.equal(['unknown: not synced']);
    world.store.setMissing('NetworkPolicy', undefined);
    expect(again().map((line) => line.slice(0, 20))).to.deep.equal(['fail metadata.labels', 'fail metadata.labels']);
  });

  /** What is not known of the cluster as a whole. */
  const doubts = ({ engine }: World): Verdict['notEvaluated'] | undefined => {
    engine.judge({ subject: CLUSTER_SUBJECT, checks: 'all' });
    return engine.verdict(CLUSTER_SUBJECT)?.notEvaluated;
  };

  it('a check without any subject is a doubt of the cluster, until it has one', () => {
    const checks = CHECKS.filter(({ id }) => id === 'KP-API-001');
    const world = new World([aPod()], checks);
    const reason = 'no kube-apiserver pod is in sight, as on a managed control plane';
    expect(doubts(world)).to.deep.equal([{ check: 'KP-API-001', reason }]);
    world.put(anApiServer('--anonymous-auth=false'));
    expect(doubts(world)).to.deep.equal([]);
    world.remove(anApiServer());
    expect(doubts(world)).to.deep.equal([{ check: 'KP-API-001', reason }]);
  });

  it('a check that cannot see what it judges is a doubt of the cluster', () => {
    const checks = CHECKS.filter(({ id }) => id === 'KP-SA-005');
    const world = new World([aTokenSecret('web')], checks);
    expect(doubts(world)).to.deep.equal([]);
    world.store.setMissing('Secret', 'list secrets: forbidden');
    expect(doubts(world)).to.deep.equal([{ check: 'KP-SA-005', reason: 'list secrets: forbidden' }]);
  });

  it('an aspect that has nothing to compare with is a doubt of the cluster, and of no pod', () => {
    const checks = CHECKS.filter(({ id }) => id === 'KP-IMG-003');
    const unset = new World([aPod()], checks);
    const reason = 'no registry is named in the parameter allowedRegistries';
    expect(doubts(unset)).to.deep.equal([{ check: 'KP-IMG-003', aspect: 'notAllowed', reason }]);
    expect(unset.engine.tally('').summary.unknown).to.equal(1);
    const set = new World([aPod()], checks, { parameters: { allowedRegistries: ['registry.example'] } });
    expect(doubts(set)).to.deep.equal([]);
  });
});

describe('[unit] relations', () => {
  const aggregate = {
    ...aClusterRole(),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'web' } }] },
  };
  const contributor = {
    ...aClusterRole(EVERYTHING),
    metadata: { name: 'extra', labels: { to: 'web' } },
  };
  const role = { kind: 'ClusterRole', name: 'web' } as const;
  const wide = (world: World): readonly string[] => world.findings().filter((line) => line.startsWith('KP-RBAC-003'));

  it('a RoleBinding to an aggregating ClusterRole is judged again when a contributor changes', () => {
    const world = new World([aggregate, aRoleBinding({ role })]);
    expect(wide(world)).to.deep.equal([]);
    world.put(contributor);
    const found = ['KP-RBAC-003 ClusterRole /extra rules[0]', 'KP-RBAC-003 RoleBinding shop/web roleRef'];
    expect(wide(world)).to.deep.equal(found);
    world.put({ ...contributor, metadata: { name: 'extra' } });
    expect(wide(world)).to.deep.equal([found[0]]);
    world.put(contributor);
    world.remove(contributor);
    expect(wide(world)).to.deep.equal([]);
  });

  it('rules that the controller has filled in count, not the union', () => {
    const world = new World([{ ...aggregate, rules: [READ_PODS] }, contributor, aClusterRoleBinding({ role })]);
    expect(wide(world)).to.deep.equal(['KP-RBAC-003 ClusterRole /extra rules[0]']);
  });

  it('roles that aggregate each other end', () => {
    const ring = { ...aggregate, metadata: { name: 'web', labels: { to: 'web' } } };
    expect(wide(new World([ring, contributor, aClusterRoleBinding({ role })]))).to.deep.equal([
      'KP-RBAC-003 ClusterRole /extra rules[0]',
      'KP-RBAC-003 ClusterRole /web rules[0]',
    ]);
  });

  it('a ClusterRoleBinding takes the finding from the RoleBindings to the role and gives it back', () => {
    const world = new World([aClusterRole(EVERYTHING), aRoleBinding({ role })]);
    expect(wide(world)).to.deep.equal(['KP-RBAC-003 RoleBinding shop/web roleRef']);
    world.put(aClusterRoleBinding());
    expect(wide(world)).to.deep.equal(['KP-RBAC-003 ClusterRole /web rules[0]']);
    world.remove(aClusterRoleBinding());
    expect(wide(world)).to.deep.equal(['KP-RBAC-003 RoleBinding shop/web roleRef']);
  });

  it('a pod is judged again when its labels no longer meet a policy, and when the policy goes', () => {
    const policy = aPolicy({ podSelector: { matchLabels: { app: 'web' } } });
    const world = new World([aPod(), policy]);
    expect(world.findings()).to.deep.equal([]);
    const open = ['KP-NET-002 Pod shop/web metadata.labels', 'KP-NET-002 Pod shop/web metadata.labels'];
    world.put(aPod({ metadata: { labels: { app: 'db' } } }));
    expect(world.findings()).to.deep.equal([...open, 'KP-NET-004 NetworkPolicy shop/default-deny spec.podSelector']);
    world.put(aPod());
    world.remove(policy);
    expect(world.findings()).to.deep.equal(open);
  });

  it('a pod is judged again when its service account says no', () => {
    const mounting = aPod({ spec: { automountServiceAccountToken: undefined } });
    const world = new World([mounting, aPolicy()]);
    expect(world.findings()).to.deep.equal(['KP-SA-004 Pod shop/web spec.automountServiceAccountToken']);
    world.put(aServiceAccount({ automountServiceAccountToken: false }));
    expect(world.findings()).to.deep.equal([]);
  });
});
