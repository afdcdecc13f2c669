import { expect } from 'chai';
import fc from 'fast-check';
import { Backoff } from '#kube/backoff.ts';
import { realClock } from '#kube/clock.ts';
import { ApiError, causeOf, networkError, replyError, statusError } from '#kube/errors.ts';
import { FrameTooLong, LineSplitter } from '#kube/lines.ts';
import { resourceName, resourcePath } from '#kube/resource.ts';
import { Turns } from '#kube/turns.ts';
import { fakeClock } from '../../support/fake-clock.ts';

describe('[unit] kube/lines', () => {
  const split = (chunks: readonly Buffer[], cap?: number): string[] => {
    const lines = new LineSplitter(cap);
    return chunks.flatMap((chunk) => [...lines.push(chunk)].map((line) => line.toString('utf8')));
  };

  it('gives the same lines wherever the bytes are cut, also inside a character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }).map((s) => s.replaceAll('\n', ''))),
        fc.array(fc.nat(200)),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
          const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
          expect(split(chunks)).to.deep.equal(lines.filter((line) => line !== ''));
        },
      ),
    );
  });

  it('refuses a line beyond the cap, whether it comes at once or in parts', () => {
    expect(split([Buffer.from('1234\n')], 4)).to.deep.equal(['1234']);
    expect(split([Buffer.from('12'), Buffer.from('34'), Buffer.from('\n')], 4)).to.deep.equal(['1234']);
    expect(() => split([Buffer.from('12345\n')], 4)).to.throw(FrameTooLong);
    expect(() => split([Buffer.from('123'), Buffer.from('45')], 4)).to.throw(FrameTooLong);
  });

  it('knows what it still holds', () => {
    const lines = new LineSplitter();
    expect([...lines.push(Buffer.from('ab\ncd'))].map(String)).to.deep.equal(['ab']);
    expect(lines.rest).to.equal(2);
    expect([...lines.push(Buffer.from('\n'))].map(String)).to.deep.equal(['cd']);
    expect(lines.rest).to.equal(0);
  });
});

describe('[unit] kube/backoff', () => {
  it('W13 doubles to its ceiling and is forgotten after two healthy minutes', () => {
    const clock = fakeClock();
    const backoff = new Backoff(clock, () => 1);
    const waits = Array.from({ length: 7 }, () => backoff.next());
    expect(waits).to.deep.equal([800, 1600, 3200, 6400, 12_800, 25_600, 30_000]);
    clock.advance(30_000 + 119_999);
    expect(backoff.next()).to.equal(30_000);
    clock.advance(30_000 + 120_000);
    expect(backoff.next()).to.equal(800);
  });

  it('W14 waits at least what the server asks for, and never spins', () => {
    const low = new Backoff(fakeClock(), () => 0);
    expect(low.next()).to.equal(50);
    expect(low.next(7000)).to.equal(7000);
    expect(new Backoff(fakeClock(), () => 1).next(7000)).to.equal(8400);
  });
});

describe('[unit] kube/clock', () => {
  it('sleeps, and an abort ends a sleep early', async () => {
    const abort = new AbortController();
    const from = realClock.now();
    await realClock.sleep(5, abort.signal);
    expect(realClock.now() - from).to.be.at.least(4);
    const long = realClock.sleep(60_000, abort.signal);
    abort.abort();
    await long;
    await realClock.sleep(60_000, abort.signal);
    expect(realClock.wall()).to.be.instanceOf(Date);
  });
});

describe('[unit] kube/turns', () => {
  it('W35 lets work on for a slice, then one a turn in order', async () => {
    let now = 100;
    const turns = new Turns(10, () => now);
    await turns.pause();
    expect(turns.pause()).to.equal(undefined);
    now += 9;
    expect(turns.pause()).to.equal(undefined);
    now += 1;
    const order: string[] = [];
    const [a, b] = [turns.pause(), turns.pause()];
    void a?.then(() => order.push('a'));
    void b?.then(() => order.push('b'));
    setImmediate(() => order.push('event loop'));
    await b;
    expect(order).to.deep.equal(['a', 'event loop', 'b']);
  });
});

describe('[unit] kube/errors', () => {
  it('reads a Status', () => {
    const error = statusError(
      {
        kind: 'Status',
        code: 504,
        reason: 'Timeout',
        message: 'Too large resource version',
        details: {
          name: 'x',
          kind: 'pods',
          retryAfterSeconds: 3,
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'm', field: 'f' }],
        },
      },
      500,
    );
    expect(error.message).to.equal('Too large resource version');
    expect(error).to.deep.include({
      code: 504,
      reason: 'Timeout',
      retryAfterMs: 3000,
      causes: [{ reason: 'ResourceVersionTooLarge', field: 'f', message: 'm' }],
      kind: 'pods',
      objectName: 'x',
      isStatus: true,
    });
    expect(error.tooLargeResourceVersion).to.equal(true);
    expect(error.expired).to.equal(false);
  });

  const bodies = [
    {
      name: 'plain text',
      body: '404 page not found\n',
      after: undefined,
      message: '404 page not found',
      wait: undefined,
    },
    { name: 'nothing', body: '', after: undefined, message: 'HTTP 404', wait: undefined },
    { name: 'another object', body: '{"kind":"Pod"}', after: '2', message: '{"kind":"Pod"}', wait: 2000 },
    { name: 'a wait that is no number', body: 'x', after: 'soon', message: 'x', wait: undefined },
    { name: 'a negative wait', body: 'x', after: '-1', message: 'x', wait: undefined },
    { name: 'an absurd wait', body: 'x', after: '1e12', message: 'x', wait: 300_000 },
    {
      name: 'a Status with nothing in it',
      body: '{"kind":"Status","details":null}',
      after: '1',
      message: 'HTTP 404',
      wait: 1000,
    },
  ];
  for (const { name, body, after, message, wait } of bodies) {
    it(`reads an error reply with ${name}`, () => {
      const error = replyError({ code: 404, body: Buffer.from(body), retryAfter: after });
      expect([error.code, error.message, error.retryAfterMs]).to.deep.equal([404, message, wait]);
    });
  }

  const codes = [
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ETIMEDOUT', 'timeout'],
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['EWHATEVER', 'other'],
  ] as const;
  for (const [code, failure] of codes) {
    it(`calls ${code} ${failure}`, () => {
      const error = networkError(Object.assign(new Error('m'), { code }));
      expect([error.failure, error.code, error.message, causeOf(error)]).to.deep.equal([failure, code, 'm', failure]);
    });
  }

  it('names causes for counters', () => {
    expect(causeOf(new ApiError({ code: 410, reason: 'Gone', message: '' }))).to.equal('410');
    expect(causeOf(new RangeError('x'))).to.equal('RangeError');
    expect(causeOf('x')).to.equal('unknown');
  });
});

describe('[unit] kube/resource', () => {
  it('knows the paths of the API', () => {
    const apps = { group: 'apps', version: 'v1', plural: 'deployments' };
    const core = { group: '', version: 'v1', plural: 'pods' };
    expect(resourcePath(core)).to.equal('/api/v1/pods');
    expect(resourcePath(core, { namespace: '', name: 'x' })).to.equal('/api/v1/pods/x');
    expect(resourcePath(apps, { namespace: 'a', name: '../b', subresource: 'status' })).to.equal(
      '/apis/apps/v1/namespaces/a/deployments/..%2Fb/status',
    );
    expect([resourceName(core), resourceName(apps)]).to.deep.equal(['pods', 'deployments.apps']);
  });
});
