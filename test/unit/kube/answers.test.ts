import { expect } from 'chai';
import { BadEvent, identityOf, jsonCodec } from '#kube/codec.ts';
import { ApiError, NetworkError, networkError, replyError, statusError } from '#kube/errors.ts';
import { verdictOf } from '#kube/outcome.ts';
import { TokenBucket, Width } from '#kube/pace.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const apiError = (code: number, reason: string, message = ''): ApiError => new ApiError({ code, reason, message });

describe('[unit] kube/codec, what is no event', () => {
  const bad = [
    ['no JSON', '{"type":"ADDED",', 'a line is no JSON'],
    ['a list', '[]', 'a line is no watch event'],
    ['null', 'null', 'a line is no watch event'],
    ['no type', '{"object":{}}', 'a line is no watch event'],
    ['a type that is no word', '{"type":1,"object":{}}', 'a line is no watch event'],
    ['no object', '{"type":"ADDED"}', 'a line is no watch event'],
    ['an object that is a list', '{"type":"ADDED","object":[]}', 'a line is no watch event'],
  ] as const;
  for (const [what, line, message] of bad) {
    it(`W23 refuses ${what}`, () => {
      expect(() => jsonCodec.decode(Buffer.from(line))).to.throw(BadEvent, new RegExp(`^${message}$`));
    });
  }

  const nobody = [
    [undefined, 'an object has no metadata'],
    [{ metadata: [] }, 'an object has no metadata'],
    [{ metadata: { resourceVersion: '1' } }, 'an object has no name'],
    [{ metadata: { name: 'x' } }, 'an object has no resourceVersion'],
  ] as const;
  for (const [raw, message] of nobody) {
    it(`W23 ${message}: ${JSON.stringify(raw)}`, () => {
      expect(() => identityOf(raw)).to.throw(BadEvent, new RegExp(`^${message}$`));
    });
  }

  it('asks for metadata alone only where that is wanted', () => {
    const pods = { kind: 'Pod', group: '', version: 'v1', plural: 'pods', namespaced: true };
    expect([jsonCodec.accept(pods), jsonCodec.accept({ ...pods, metadataOnly: true })]).to.deep.equal([
      'application/json',
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json;q=0.1',
    ]);
  });
});

describe('[unit] kube/errors, what follows from them', () => {
  const expired = [
    [410, '', true],
    [500, 'Expired', true],
    [500, 'Gone', true],
    [500, 'InternalError', false],
  ] as const;
  for (const [code, reason, is] of expired) {
    it(`W19 ${String(code)} ${reason} ${is ? 'is' : 'is not'} too old`, () => {
      expect(apiError(code, reason).expired).to.equal(is);
    });
  }

  const tooLarge = [
    [statusError({ details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } }, 500), true],
    [statusError({ details: { causes: [{ reason: 'FieldValueInvalid' }] } }, 504), false],
    [apiError(504, 'Timeout', 'Too large resource version: 9, current: 1'), true],
    [apiError(504, 'Timeout', 'too slow'), false],
    [apiError(500, '', 'Too large resource version'), false],
  ] as const;
  for (const [error, is] of tooLarge) {
    it(`W21 ${String(error.code)} ${error.message} ${is ? 'asks' : 'does not ask'} for a younger version`, () => {
      expect(error.tooLargeResourceVersion).to.equal(is);
    });
  }

  it('what Node throws without a message is called by its code, and what has neither by nothing', () => {
    const said = [{ code: 'EPIPE', message: '' }, { code: 'EPIPE' }, { message: 7 }, {}].map((thrown) => {
      const { failure, message, code } = networkError(thrown);
      return [failure, message, code];
    });
    expect(said).to.deep.equal([
      ['reset', 'EPIPE', 'EPIPE'],
      ['reset', 'EPIPE', 'EPIPE'],
      ['other', '', ''],
      ['other', '', ''],
    ]);
  });

  const waits = [
    ['0', 0],
    [' 2 ', 2000],
    [' ', undefined],
    ['', undefined],
  ] as const;
  for (const [after, ms] of waits) {
    it(`Retry-After "${after}" is a wait of ${String(ms)} ms`, () => {
      expect(statusError({}, 429, after).retryAfterMs).to.equal(ms);
    });
  }

  it('an endless message is cut, of a Status and of plain text', () => {
    const long = 'x'.repeat(2000);
    const plain = replyError({ code: 502, body: Buffer.from(long) });
    expect([statusError({ message: long }, 500).message.length, plain.message.length]).to.deep.equal([1000, 1000]);
    expect([plain.isStatus, statusError({}, 500).isStatus, apiError(500, '').causes]).to.deep.equal([false, true, []]);
  });

  it('silence means that the server has too much to do, a broken connection does not', () => {
    const verdicts = (['timeout', 'reset', 'refused'] as const).map((failure) => {
      const { act, overloaded } = verdictOf(new NetworkError(failure, ''));
      return [act, overloaded];
    });
    expect(verdicts).to.deep.equal([
      ['retry', true],
      ['retry', false],
      ['retry', false],
    ]);
  });

  it('403 of a namespace that is going ends a write; any other is tried again late', () => {
    const of = (causes: readonly object[], message: string): string =>
      verdictOf(statusError({ message, details: { causes } }, 403)).act;
    expect([
      of([{ reason: 'NamespaceTerminating' }], ''),
      of([], 'namespace shop is being terminated'),
      of([{ reason: 'FieldValueInvalid' }], 'forbidden'),
    ]).to.deep.equal(['drop', 'drop', 'retryLate']);
  });

  it('404 names the kind, the object or neither: only an object that is missing ends a write', () => {
    const of = (details: object): string => verdictOf(statusError({ details }, 404)).act;
    expect([of({}), of({ kind: 'pods' }), of({ kind: 'pods', name: 'x' })]).to.deep.equal(['pause', 'pause', 'drop']);
  });
});

describe('[unit] kube/pace', () => {
  it('says to the millisecond when the next token is there, and keeps what it has saved to its burst', () => {
    const clock = fakeClock();
    const bucket = new TokenBucket(clock, 4, 2);
    const takeNow = (): number => {
      const wait = bucket.wait();
      bucket.take();
      return wait;
    };
    expect([takeNow(), takeNow(), bucket.wait()]).to.deep.equal([0, 0, 250]);
    clock.advance(100);
    expect(bucket.wait()).to.equal(150);
    clock.advance(150);
    expect([takeNow(), bucket.wait()]).to.deep.equal([0, 250]);
    clock.advance(60_000);
    expect([takeNow(), takeNow(), bucket.wait()]).to.deep.equal([0, 0, 250]);
  });

  it('widens by one for every ten clean seconds, and forgets none between two looks', () => {
    const clock = fakeClock();
    const width = new Width(clock, 8);
    width.overloaded();
    const seen = [5_000, 5_000, 5_000, 5_000, 25_000].map((ms) => {
      clock.advance(ms);
      return width.now;
    });
    expect(seen).to.deep.equal([4, 5, 5, 6, 8]);
    for (let time = 0; time < 5; time += 1) width.overloaded();
    expect(width.now).to.equal(1);
  });
});
