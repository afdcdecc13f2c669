import { expect } from 'chai';
import { scoreOf, type Scope } from '#engine/score.ts';
import { Tally } from '#engine/tally.ts';
import type { CheckId } from '#model/check.ts';
import type { Severity } from '#model/severity.ts';
import type { Finding, Grade, Verdict } from '#model/verdict.ts';

type Found = readonly [CheckId, Severity, status?: Finding['status']];

function verdict(name: string, found: readonly Found[]): Verdict {
  return {
    subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name },
    isWorkload: true,
    pods: 1,
    findings: found.map(([check, severity, status = 'fail']): Finding => ({
      check,
      name: 'x',
      severity,
      status,
      path: 'spec',
      message: 'wrong',
      evidence: 'observed',
      because: [],
      pods: 1,
    })),
    notEvaluated: [],
    passed: 1000,
    score: { exact: 100, grade: 'A', topFixes: [] },
  };
}

/** So many checks of one severity, numbered from one. */
function checks(count: number, severity: Severity, area: 'POD' | 'NET' | 'ADM' | 'LOG' = 'POD'): readonly Found[] {
  return Array.from({ length: count }, (_, index) => [
    `KP-${area}-${String(index + 1).padStart(3, '0')}` as CheckId,
    severity,
  ]);
}

/** A Deployment with no security settings at all. */
const BARE: readonly Found[] = [...checks(6, 'medium', 'POD'), ...checks(6, 'low', 'LOG')];
const KUBEADM: readonly Found[] = [
  ['KP-ADM-001', 'high'],
  ...checks(8, 'medium', 'NET'),
  ...checks(20, 'low', 'ADM').map(([, severity], index): Found => [`KP-KUBELET-${String(index + 100)}`, severity]),
];

const copies = (count: number, found: readonly Found[]): readonly Verdict[] =>
  Array.from({ length: count }, (_, index) => verdict(`w${String(index)}`, found));

const CASES: readonly {
  readonly name: string;
  readonly scope: Scope;
  readonly given: readonly Verdict[];
  readonly expected: readonly [number, Grade];
}[] = [
  { name: 'nothing found', scope: 'resource', given: [verdict('a', [])], expected: [100, 'A'] },
  { name: 'info only', scope: 'resource', given: [verdict('a', checks(50, 'info'))], expected: [100, 'A'] },
  { name: 'one low', scope: 'resource', given: [verdict('a', checks(1, 'low'))], expected: [98.7, 'A'] },
  { name: 'one medium', scope: 'resource', given: [verdict('a', checks(1, 'medium'))], expected: [89, 'B'] },
  { name: 'one high', scope: 'resource', given: [verdict('a', checks(1, 'high'))], expected: [74, 'C'] },
  { name: 'one critical', scope: 'resource', given: [verdict('a', checks(1, 'critical'))], expected: [49, 'F'] },
  { name: 'six mediums', scope: 'resource', given: [verdict('a', checks(6, 'medium'))], expected: [73.2, 'C'] },
  { name: 'no security settings at all', scope: 'resource', given: [verdict('a', BARE)], expected: [67.7, 'C'] },
  {
    name: 'with :latest',
    scope: 'resource',
    given: [verdict('a', [...BARE, ['KP-IMG-001', 'medium']])],
    expected: [64.2, 'D'],
  },
  {
    name: 'privileged as well',
    scope: 'resource',
    given: [verdict('a', [...BARE, ['KP-IMG-001', 'medium'], ['KP-NODE-001', 'high']])],
    expected: [54, 'D'],
  },
  {
    name: 'a fresh cluster',
    scope: 'cluster',
    given: [verdict('a', KUBEADM)],
    expected: [74, 'C'],
  },
  {
    name: 'a hardened cluster',
    scope: 'cluster',
    given: [verdict('a', checks(3, 'medium', 'NET')), ...copies(2, checks(10, 'low', 'LOG'))],
    expected: [89, 'B'],
  },
  {
    name: 'a thousand copies of one flaw cost ten doublings',
    scope: 'resource',
    given: copies(1024, checks(1, 'low')),
    expected: [86.6, 'B'],
  },
  {
    name: 'of one check on one subject only the worst counts',
    scope: 'resource',
    given: [
      verdict('a', [
        ['KP-POD-001', 'low'],
        ['KP-POD-001', 'medium'],
        ['KP-POD-001', 'low'],
      ]),
    ],
    expected: [89, 'B'],
  },
  {
    name: 'accepted and suppressed do not score',
    scope: 'resource',
    given: [
      verdict('a', [
        ['KP-POD-001', 'critical', 'accepted'],
        ['KP-POD-002', 'critical', 'suppressed'],
      ]),
    ],
    expected: [100, 'A'],
  },
];

function tallyOf(given: readonly Verdict[]): Tally {
  const tally = new Tally();
  for (const each of given) tally.add(each);
  return tally;
}

describe('[unit] score', () => {
  for (const { name, scope, given, expected } of CASES) {
    it(`${name}: ${String(expected[0])} of a ${scope}`, () => {
      const { exact, grade } = scoreOf(tallyOf(given).open, scope);
      expect([exact, grade]).to.deep.equal(expected);
    });
  }

  it('says what caps it and what repairs gain most, at most five', () => {
    const found: readonly Found[] = [['KP-RBAC-022', 'critical'], ['KP-POD-001', 'high'], ...checks(5, 'low', 'LOG')];
    const { cappedBy, topFixes, exact } = scoreOf(tallyOf([verdict('a', found)]).open, 'resource');
    expect({ cappedBy, topFixes, exact }).to.deep.equal({
      exact: 49,
      cappedBy: { check: 'KP-RBAC-022', severity: 'critical' },
      topFixes: [
        { check: 'KP-RBAC-022', scoreAfter: 74 },
        { check: 'KP-POD-001', scoreAfter: 49 },
        { check: 'KP-LOG-001', scoreAfter: 49 },
        { check: 'KP-LOG-002', scoreAfter: 49 },
        { check: 'KP-LOG-003', scoreAfter: 49 },
      ],
    });
  });

  it('a tally gives back what was taken out', () => {
    const tally = tallyOf([verdict('a', BARE), verdict('b', KUBEADM)]);
    tally.remove(verdict('b', KUBEADM));
    const alone = tallyOf([verdict('a', BARE)]);
    expect([tally.summary, new Map(tally.open), tally.subjects]).to.deep.equal([
      alone.summary,
      new Map(alone.open),
      alone.subjects,
    ]);
    tally.remove(verdict('a', BARE));
    expect([tally.open.size, tally.subjects, tally.workloads]).to.deep.equal([0, 0, 0]);
  });
});
