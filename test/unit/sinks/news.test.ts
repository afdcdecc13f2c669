import { expect } from 'chai';
import type { Finding, NotEvaluated } from '#model/verdict.ts';
import { newsOf, toldBy, type News } from '#sinks/news.ts';
import { aFinding, aVerdict } from '../../support/verdicts.ts';

const critical = aFinding({
  check: 'KP-POD-001',
  name: 'privileged',
  severity: 'critical',
  message: 'app is privileged',
});
const high = aFinding({ check: 'KP-POD-002', name: 'host-pid', severity: 'high', message: 'sees the node' });
const medium = aFinding({ check: 'KP-POD-003', name: 'no-limits', severity: 'medium', message: 'eats all' });
const second = { ...critical, path: 'spec.containers[1]', message: 'proxy is privileged' };
const aspect = { ...high, aspect: 'initContainers' };

const isNew = ({ check, name, aspect = '', severity, message }: Finding, more = ''): News => ({
  reason: severity === 'critical' ? 'CriticalFinding' : 'HighFinding',
  topic: `${check}/${aspect}`,
  text: `${check} ${name}: ${message}${more}`,
});
const isOver = ({ check, name, aspect }: Finding, how = 'resolved'): News => ({
  reason: 'FindingResolved',
  topic: `${check}/${aspect ?? ''}`,
  text: `${check} ${name}${aspect === undefined ? '' : ` (${aspect})`}: ${how}`,
});

interface Case {
  readonly name: string;
  readonly before: readonly Finding[];
  readonly after: readonly Finding[];
  readonly unsure?: readonly NotEvaluated[];
  readonly news: readonly News[];
}

const CASES: readonly Case[] = [
  { name: 'what is as it was is no news', before: [critical, high], after: [critical, high], news: [] },
  { name: 'medium and below are no news', before: [], after: [medium], news: [] },
  { name: 'new ones, worst first', before: [], after: [critical, high], news: [isNew(critical), isNew(high)] },
  { name: 'two of one check are one', before: [], after: [critical, second], news: [isNew(critical, ' (and 1 more)')] },
  { name: 'one more of a check that is told already', before: [critical], after: [critical, second], news: [] },
  { name: 'one of two is left', before: [critical, second], after: [second], news: [] },
  { name: 'aspects are told apart', before: [high], after: [high, aspect], news: [isNew(aspect)] },
  { name: 'gone', before: [critical, high], after: [high], news: [isOver(critical)] },
  {
    name: 'new and gone at once',
    before: [critical],
    after: [high],
    news: [isNew(high), isOver(critical)],
  },
  {
    name: 'worse than it was',
    before: [{ ...critical, severity: 'high' }],
    after: [critical],
    news: [isNew(critical)],
  },
  { name: 'less bad, but still high', before: [critical], after: [{ ...critical, severity: 'high' }], news: [] },
  {
    name: 'less bad than high',
    before: [critical],
    after: [{ ...critical, severity: 'low' }],
    news: [isOver(critical, 'only low now')],
  },
  {
    name: 'accepted',
    before: [critical],
    after: [{ ...critical, status: 'accepted' }],
    news: [isOver(critical, 'accepted')],
  },
  { name: 'accepted from the start', before: [], after: [{ ...critical, status: 'accepted' }], news: [] },
  {
    name: 'not gone where its check cannot say',
    before: [critical],
    after: [],
    unsure: [{ check: 'KP-POD-001', reason: 'forbidden' }],
    news: [],
  },
  {
    name: 'gone where its check cannot say of another aspect',
    before: [aspect],
    after: [],
    unsure: [{ check: 'KP-POD-002', aspect: 'containers', reason: 'forbidden' }],
    news: [isOver(aspect)],
  },
];

describe('[unit] news of a workload', () => {
  for (const { name, before, after, unsure = [], news } of CASES) {
    it(name, () => {
      const now = aVerdict({ findings: after, notEvaluated: unsure });
      expect(newsOf(aVerdict({ findings: before }), now)).to.deep.equal(news);
    });
  }

  it('everything of an object that was not there before, also under an old name', () => {
    const old = aVerdict({ findings: [critical] });
    const anew = aVerdict({ findings: [critical], subject: { ...old.subject, uid: 'u-2' } });
    expect(newsOf(undefined, old)).to.deep.equal([isNew(critical)]);
    expect(newsOf(old, anew)).to.deep.equal([isNew(critical)]);
  });

  it('what is told stays told while its check cannot say', () => {
    const before = aVerdict({ findings: [critical, high] });
    const blind = aVerdict({ findings: [high], notEvaluated: [{ check: 'KP-POD-001', reason: 'forbidden' }] });
    expect(newsOf(toldBy(before, blind), before)).to.deep.equal([]);
    expect(newsOf(toldBy(before, blind), aVerdict({ findings: [high] }))).to.deep.equal([isOver(critical)]);
  });

  it('a verdict without such a gap is kept as it is, and costs no memory', () => {
    const now = aVerdict({ findings: [high] });
    expect(toldBy(aVerdict({ findings: [critical] }), now)).to.equal(now);
  });
});
