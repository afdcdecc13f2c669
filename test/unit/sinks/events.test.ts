import { expect } from 'chai';
import fc from 'fast-check';
import type { Outcome, Submission } from '#kube/writer.ts';
import type { WriteRequest } from '#kube/write-request.ts';
import type { Finding, Verdict } from '#model/verdict.ts';
import { EventSink } from '#sinks/events.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { aFinding, aVerdict } from '../../support/verdicts.ts';

const SETTLE_MS = 5000;
const HOUR_MS = 3_600_000;
const critical = aFinding({
  check: 'KP-POD-001',
  name: 'privileged',
  severity: 'critical',
  message: 'app is privileged',
});
const clean = aVerdict({});
const bad = (...findings: readonly Finding[]): Verdict => aVerdict({ findings });

/** A sink with a cluster of one Deployment, and a writer that sends everything at once and reports what the test says. */
class Bench {
  verdict: Verdict | undefined = clean;
  isSpeaking = true;
  answer: (request: WriteRequest) => Outcome['status'] = () => 'written';
  throttled = 0;
  readonly sent: WriteRequest[] = [];
  readonly held: Submission[] = [];
  isHeld = false;
  readonly clock = fakeClock();
  readonly sink: EventSink;

  constructor(settings = { enabled: true, rate: 1, burst: 50 }) {
    this.sink = new EventSink({
      submit: (submission) => {
        if (this.isHeld) this.held.push(submission);
        else this.fly(submission);
      },
      verdict: ({ name }) => (name === 'web' ? this.verdict : undefined),
      isSpeaking: () => this.isSpeaking,
      settings,
      instance: 'pod-1',
      clock: this.clock,
      onThrottled: () => {
        this.throttled += 1;
      },
    });
    this.sink.changed(clean.subject, false);
  }

  fly({ key, build }: Submission): void {
    const request = build() as WriteRequest | undefined;
    if (request === undefined) return;
    this.sent.push(request);
    this.sink.settled(key, { status: this.answer(request), reason: '' } as Outcome);
  }

  /** The verdict is another one now; lets it settle. */
  become(verdict: Verdict | undefined, { isNews = true, afterMs = SETTLE_MS } = {}): void {
    this.verdict = verdict;
    this.sink.changed(clean.subject, isNews);
    this.clock.advance(afterMs);
  }

  said(): readonly (readonly unknown[])[] {
    return this.sent.map(({ method, body }) => [method, body?.['reason'], body?.['message'], body?.['count']]);
  }
}

/** The aspects that somebody takes for open who heard all of it, in order. */
function heard(sent: readonly WriteRequest[]): readonly string[] {
  const open = new Set<string>();
  for (const { body } of sent) {
    const [, over, opened] = /(?:\((.)\): resolved|: (.))$/.exec(String(body?.['message'])) ?? [];
    if (over !== undefined) open.delete(over);
    if (opened !== undefined) open.add(opened);
  }
  return [...open].sort();
}

const CREATED = ['create', 'CriticalFinding', 'KP-POD-001 privileged: app is privileged', 1];
const RESOLVED = ['create', 'FindingResolved', 'KP-POD-001 privileged: resolved', 1];

describe('[unit] event sink', () => {
  it('makes an Event in the namespace of the workload, as kubectl describes it', () => {
    const bench = new Bench();
    const at = bench.clock.wall().getTime() + SETTLE_MS;
    bench.become(bad(critical));
    const { name } = bench.sent[0]!;
    expect(name).to.match(/^kubeposture\.[0-9a-f]{16}$/);
    expect(bench.sent).to.deep.equal([
      {
        method: 'create',
        resource: { group: '', version: 'v1', plural: 'events' },
        namespace: 'shop',
        name,
        body: {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace: 'shop' },
          involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u-1' },
          type: 'Warning',
          reason: 'CriticalFinding',
          message: 'KP-POD-001 privileged: app is privileged',
          count: 1,
          firstTimestamp: new Date(at).toISOString(),
          lastTimestamp: new Date(at).toISOString(),
          source: { component: 'kubeposture' },
          reportingComponent: 'kubeposture.io/operator',
          reportingInstance: 'pod-1',
        },
      },
    ]);
  });

  it('says nothing of what it knows from the first judgement, however often it is judged', () => {
    const bench = new Bench();
    bench.become(bad(critical), { isNews: false });
    bench.become({ ...bad(critical), pods: 3 });
    bench.become(bad(critical), { isNews: false });
    expect(bench.said()).to.deep.equal([]);
  });

  it('tells of the end too, and of an end of what it knew before', () => {
    const bench = new Bench();
    bench.become(bad(critical), { isNews: false });
    bench.become(clean);
    expect(bench.said()).to.deep.equal([RESOLVED]);
    expect(bench.sent[0]!.body!['type']).to.equal('Normal');
  });

  it('says nothing of what goes again before it has settled', () => {
    const bench = new Bench();
    bench.become(bad(critical), { afterMs: SETTLE_MS - 1 });
    bench.become(clean);
    expect(bench.said()).to.deep.equal([]);
    expect(bench.clock.pending()).to.deep.equal([]);
  });

  it('counts on the same Event what comes again within an hour, and makes another one later', () => {
    const bench = new Bench();
    for (let turn = 0; turn < 3; turn += 1) {
      bench.become(bad(critical));
      bench.become(clean);
    }
    const again = (count: number): unknown => ['patch', undefined, CREATED[2], count];
    const resolvedAgain = (count: number): unknown => ['patch', undefined, RESOLVED[2], count];
    expect(bench.said()).to.deep.equal([CREATED, RESOLVED, again(2), resolvedAgain(2), again(3), resolvedAgain(3)]);
    expect(new Set(bench.sent.map(({ name }) => name)).size).to.equal(2);
    bench.clock.advance(HOUR_MS);
    bench.become(bad(critical));
    expect(bench.said().slice(6)).to.deep.equal([CREATED]);
    expect(new Set(bench.sent.map(({ name }) => name)).size).to.equal(3);
  });

  it('makes the Event anew when the API server has let it go, and gives up where there is no place for it', () => {
    const bench = new Bench();
    bench.answer = ({ method }) => (method === 'patch' ? 'dropped' : 'written');
    bench.become(bad(critical));
    bench.become(clean);
    bench.become(bad(critical));
    const anew = ['create', 'CriticalFinding', CREATED[2], 2];
    expect(bench.said()).to.deep.equal([CREATED, RESOLVED, ['patch', undefined, CREATED[2], 2], anew]);
    bench.answer = () => 'dropped';
    bench.become(clean);
    expect(bench.said().length).to.equal(6);
  });

  it('an object is told of 25 times, then once in five minutes; what is left out is counted', () => {
    const bench = new Bench();
    const findings = Array.from({ length: 30 }, (_, index) => ({ ...critical, aspect: `a${String(index)}` }));
    bench.become(bad(...findings));
    expect([bench.sent.length, bench.throttled]).to.deep.equal([25, 5]);
    bench.clock.advance(300_000);
    bench.become(clean);
    expect([bench.sent.length, bench.throttled]).to.deep.equal([26, 34]);
  });

  it('all objects together keep to the settings, which may change', () => {
    const bench = new Bench({ enabled: true, rate: 1, burst: 2 });
    const findings = Array.from({ length: 5 }, (_, index) => ({ ...critical, aspect: `a${String(index)}` }));
    bench.become(bad(...findings));
    expect([bench.sent.length, bench.throttled]).to.deep.equal([2, 3]);
    bench.sink.configure({ enabled: true, rate: 1, burst: 4 });
    bench.become(clean);
    expect([bench.sent.length, bench.throttled]).to.deep.equal([6, 4]);
  });

  it('switched off, or without the lease, it tells nothing, and nothing afterwards of what came meanwhile', () => {
    const bench = new Bench();
    bench.sink.configure({ enabled: false, rate: 1, burst: 50 });
    bench.become(bad(critical));
    bench.sink.configure({ enabled: true, rate: 1, burst: 50 });
    bench.isSpeaking = false;
    bench.become(clean);
    bench.isSpeaking = true;
    bench.become({ ...clean, pods: 2 });
    expect(bench.said()).to.deep.equal([]);
    bench.become(bad(critical));
    expect(bench.said()).to.deep.equal([CREATED]);
  });

  it('tells of an object that is made anew, and nothing of one that is gone', () => {
    const bench = new Bench();
    bench.become(bad(critical));
    bench.become(undefined);
    bench.become({ ...bad(critical), subject: { ...clean.subject, uid: 'u-2' } });
    bench.become(clean, { afterMs: 0 });
    bench.become(undefined);
    expect(bench.said()).to.deep.equal([CREATED, CREATED]);
    expect(new Set(bench.sent.map(({ name }) => name)).size).to.equal(2);
  });

  it('tells nothing of what runs no pods', () => {
    const bench = new Bench();
    bench.become({ ...bad(critical), isWorkload: false });
    expect(bench.said()).to.deep.equal([]);
  });

  it('an Event of an object without namespace lies in default', () => {
    const bench = new Bench();
    const subject = { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'web' };
    bench.verdict = { ...bad(critical), subject };
    bench.sink.changed(subject, true);
    bench.clock.advance(SETTLE_MS);
    const { namespace, body } = bench.sent[0]!;
    const about = { apiVersion: 'v1', kind: 'Node', name: 'web' };
    expect([namespace, body!['involvedObject']]).to.deep.equal(['default', about]);
  });

  const MESSAGES: readonly (readonly [name: string, message: string, expected: string])[] = [
    ['controls and marks of direction', 'a\u001b[31m\nb\u202ec', 'KP-POD-001 privileged: a�[31m�b�c'],
    ['a name of any length, to the byte', 'x'.repeat(2000), `KP-POD-001 privileged: ${'x'.repeat(998)}…`],
    ['and never half a character', `${'x'.repeat(996)}${'😀'.repeat(9)}`, `KP-POD-001 privileged: ${'x'.repeat(996)}…`],
  ];
  for (const [name, message, expected] of MESSAGES) {
    it(`a message is harmless: ${name}`, () => {
      const bench = new Bench();
      bench.become(bad({ ...critical, message }));
      expect(bench.said()[0]![2]).to.equal(expected);
      expect(Buffer.byteLength(String(bench.said()[0]![2]))).to.be.at.most(1024);
    });
  }

  it('what waited for the writer for ten minutes is no news any more', () => {
    const bench = new Bench();
    bench.isHeld = true;
    bench.become(bad(critical));
    bench.clock.advance(600_001);
    bench.held.forEach((submission) => {
      bench.fly(submission);
    });
    expect(bench.said()).to.deep.equal([]);
  });

  it('law: whoever heard everything knows what is open', () => {
    const aspects = ['a', 'b', 'c'];
    const step = fc.record({
      open: fc.subarray(aspects),
      unsure: fc.subarray(aspects),
      afterMs: fc.constantFrom(0, 1000, SETTLE_MS, HOUR_MS),
    });
    const verdictOf = (open: readonly string[], unsure: readonly string[]): Verdict => {
      const gaps = unsure.filter((each) => !open.includes(each));
      return aVerdict({
        findings: open.map((each) => ({ ...critical, aspect: each, message: each })),
        notEvaluated: gaps.map((each) => ({ check: critical.check, aspect: each, reason: 'forbidden' })),
      });
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 7 }), fc.subarray(aspects), (steps, last) => {
        const bench = new Bench({ enabled: true, rate: 1000, burst: 1000 });
        for (const { open, unsure, afterMs } of steps) {
          bench.become(verdictOf(open, unsure), { afterMs });
        }
        bench.become(verdictOf(last, []));
        bench.clock.advance(SETTLE_MS);
        expect(heard(bench.sent)).to.deep.equal([...last].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('after its end nothing comes any more', () => {
    const bench = new Bench();
    bench.become(bad(critical), { afterMs: 0 });
    bench.sink.stop();
    bench.clock.advance(HOUR_MS);
    expect(bench.said()).to.deep.equal([]);
  });
});
