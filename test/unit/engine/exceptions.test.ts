import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import {
  aClusterRole,
  aClusterRoleBinding,
  aDeployment,
  aNamespace,
  aPod,
  ago,
  aged,
  EVERYTHING,
} from '#checks/samples.ts';
import { scoreOf } from '#engine/score.ts';
import type { ExceptionRules } from '#model/exception.ts';
import type { Manifest } from '#model/check.ts';
import { World } from '../../support/world.ts';

const DAY = 24 * 3600;
type Spec = Readonly<Record<string, unknown>>;

function exception(spec: Spec, metadata: object = {}): Manifest {
  return {
    apiVersion: 'kubeposture.io/v1alpha1',
    kind: 'SecurityException',
    metadata: { name: 'legacy', namespace: 'shop', ...metadata },
    spec: { checks: ['KP-POD-001'], reason: 'a migration', ...spec },
  };
}

function everywhere(spec: Spec, metadata: object = {}): Manifest {
  const { apiVersion, spec: given } = exception(spec);
  return { apiVersion, kind: 'ClusterSecurityException', metadata: { name: 'everywhere', ...metadata }, spec: given };
}

const privileged = { name: 'app', image: 'r.example/a:1', securityContext: { privileged: true } };
const WEB_APP = aDeployment({ container: privileged, spec: { hostPID: true } });
const SHOP: readonly Manifest[] = [
  { ...WEB_APP, metadata: { name: 'web', namespace: 'shop', labels: { tier: 'front' } } },
  aPod({ metadata: { name: 'legacy-1' }, container: privileged }),
  aPod({ metadata: { name: 'web', namespace: 'bank' }, container: privileged }),
];

function worldWith(manifests: readonly Manifest[], rules?: Partial<ExceptionRules>): World {
  const exceptions = { catalogue: CHECKS, maxDays: 0, nonSuppressible: [], broadAbove: 100, ...rules };
  return new World([...SHOP, ...manifests], CHECKS, { exceptions });
}

/** Where findings of two checks are suppressed, `Kind ns/name check`. */
function suppressed(world: World): readonly string[] {
  return world
    .verdicts()
    .flatMap(({ subject: { kind, namespace, name }, findings }) =>
      findings
        .filter(({ status }) => status === 'suppressed')
        .map(({ check }) => `${kind} ${namespace}/${name} ${check}`),
    )
    .sort();
}

const WEB = 'Deployment shop/web KP-POD-001';
const LEGACY = 'Pod shop/legacy-1 KP-POD-001';
const BANK = 'Pod bank/web KP-POD-001';

interface Case {
  readonly name: string;
  readonly given: Manifest;
  readonly covers: readonly string[];
  /** Active where it covers something. */
  readonly state?: string;
  readonly says?: string;
  readonly rules?: Partial<ExceptionRules>;
}

const cases: readonly Case[] = [
  { name: 'a check by id, in its own namespace alone', given: exception({}), covers: [WEB, LEGACY] },
  { name: 'a check by name', given: exception({ checks: ['privileged-container'] }), covers: [WEB, LEGACY] },
  {
    name: 'several checks',
    given: exception({ checks: ['KP-POD-001', 'host-pid'] }),
    covers: [WEB, 'Deployment shop/web KP-POD-002', LEGACY],
  },
  { name: 'a kind', given: exception({ subjects: { kinds: ['Deployment'] } }), covers: [WEB] },
  { name: 'a name', given: exception({ subjects: { names: ['web'] } }), covers: [WEB] },
  { name: 'a glob', given: exception({ subjects: { names: ['leg*'] } }), covers: [LEGACY] },
  {
    name: 'no prefix without a star',
    given: exception({ subjects: { names: ['legacy'] } }),
    covers: [],
    state: 'NeverMatched',
  },
  {
    name: 'no regular expression',
    given: exception({ subjects: { names: ['.*', 'w.b', '(w+)+'] } }),
    covers: [],
    state: 'NeverMatched',
  },
  { name: 'labels', given: exception({ subjects: { matchLabels: { tier: 'front' } } }), covers: [WEB] },
  {
    name: 'other labels',
    given: exception({ subjects: { matchLabels: { tier: 'back' } } }),
    covers: [],
    state: 'NeverMatched',
  },
  {
    name: 'a label that every object has by inheritance',
    given: exception({ subjects: { matchLabels: { constructor: 'x' } } }),
    covers: [],
    state: 'NeverMatched',
  },
  { name: 'a container', given: exception({ subjects: { containers: ['app'] } }), covers: [WEB, LEGACY] },
  {
    name: 'another container',
    given: exception({ subjects: { containers: ['side*'] } }),
    covers: [],
    state: 'NeverMatched',
  },
  {
    name: 'a container, of which no finding of the pod is',
    given: exception({ checks: ['KP-POD-002'], subjects: { containers: ['app'] } }),
    covers: [],
    state: 'NeverMatched',
  },
  { name: 'a foreign namespace', given: exception({}, { namespace: 'bank' }), covers: [BANK] },
  { name: 'everywhere', given: everywhere({}), covers: [WEB, BANK, LEGACY] },
  { name: 'some namespaces', given: everywhere({ subjects: { namespaces: ['b*'] } }), covers: [BANK] },
  { name: 'until a time', given: exception({ expires: ago(-DAY) }), covers: [WEB, LEGACY] },
  { name: 'no time any more', given: exception({ expires: ago(0) }), covers: [], state: 'Expired' },
  {
    name: 'without a reason',
    given: exception({ reason: ' ' }),
    covers: [],
    state: 'Invalid',
    says: 'spec.reason: nobody says why',
  },
  {
    name: 'without a check',
    given: exception({ checks: [] }),
    covers: [],
    state: 'Invalid',
    says: 'spec.checks: no check is named',
  },
  {
    name: 'a check that there is not',
    given: exception({ checks: ['KP-POD-001', 'KP-POD-999'] }),
    covers: [],
    state: 'Invalid',
    says: 'spec.checks: there is no check KP-POD-999',
  },
  {
    name: 'a glob of checks',
    given: exception({ checks: ['KP-POD-*'] }),
    covers: [],
    state: 'Invalid',
    says: 'spec.checks: there is no check KP-POD-*',
  },
  {
    name: 'an aspect that there is not',
    given: exception({ checks: ['KP-POD-001/odd'] }),
    covers: [],
    state: 'Invalid',
    says: 'spec.checks: KP-POD-001 has no aspect odd',
  },
  {
    name: 'every check, without an end',
    given: exception({ checks: ['*'] }),
    covers: [],
    state: 'Invalid',
    says: 'spec.expires: every check is named, so an end must be',
  },
  {
    name: 'a slip in the name of a selector',
    given: exception({ subjects: { name: ['web'] } }),
    covers: [],
    state: 'Invalid',
    says: 'spec.subjects.name: there is no such field',
  },
  {
    name: 'a selector of the wrong type',
    given: exception({ subjects: { names: 'web' } }),
    covers: [],
    state: 'Invalid',
    says: 'spec.subjects.names: expected list, found string',
  },
  {
    name: 'a day instead of a time',
    given: exception({ expires: '2026-12-31' }),
    covers: [],
    state: 'Invalid',
    says: 'spec.expires: expected time, found string',
  },
  {
    name: 'namespaces in one',
    given: exception({ subjects: { namespaces: ['bank'] } }),
    covers: [],
    state: 'Invalid',
    says: 'spec.subjects.namespaces: only a ClusterSecurityException has it',
  },
  {
    name: 'a kind that is in no namespace',
    given: exception({ subjects: { kinds: ['ClusterRole'] } }),
    covers: [],
    state: 'Invalid',
    says: 'spec.subjects.kinds: ClusterRole is in no namespace, which takes a ClusterSecurityException',
  },
  {
    name: 'a check that is not to be suppressed',
    given: exception({ checks: ['privileged-container'] }),
    rules: { nonSuppressible: ['KP-POD-001'] },
    covers: [],
    state: 'Invalid',
    says: 'spec.checks: KP-POD-001 is not to be suppressed here',
  },
  {
    name: 'no end, where one must be',
    given: exception({}),
    rules: { maxDays: 30 },
    covers: [],
    state: 'Invalid',
    says: 'spec.expires: must be said, exceptions.maxDays allows 30 days',
  },
  {
    name: 'an end that is too far away',
    given: aged(10 * DAY, exception({ expires: ago(-21 * DAY) })),
    rules: { maxDays: 30 },
    covers: [],
    state: 'Invalid',
    says: 'spec.expires: later than 2026-06-21T12:00:00Z, exceptions.maxDays allows 30 days',
  },
  {
    name: 'an end that is near enough',
    given: aged(10 * DAY, exception({ expires: ago(-20 * DAY) })),
    rules: { maxDays: 30 },
    covers: [WEB, LEGACY],
  },
  {
    name: 'more objects than are likely to be meant',
    given: exception({}),
    rules: { broadAbove: 1 },
    covers: [WEB, LEGACY],
    state: 'Overbroad',
    says: 'findings on 2 objects are under it, more than 1',
  },
];

describe('[unit] exceptions', () => {
  for (const { name, given, covers, state = 'Active', says, rules } of cases)
    it(`cover ${name}`, () => {
      const world = worldWith([given], rules);
      const [standing] = [...world.engine.exceptions.standings(world.engine.now)];
      expect({
        covers: suppressed(world),
        state: standing?.state,
        says: standing?.fault,
        findings: standing?.findings,
      }).to.deep.equal({
        covers,
        state,
        says,
        findings: covers.length,
      });
    });

  it('every check: all but those that are accepted or not to be suppressed', () => {
    const all = exception({ checks: ['*'], expires: ago(-DAY), subjects: { names: ['web'] } });
    const world = worldWith([all], { nonSuppressible: ['KP-POD-002'] });
    const of = world.verdicts().find(({ subject }) => subject.name === 'web' && subject.namespace === 'shop');
    const open = of?.findings.filter(({ status }) => status === 'fail').map(({ check }) => check);
    expect(open).to.deep.equal(['KP-POD-002']);
  });

  it('an aspect, and no other', () => {
    const binding = (name: string): Manifest => exception({ checks: [name] });
    const pod = aPod({ metadata: { name: 'x' }, spec: { hostNetwork: true } });
    const aspects = (given: readonly Manifest[]): readonly string[] =>
      new World([pod, ...given])
        .findingsOf('KP-NET-002')
        .map(({ aspect = '', status }) => `${aspect} ${status}`)
        .sort();
    const [first = '', second = ''] = aspects([]).map((each) => each.split(' ')[0] ?? '');
    expect(aspects([])).to.deep.equal([`${first} fail`, `${second} fail`]);
    expect(aspects([binding(`KP-NET-002/${first}`)])).to.deep.equal([`${first} suppressed`, `${second} fail`]);
    expect(aspects([binding(`pod-not-isolated/${second}`)])).to.deep.equal([`${first} fail`, `${second} suppressed`]);
  });

  it('what is cluster-scoped, the Namespace among it, is for the kind that is', () => {
    const objects = [
      aNamespace({ name: 'shop', labels: {} }),
      aClusterRole(EVERYTHING),
      aClusterRoleBinding({ role: { kind: 'ClusterRole', name: 'web' } }),
    ];
    const every = { checks: ['*'], expires: ago(-DAY) };
    const kinds = (given: Manifest): readonly string[] => [
      ...new Set(suppressed(worldWith([...objects, given])).map((row) => row.split(' ')[0] ?? '')),
    ];
    expect(kinds(exception(every))).to.deep.equal(['Deployment', 'Pod']);
    expect(kinds(everywhere(every))).to.include.members(['ClusterRole', 'Deployment', 'Namespace', 'Pod']);
    const within = kinds(everywhere({ ...every, subjects: { namespaces: ['shop'] } }));
    expect(within).to.deep.equal(['Deployment', 'Namespace', 'Pod']);
  });

  it('the one that lasts longest names the finding; all that cover it count', () => {
    const [short, long] = [exception({ expires: ago(-DAY) }), everywhere({ expires: ago(-2 * DAY), reason: 'longer' })];
    const world = worldWith([short, long]);
    const named = (): readonly unknown[] =>
      world
        .findingsOf('KP-POD-001')
        .filter(({ pods }) => pods === 0)
        .map(({ status, exception: by }) => by ?? status);
    const longer = { kind: 'ClusterSecurityException', name: 'everywhere', reason: 'longer', expires: ago(-2 * DAY) };
    expect(named()).to.deep.equal([longer]);
    expect(world.standings()).to.deep.equal([
      'ClusterSecurityException /everywhere Active 3/3',
      'SecurityException shop/legacy Active 2/2',
    ]);
    world.wait(DAY);
    expect(world.standings()).to.deep.equal([
      'ClusterSecurityException /everywhere Active 3/3',
      'SecurityException shop/legacy Expired 0/0',
    ]);
    world.remove(long);
    expect(named()).to.deep.equal(['fail']);
  });

  it('takes effect at once, both ways, and judges nothing again', () => {
    const world = worldWith([]);
    const evaluations = (): number => Object.values(world.engine.evaluations.byOutcome).reduce((a, b) => a + b, 0);
    const before = evaluations();
    world.put(exception({ subjects: { names: ['web'] } }));
    expect(suppressed(world)).to.deep.equal([WEB]);
    world.put(exception({ subjects: { names: ['legacy-*'] } }));
    expect(suppressed(world)).to.deep.equal([LEGACY]);
    world.remove(exception({}));
    expect(suppressed(world)).to.deep.equal([]);
    expect(evaluations()).to.equal(before);
  });

  it('lasts to its moment', () => {
    const world = worldWith([exception({ expires: ago(-DAY) })]);
    const found = [suppressed(world).length];
    for (const seconds of [DAY - 1, 1]) {
      world.wait(seconds);
      found.push(suppressed(world).length);
    }
    expect(found).to.deep.equal([2, 2, 0]);
  });

  it('what it once covered and covers no longer is no slip', () => {
    const status = { state: 'Active', matchedFindings: 1, lastMatched: ago(DAY), observedGeneration: 2 };
    const states = [2, 3].map((generation) => {
      const given = exception({ checks: ['KP-POD-007'] }, { generation });
      return worldWith([{ ...given, status }]).standings();
    });
    expect(states).to.deep.equal([
      ['SecurityException shop/legacy Active 0/0'],
      ['SecurityException shop/legacy NeverMatched 0/0'],
    ]);
  });

  it('accepting is no repair: the score says what it would be', () => {
    const scores = (given: readonly Manifest[]): readonly number[] => {
      const { engine } = worldWith(given);
      const tally = engine.tally('shop');
      return [tally.open, tally.openWithoutExceptions].map((open) => scoreOf(open, 'namespace').exact);
    };
    const [open, same] = scores([]);
    const [better, without] = scores([exception({ checks: ['KP-POD-001', 'KP-POD-002'] })]);
    expect([same, without]).to.deep.equal([open, open]);
    expect(better).to.be.above(open ?? 100);
  });

  it('of a thousand hostile ones none does harm', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `${'a*'.repeat(100)}${String(index)}`);
    const hostile = Array.from({ length: 50 }, (_, index) =>
      exception({ subjects: { names }, reason: '\u001b[2J\u202e', owner: '__proto__' }, { name: `h${String(index)}` }),
    );
    const world = worldWith([...hostile, aPod({ metadata: { name: 'a'.repeat(253) }, container: privileged })]);
    expect(suppressed(world)).to.deep.equal([]);
  });
});
