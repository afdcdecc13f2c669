import { expect } from 'chai';
import { aPod, TODAY, ago } from '#checks/samples.ts';
import type { Submission } from '#kube/writer.ts';
import type { WriteRequest } from '#kube/write-request.ts';
import type { Manifest } from '#model/check.ts';
import { momentText } from '#model/moment.ts';
import { ExceptionStatuses } from '#sinks/exception-statuses.ts';
import { World } from '../../support/world.ts';

const DAY = 24 * 3600;
const POD = aPod({ container: { name: 'app', image: 'r.example/a:1', securityContext: { privileged: true } } });

function exception(spec: object = {}, generation = 1): Manifest {
  return {
    kind: 'SecurityException',
    metadata: { name: 'legacy', namespace: 'shop', uid: 'u1', generation },
    spec: { checks: ['KP-POD-001'], reason: 'a migration', ...spec },
  };
}

/** A cluster with exceptions and a writer that the test answers for. */
class Bench {
  readonly world = new World([POD]);
  readonly sent: WriteRequest[] = [];
  readonly told: string[] = [];
  readonly gone: string[] = [];
  isReady = true;
  #now = TODAY;
  readonly statuses = this.#fresh();
  #current = exception();

  #fresh(): ExceptionStatuses {
    const { exceptions } = this.world.engine;
    return new ExceptionStatuses({
      submit: ({ build }: Submission) => {
        this.sent.push(build() as WriteRequest);
      },
      standings: (now) => exceptions.standings(now),
      revision: () => exceptions.revision,
      isReady: () => this.isReady,
      now: () => this.#now,
      tell: ({ kind, name }, { reason, text }) => this.told.push(`${kind} ${name} ${reason}: ${text}`),
      gone: ({ name }) => this.gone.push(name),
    });
  }

  /** Somebody writes the exception; its status stays. */
  put(manifest: Manifest): void {
    this.#current = { ...manifest, ...('status' in this.#current ? { status: this.#current['status'] } : {}) };
    this.world.put(this.#current);
  }

  remove(): void {
    this.world.remove(this.#current);
  }

  wait(seconds: number): void {
    this.#now += seconds;
    this.world.wait(seconds);
  }

  /** What is written by a look, and what the API server has then. */
  look(statuses = this.statuses): readonly unknown[] {
    this.sent.length = 0;
    statuses.look();
    const written = this.sent.map(({ body }) => body?.['status']);
    for (const status of written) {
      this.#current = { ...this.#current, status };
      this.world.put(this.#current);
    }
    return written;
  }

  /** By another process, which knows nothing. */
  lookAnew(): readonly unknown[] {
    return this.look(this.#fresh());
  }
}

/** State, count and time of a status. */
function brief(written: readonly unknown[]): readonly string[] {
  return (written as readonly Readonly<Record<string, unknown>>[]).map(
    ({ state, matchedFindings, lastMatched }) => `${String(state)} ${String(matchedFindings)} ${String(lastMatched)}`,
  );
}

const NOW = momentText(TODAY);

describe('[unit] status of exceptions', () => {
  it('says how it stands, once', () => {
    const bench = new Bench();
    bench.put(exception());
    expect(bench.look()).to.deep.equal([
      {
        state: 'Active',
        message: '',
        matchedFindings: 1,
        lastMatched: NOW,
        observedGeneration: 1,
        conditions: [
          {
            type: 'Effective',
            status: 'True',
            reason: 'Active',
            message: '',
            observedGeneration: 1,
            lastTransitionTime: NOW,
          },
          {
            type: 'Expiring',
            status: 'False',
            reason: 'NotSoon',
            message: '',
            observedGeneration: 1,
            lastTransitionTime: NOW,
          },
        ],
      },
    ]);
    bench.wait(DAY);
    bench.world.put({ ...POD, metadata: { ...POD.metadata, labels: { app: 'web', more: 'x' } } });
    expect([bench.look(), bench.lookAnew()]).to.deep.equal([[], []]);
  });

  it('asks for the status alone, of that very object', () => {
    const bench = new Bench();
    bench.put(exception());
    bench.look();
    const [{ method, resource, namespace, name, body } = {} as WriteRequest] = bench.sent;
    expect({
      method,
      plural: resource.plural,
      namespace,
      name,
      keys: Object.keys(body ?? {}),
      metadata: body?.['metadata'],
    }).to.deep.equal({
      method: 'applyStatus',
      plural: 'securityexceptions',
      namespace: 'shop',
      name: 'legacy',
      keys: ['apiVersion', 'kind', 'metadata', 'status'],
      metadata: { name: 'legacy', namespace: 'shop', uid: 'u1' },
    });
  });

  it('says when findings were last under it, and never of another spec', () => {
    const bench = new Bench();
    bench.put(exception({ checks: ['KP-POD-002'] }));
    const seen = [brief(bench.look())];
    for (const [checks, generation] of [
      [['KP-POD-001'], 2],
      [['KP-POD-001'], 2],
      [['KP-POD-002'], 3],
    ] as const) {
      bench.wait(60);
      bench.put(exception({ checks }, generation));
      seen.push(brief(bench.look()));
    }
    bench.put(exception({}, 4));
    bench.look();
    bench.wait(60);
    bench.world.remove(POD);
    seen.push(brief(bench.look()));
    bench.wait(60);
    seen.push(brief(bench.look()));
    expect(seen).to.deep.equal([
      ['NeverMatched 0 undefined'],
      [`Active 1 ${momentText(TODAY + 60)}`],
      [],
      ['NeverMatched 0 undefined'],
      [`Active 0 ${momentText(TODAY + 240)}`],
      [],
    ]);
  });

  it('waits for its turn, and until all is judged', () => {
    const bench = new Bench();
    bench.put(exception());
    bench.isReady = false;
    expect(bench.look()).to.deep.equal([]);
    bench.isReady = true;
    expect(brief(bench.look())).to.deep.equal([`Active 1 ${NOW}`]);
  });

  it('does not send again what is on its way, nor what was refused; what was lost and comes back it does', () => {
    const bench = new Bench();
    bench.put(exception());
    const sends = (): number => {
      bench.sent.length = 0;
      bench.statuses.look();
      return bench.sent.length;
    };
    const counts = [sends()];
    bench.statuses.settled('SecurityException shop/legacy', { status: 'rejected', reason: '' });
    // Something else changes.
    bench.put({ ...exception(), metadata: { name: 'other', namespace: 'shop' } });
    counts.push(sends());
    bench.statuses.settled('SecurityException shop/legacy', { status: 'dropped', reason: '' });
    bench.world.remove({ ...exception(), metadata: { name: 'other', namespace: 'shop' } });
    counts.push(sends());
    expect(counts).to.deep.equal([1, 1, 1]);
  });

  it('puts right what somebody else wrote into it', () => {
    const bench = new Bench();
    bench.put(exception());
    bench.look();
    bench.world.put({ ...exception(), status: { state: 'Active', matchedFindings: 99 } });
    expect(brief(bench.look())).to.deep.equal([`Active 1 ${NOW}`]);
  });

  it('tells of the end a week ahead and when it has come, once, whoever looks', () => {
    const bench = new Bench();
    const expires = ago(-8 * DAY);
    bench.put(exception({ expires }));
    bench.look();
    const told = [...bench.told];
    for (const seconds of [DAY, DAY, 6 * DAY, DAY]) {
      bench.wait(seconds);
      bench.look();
      bench.lookAnew();
      told.push(...bench.told.splice(0), '-');
    }
    expect(told).to.deep.equal([
      `SecurityException legacy ExceptionExpiring: ends at ${expires}: KP-POD-001, accepted for: a migration`,
      '-',
      '-',
      'SecurityException legacy ExceptionExpired: ended, what it covered is open again: KP-POD-001, accepted for: a migration',
      '-',
      '-',
    ]);
    bench.remove();
    bench.look();
    expect(bench.gone).to.deep.equal(['legacy']);
  });

  it('looks by itself when the moment has come, though nothing changes', () => {
    const bench = new Bench();
    bench.put(exception({ expires: ago(-10) }));
    const states = [10, 10].map((seconds) => {
      const written = brief(bench.look());
      bench.wait(seconds);
      return written;
    });
    expect(states).to.deep.equal([[`Active 1 ${NOW}`], [`Expired 0 ${momentText(TODAY + 10)}`]]);
  });

  it('holds what the schema takes, whatever a reason says', () => {
    const bench = new Bench();
    bench.put(exception({ checks: ['\u001b[2J'.repeat(500)] }));
    const [{ message = '' } = {}] = bench.look() as readonly { readonly message?: string }[];
    expect(message.length).to.be.at.most(512);
    expect(message).not.to.include('\u001b');
  });
});
