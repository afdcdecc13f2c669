import { expect } from 'chai';
import { silentLogger } from '#log/logger.ts';
import type { Report, ReportBody } from '#report/body.ts';
import type { ReportRef } from '#report/identity.ts';
import { ReportSink, placeOf, type Standing, type Wanted, type Write } from '#sinks/reports.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const WEB: ReportRef = { kind: 'SecurityReport', namespace: 'shop', name: 'deployment-web' };
const DIGEST = 'kubeposture.io/digest';

function report(digest: string, ...fingerprints: readonly string[]): Report {
  const metadata = { name: WEB.name, namespace: WEB.namespace, labels: {}, annotations: { [DIGEST]: digest } };
  const findings = fingerprints.map((fingerprint) => ({ fingerprint }));
  return {
    ref: WEB,
    digest,
    body: { apiVersion: 'kubeposture.io/v1alpha1', kind: 'SecurityReport', metadata, findings },
  };
}

const standing = (digest: string | undefined, generation = 0): Standing => ({ digest, generation });

/** A sink before an API server of one object: what is written is held, and shown on the watch when the test says so. */
class Bench {
  wanted: Wanted = 'none';
  stored: ReportBody | undefined;
  generation = 0;
  beforeAnswer = (): void => undefined;
  readonly log: string[] = [];
  readonly clock = fakeClock();
  readonly sink: ReportSink;
  #writing: Promise<void> = Promise.resolve();

  constructor() {
    this.sink = new ReportSink({
      api: {
        submit: (_key, write, isUrgent) => {
          this.#writing = this.#writing.then(async () => {
            this.#take(await write(), isUrgent);
          });
        },
        get: () => {
          this.log.push('get');
          return Promise.resolve(this.stored);
        },
      },
      wanted: () => this.wanted,
      logger: silentLogger,
      clock: this.clock,
    });
  }

  #take(write: Write | undefined, isUrgent: boolean): void {
    if (write === undefined) return;
    this.log.push(`${write.verb}${isUrgent ? ' urgently' : ''}`);
    this.stored = write.verb === 'apply' ? (write.body as ReportBody) : undefined;
    this.generation += 1;
    this.beforeAnswer();
    write.done(this.generation);
  }

  /** Lets the time pass, and everything that falls due be written. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.#writing;
  }

  firstSeen(): unknown {
    return this.stored?.findings.map(({ fingerprint, firstSeen }) => [fingerprint, firstSeen]);
  }
}

describe('[unit] report sink', () => {
  it('writes nothing before it may, and then what should stand', async () => {
    const bench = new Bench();
    bench.wanted = report('1', 'a');
    bench.sink.touch(WEB);
    await bench.pass(10_000);
    expect(bench.log).to.deep.equal([]);
    bench.sink.start([WEB]);
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['apply']);
  });

  it('writes nothing that the API server holds already: a restart costs no write', async () => {
    const bench = new Bench();
    bench.wanted = report('1', 'a');
    bench.sink.held(WEB, standing('1'));
    bench.sink.start([WEB]);
    await bench.pass(10_000);
    expect(bench.log).to.deep.equal([]);
  });

  it('merges the changes of a while into one write', async () => {
    const bench = new Bench();
    bench.sink.start([]);
    for (const digest of ['1', '2', '3']) {
      bench.wanted = report(digest);
      bench.sink.touch(WEB);
      await bench.pass(20);
    }
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['apply']);
  });

  it('does not take a late echo of its own write for news', async () => {
    const bench = new Bench();
    bench.sink.start([]);
    for (const digest of ['1', '2']) {
      bench.wanted = report(digest);
      bench.sink.touch(WEB);
      await bench.pass(100);
    }
    for (const digest of ['1', '2']) {
      bench.sink.held(WEB, standing(digest));
      await bench.pass(10_000);
    }
    expect(bench.log).to.deep.equal(['apply', 'apply']);
  });

  it('puts right what somebody else changed or removed', async () => {
    const bench = new Bench();
    bench.wanted = report('1');
    bench.sink.start([WEB]);
    await bench.pass(100);
    bench.sink.held(WEB, standing('1'));
    bench.sink.held(WEB, standing(undefined));
    await bench.pass(100);
    bench.sink.gone(WEB);
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['apply', 'get', 'apply', 'apply']);
  });

  it('puts right what somebody else changed behind its annotation, once', async () => {
    const bench = new Bench();
    bench.wanted = report('1', 'a');
    bench.sink.start([WEB]);
    await bench.pass(100);
    bench.sink.held(WEB, standing('1', 1));
    bench.sink.held(WEB, standing('1', 1));
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['apply']);
    bench.generation = 2;
    bench.sink.held(WEB, standing('1', 2));
    await bench.pass(100);
    bench.sink.held(WEB, standing('1', 3));
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['apply', 'apply']);
  });

  it('does not take its own write for another when the watch is faster than the answer', async () => {
    const bench = new Bench();
    bench.sink.held(WEB, standing('1', 1));
    bench.generation = 1;
    bench.sink.start([]);
    bench.wanted = report('2');
    bench.sink.touch(WEB);
    bench.beforeAnswer = () => {
      bench.sink.held(WEB, standing('2', 2));
    };
    await bench.pass(100);
    await bench.pass(10_000);
    expect(bench.log).to.deep.equal(['get', 'apply']);
  });

  it('keeps firstSeen of what stays, of a report of an earlier process too; a regression starts anew', async () => {
    const bench = new Bench();
    bench.stored = { ...report('0', 'a').body, findings: [{ fingerprint: 'a', firstSeen: 'long ago' }] };
    bench.sink.held(WEB, standing('0'));
    bench.wanted = report('1', 'a', 'b');
    bench.sink.start([WEB]);
    await bench.pass(100);
    const [, second] = bench.firstSeen() as readonly (readonly [string, string])[];
    expect(bench.firstSeen()).to.deep.equal([
      ['a', 'long ago'],
      ['b', second?.[1]],
    ]);
    bench.wanted = report('2', 'b');
    bench.sink.touch(WEB);
    await bench.pass(60_000);
    bench.wanted = report('3', 'a', 'b');
    bench.sink.touch(WEB);
    await bench.pass(100);
    const [again, kept] = bench.firstSeen() as readonly (readonly [string, string])[];
    expect(kept).to.deep.equal(['b', second?.[1]]);
    expect(again?.[1]).to.not.equal('long ago');
    expect(bench.log).to.deep.equal(['get', 'apply', 'apply', 'apply']);
  });

  it('removes at once what nothing wants any more, though the subject is there', async () => {
    const bench = new Bench();
    bench.sink.held(WEB, standing('1'));
    bench.sink.start([WEB]);
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['delete']);
  });

  it('leaves the report of a gone subject to the garbage collection, and removes it when that does not come', async () => {
    const bench = new Bench();
    bench.wanted = 'orphan';
    bench.sink.held(WEB, standing('1'));
    bench.sink.start([]);
    await bench.pass(100);
    await bench.pass(14_000);
    expect(bench.log).to.deep.equal([]);
    await bench.pass(2000);
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['delete']);
  });

  it('spares a report whose subject comes back in time', async () => {
    const bench = new Bench();
    bench.wanted = 'orphan';
    bench.sink.held(WEB, standing('1'));
    bench.sink.start([]);
    await bench.pass(100);
    await bench.pass(5000);
    bench.wanted = report('1');
    bench.sink.touch(WEB);
    await bench.pass(60_000);
    bench.wanted = 'orphan';
    bench.sink.touch(WEB);
    await bench.pass(100);
    await bench.pass(14_000);
    expect(bench.log).to.deep.equal([]);
  });

  it('lets what is urgent go first, and waits longer with sums', async () => {
    const bench = new Bench();
    bench.wanted = report('1');
    bench.sink.start([]);
    bench.sink.touch(WEB, { isSum: true });
    await bench.pass(900);
    expect(bench.log).to.deep.equal([]);
    bench.sink.touch(WEB, { isUrgent: true });
    await bench.pass(100);
    expect(bench.log).to.deep.equal(['apply urgently']);
  });

  it('forgets what waits when it must stop', async () => {
    const bench = new Bench();
    bench.wanted = report('1');
    bench.sink.start([WEB]);
    bench.sink.stop();
    await bench.pass(60_000);
    expect(bench.log).to.deep.equal([]);
  });

  it('counts what the API server holds', () => {
    const { sink } = new Bench();
    sink.held(WEB, standing(undefined));
    sink.held({ kind: 'ClusterSecurityReport', namespace: '', name: 'cluster' }, standing(undefined));
    sink.held({ ...WEB, name: 'pod-x' }, standing(undefined));
    sink.gone({ ...WEB, name: 'pod-x' });
    expect([sink.count('SecurityReport'), sink.count('ClusterSecurityReport'), placeOf(WEB)]).to.deep.equal([
      1,
      1,
      'SecurityReport/shop/deployment-web',
    ]);
  });
});
