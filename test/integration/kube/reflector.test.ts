import { expect } from 'chai';
import { Reflector } from '#kube/reflector.ts';
import { failure, hang, json, reset, status, until, watching, type Answer } from '../../support/fake-server.ts';
import {
  added,
  bench,
  bookmark,
  deleted,
  errorEvent,
  initial,
  list,
  modified,
  pod,
  PODS,
  type Bench,
  type BenchOptions,
} from '../../support/kube-reflector.ts';

const EXPIRED = status(410, 'Expired');
const TOO_LARGE = status(504, 'Timeout', {
  message: 'Too large resource version: 100, current: 5',
  details: {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  },
});

describe('[integration] kube/reflector', () => {
  let b: Bench;
  const open = async (options: BenchOptions, ...script: readonly Answer[]): Promise<void> => {
    b = await bench(options);
    b.server.otherwise = hang;
    b.server.script.push(...script);
    b.reflector.start();
  };
  const told = async (...expected: readonly string[]): Promise<void> => {
    await until(`told ${expected.join(', ')}; got ${b.told.join(', ')}`, () => b.told.length >= expected.length).catch(
      () => undefined,
    );
    expect(b.told).to.deep.equal(expected);
  };
  const asked = async (...expected: readonly string[]): Promise<void> => {
    await until(`asked ${expected.join(', ')}`, () => b.server.requests.length >= expected.length).catch(
      () => undefined,
    );
    expect(b.asked()).to.deep.equal(expected);
  };
  /** A reflector that has synced on `pods` at version 5, with its watch open. */
  const synced = async (options: BenchOptions = {}, ...pods: readonly object[]): Promise<void> => {
    b = await bench(options);
    b.server.otherwise = hang;
    b.server.script.push(b.stream(...initial(5, ...pods)));
    b.reflector.start();
    await until('synced', () => b.reflector.stats.synced);
    b.told.length = 0;
  };
  /** Lets time pass in small steps until something holds. */
  const passing = async (what: string, holds: () => boolean, stepMs = 50): Promise<number> => {
    const from = b.clock.now();
    await until(what, () => {
      if (!holds()) b.clock.advance(stepMs);
      return holds();
    });
    return b.clock.now() - from;
  };

  afterEach(async () => {
    await b.end();
  });

  describe('state', () => {
    it('W1 is not synced before the end mark', async () => {
      await open({}, (q, r) => b.stream(added('x', 3), added('y', 4))(q, r));
      await told('starting', '+a/x 3', '+a/y 4');
      expect(b.reflector.stats.synced).to.equal(false);
      b.watches[0]!.send(bookmark(5, true));
      await told('starting', '+a/x 3', '+a/y 4', 'synced');
      expect(b.reflector.stats).to.deep.include({ synced: true, objects: 2, relists: {}, reconnects: {} });
    });

    it('asks for initial events as the server wants it, and follows the same stream', async () => {
      await synced();
      const { query, path, headers } = b.server.requests[0]!;
      expect(path).to.equal('/api/v1/pods');
      expect(query).to.deep.equal({
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: '450',
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
      });
      expect(headers['user-agent']).to.equal('kubeposture/0 (test)');
      b.watches[0]!.send(added('x', 6), modified('x', 7), deleted('x', 8));
      await told('+a/x 6', '+a/x 7', '-a/x x-1');
      expect(b.server.requests).to.have.length(1);
    });

    it('W2 applies a relist in one step, at its end mark; unchanged objects are not even projected', async () => {
      let projected = 0;
      await synced({ project: () => String((projected += 1)) }, pod('same', 1), pod('changed', 2), pod('gone', 3));
      expect(projected).to.equal(3);
      b.server.script.push(b.stream(added('same', 1), added('changed', 9), added('new', 8)));
      b.watches[0]!.send(errorEvent(EXPIRED));
      await passing('the relist', () => b.watches.length >= 2);
      await until('three initial events', () => projected === 5);
      expect(b.told).to.deep.equal([]);
      b.watches[1]!.send(bookmark(10, true));
      await told('-a/gone gone-1 ?', '+a/changed 9', '+a/new 8');
      expect(b.reflector.stats.relists).to.deep.equal({ expired: 1 });
    });

    it('W2 an object that goes while the account is being given is not in it', async () => {
      await open({}, (q, r) => b.stream(added('x', 1), added('y', 2), deleted('x', 3), bookmark(5, true))(q, r));
      await told('starting', '+a/x 1', '+a/y 2', '-a/x x-1', 'synced');
      b.told.length = 0;
      b.server.script.push(
        b.stream(added('y', 2), added('z', 7), deleted('z', 8), deleted('y', 9), added('v', 9), bookmark(9, true)),
      );
      b.watches[0]!.send(errorEvent(EXPIRED));
      await passing('the relist', () => b.told.length > 1);
      await told('-a/y y-1 ?', '+a/v 9');
      expect(b.reflector.stats.objects).to.equal(1);
    });

    it('W4 an object deleted in a gap is removed once, final state unknown', async () => {
      await synced({}, pod('x', 1));
      b.server.script.push(b.stream(...initial(9)));
      b.watches[0]!.send(errorEvent(EXPIRED));
      await passing('the removal', () => b.told.length > 0);
      await told('-a/x x-1 ?');
    });

    it('W5 P10 deleted and made anew in a gap: removed, then put', async () => {
      await synced({}, pod('x', 1, 'old'));
      b.server.script.push(b.stream(...initial(9, pod('x', 8, 'new'))));
      b.watches[0]!.send(errorEvent(EXPIRED));
      await passing('the change', () => b.told.length > 1);
      await told('-a/x old ?', '+a/x 8');
    });

    it('W5 MODIFIED with another UID: removed, then put', async () => {
      await synced({}, pod('x', 1, 'old'));
      b.watches[0]!.send(modified('x', 8, 'new'));
      await told('-a/x old ?', '+a/x 8');
    });

    it('W6 the same version twice is no event', async () => {
      await synced({}, pod('x', 1));
      b.watches[0]!.send(modified('x', 1), modified('x', 6), modified('x', 6), deleted('y', 7), bookmark(8));
      await until('the bookmark', () => b.reflector.stats.lastBookmarkAt !== undefined);
      await told('+a/x 6');
    });

    it('W7 initial events do not move the version to resume from', async () => {
      await synced({}, pod('x', 900));
      b.watches[0]!.reset();
      await passing('a resume', () => b.server.requests.length >= 2);
      await asked('initial', 'watch 5');
    });

    it('W8 P11 W21 a relist asks for nothing older than what was seen, and starts over when the server is behind for good', async () => {
      await synced({}, pod('x', 1));
      // A silent stream is resumed, a second one makes it relist.
      b.server.script.push(b.stream(), json(504, TOO_LARGE), b.stream(...initial(3, pod('z', 2))));
      await passing('a relist', () => b.told.length > 0, 5000);
      await asked('initial', 'watch 5', 'initial 5', 'initial');
      await told('-a/x x-1 ?', '+a/z 2');
    });

    it('W9 P17 listed and watched objects have the same kind and apiVersion', async () => {
      const seen: string[] = [];
      const note = (raw: Record<string, unknown>): string => {
        seen.push(`${String(raw['apiVersion'])} ${String(raw['kind'])}`);
        return '';
      };
      await open(
        { project: note, resource: { ...PODS, metadataOnly: true } },
        failure(422),
        json(200, list(5, [pod('x', 1)])),
        (q, r) =>
          b.stream({
            type: 'ADDED',
            object: { ...pod('y', 6), kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' },
          })(q, r),
      );
      await until('both', () => seen.length === 2);
      expect(seen).to.deep.equal(['v1 Pod', 'v1 Pod']);
      expect(b.server.requests.map(({ headers }) => headers.accept)).to.deep.equal([
        'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json;q=0.1',
        'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json;q=0.1',
        'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json;q=0.1',
      ]);
    });

    it('W11 keys like __proto__ arrive as they are and pollute nothing', async () => {
      const labels: unknown[] = [];
      await synced({ project: (raw) => String(labels.push(Object.keys(raw['labels'] as object))) });
      b.watches[0]!.send(
        `{"type":"ADDED","object":{"kind":"Pod","labels":{"__proto__":"a","constructor":"b"},"metadata":{"name":"__proto__","uid":"u","resourceVersion":"6"}}}\n`,
      );
      await told('+/__proto__ 6');
      expect(labels).to.deep.equal([['__proto__', 'constructor']]);
      expect(({} as Record<string, unknown>)['a']).to.equal(undefined);
    });

    it('W12 P15 100,000 objects in one page', async () => {
      const items = Array.from({ length: 100_000 }, (_, i) => ({
        metadata: { name: `p${String(i)}`, uid: `u${String(i)}`, resourceVersion: '1' },
      }));
      await open({}, failure(422), json(200, { metadata: { resourceVersion: '5' }, items }));
      await until('synced', () => b.reflector.stats.synced, 15_000);
      expect(b.reflector.stats.objects).to.equal(100_000);
    });
  });

  describe('failures', () => {
    const once: readonly { readonly name: string; readonly fault: Answer; readonly cause: string }[] = [
      { name: 'P2 429', fault: failure(429), cause: '429' },
      { name: '500', fault: failure(500), cause: '500' },
      { name: '502 in plain text', fault: (_, r) => void r.writeHead(502).end('<html>bad gateway'), cause: '502' },
      { name: '503', fault: failure(503), cause: '503' },
      { name: '504', fault: failure(504), cause: '504' },
      { name: 'P22 a reset', fault: reset, cause: 'reset' },
      {
        name: 'a body cut inside a line',
        fault: (_, r) => {
          r.writeHead(200);
          r.write('{"type":"ADD', () => r.socket?.destroy());
        },
        cause: 'reset',
      },
      {
        name: 'a line that never ends',
        fault: (_, r) => {
          r.writeHead(200).end('{"type":"ADD');
        },
        cause: 'reset',
      },
      {
        name: 'P13 W22 an ERROR event with another code',
        fault: (q, r) => b.stream(errorEvent(status(500, 'InternalError')))(q, r),
        cause: '500',
      },
    ];
    for (const { name, fault, cause } of once) {
      it(`W13 P1 ${name} at the start is retried`, async () => {
        await open({}, fault, (q, r) => b.stream(...initial(5, pod('x', 1)))(q, r));
        await passing('a retry', () => b.reflector.stats.synced);
        expect(b.told).to.deep.equal(['starting', '+a/x 1', 'synced']);
        expect(b.reflector.stats.reconnects).to.deep.equal({ [cause]: 1 });
      });

      it(`W13 W15 ${name} while watching is resumed without a relist`, async () => {
        await synced({}, pod('x', 1));
        b.server.script.push(fault, (q, r) => b.stream(modified('x', 7))(q, r));
        b.watches[0]!.reset();
        await passing('the resumed watch', () => b.told.length > 0);
        expect(b.asked()).to.deep.equal(['initial', 'watch 5', 'watch 5']);
        expect(b.told).to.deep.equal(['+a/x 7']);
        const reconnects = cause === 'reset' ? { reset: 2 } : { reset: 1, [cause]: 1 };
        expect(b.reflector.stats).to.deep.include({ reconnects, relists: {} });
      });
    }

    it('W15 P23 a refused connection while watching is resumed when the server is back', async () => {
      await synced({}, pod('x', 1));
      await b.server.close();
      await passing('refusals', () => (b.reflector.stats.reconnects['refused'] ?? 0) >= 3);
      b.server.script.push((q, r) => b.stream(modified('x', 7))(q, r));
      await b.server.reopen();
      await passing('the resumed watch', () => b.told.length > 0);
      expect(b.asked()).to.deep.equal(['initial', 'watch 5']);
      expect(b.reflector.stats.relists).to.deep.equal({});
    });

    it('W13 back-off doubles from 0.8 to 30 s with full jitter', async () => {
      await open({ random: () => 1 }, ...Array.from({ length: 8 }, () => failure(500)));
      const waits: number[] = [];
      for (let i = 0; i < 7; i += 1) waits.push(await b.retried());
      expect(waits).to.deep.equal([800, 1600, 3200, 6400, 12_800, 25_600, 30_000]);
    });

    for (const code of [429, 503]) {
      it(`W14 P2 ${String(code)} with Retry-After waits at least that long and does not relist`, async () => {
        await synced({}, pod('x', 1));
        b.server.script.push(failure(code, '', { 'Retry-After': '20' }));
        b.watches[0]!.reset();
        await passing('the refusal', () => (b.reflector.stats.reconnects[String(code)] ?? 0) === 1);
        expect(await b.retried()).to.be.within(20_000, 24_000);
        expect(b.asked()).to.deep.equal(['initial', 'watch 5', 'watch 5']);
      });
    }

    it('W17 403 marks the kind forbidden and is retried after minutes, until it works', async () => {
      await open({}, failure(403, 'Forbidden'), failure(403, 'Forbidden'), (q, r) =>
        b.stream(...initial(5, pod('x', 1)))(q, r),
      );
      await told('starting', 'forbidden: watch pods: forbidden');
      expect(await b.retried()).to.be.within(96_000, 144_000);
      await until('the second 403', () => b.reflector.stats.reconnects['403'] === 2);
      expect(await b.retried()).to.be.within(96_000, 144_000);
      await told('starting', 'forbidden: watch pods: forbidden', '+a/x 1', 'synced');
    });

    it('W17 a permission that is taken away and given back', async () => {
      await synced({}, pod('x', 1));
      b.server.script.push(failure(403, 'Forbidden'), (q, r) => b.stream(modified('x', 7))(q, r));
      b.watches[0]!.end();
      await until('forbidden', () => b.reflector.state.phase === 'forbidden').catch(() => undefined);
      await passing('allowed', () => b.told.length === 3, 5000);
      await told('forbidden: watch pods: forbidden', 'synced', '+a/x 7');
    });

    it('W18 404 parks the kind; it can be woken', async () => {
      const resource = { ...PODS, group: 'example.io', plural: 'widgets' };
      await open(
        { resource },
        (_, r) => void r.writeHead(404).end('404 page not found\n'),
        (q, r) => b.stream(...initial(5))(q, r),
      );
      await told('starting', 'missing: watch widgets.example.io: not found');
      b.reflector.retryNow();
      await told('starting', 'missing: watch widgets.example.io: not found', 'synced');
    });

    it('an extension that goes and comes back brings its objects anew, under the versions that they had', async () => {
      const resource = { ...PODS, group: 'example.io', plural: 'widgets', optional: true as const };
      await synced({ resource }, pod('x', 1));
      b.server.script.push(failure(404), (q, r) => b.stream(...initial(5, pod('x', 1)))(q, r));
      b.watches[0]!.end();
      await until('its end', () => b.reflector.state.phase === 'missing');
      expect(b.reflector.stats.objects).to.equal(0);
      b.reflector.retryNow();
      await told('missing: watch widgets.example.io: not found', '+a/x 1', 'synced');
    });

    it('W19 P3 P4 410 by status and in the stream leads to a relist, never in a tight loop', async () => {
      await synced({ random: () => 1 }, pod('x', 1));
      b.server.script.push(json(410, EXPIRED), json(410, EXPIRED), json(410, EXPIRED), (q, r) =>
        b.stream(...initial(9, pod('x', 8)))(q, r),
      );
      b.watches[0]!.send(errorEvent(EXPIRED));
      const waited = await passing('the relist', () => b.told.length > 0);
      expect(waited).to.be.at.least(800 + 1600 + 3200 + 6400);
      expect(b.asked()).to.deep.equal(['initial', 'initial', 'initial', 'initial', 'initial']);
      expect(b.reflector.stats.relists).to.deep.equal({ expired: 4 });
    });

    it('W20 410 during paging starts the list again', async () => {
      await open(
        {},
        failure(422),
        json(200, list(5, [pod('x', 1)], 'c1')),
        json(410, EXPIRED),
        json(200, list(7, [pod('x', 6)])),
        hang,
      );
      await passing('synced', () => b.reflector.stats.synced);
      await until('the watch', () => b.server.requests.length >= 5);
      await asked('initial', 'list', 'list c1', 'list', 'watch 7');
      await told('starting', '+a/x 1', '+a/x 6', 'synced');
    });

    const bad: readonly { readonly name: string; readonly line: object | string }[] = [
      { name: 'P6 no JSON', line: '{"type":"MODIFIED","obj\n' },
      { name: 'no event', line: { kind: 'Status' } },
      { name: 'an unknown type', line: { type: 'RENAMED', object: pod('x', 6) } },
      { name: 'another kind', line: { type: 'ADDED', object: { ...pod('x', 6), kind: 'Node' } } },
      { name: 'no metadata', line: { type: 'ADDED', object: { kind: 'Pod' } } },
      { name: 'P24 no resourceVersion', line: { type: 'ADDED', object: { kind: 'Pod', metadata: { name: 'x' } } } },
      { name: 'a bookmark without a version', line: { type: 'BOOKMARK', object: { kind: 'Pod', metadata: {} } } },
    ];
    for (const { name, line } of bad) {
      it(`W23 ${name}: counted, resumed from the last good version`, async () => {
        await synced({}, pod('x', 1));
        b.server.script.push((q, r) => b.stream(modified('x', 7))(q, r));
        b.watches[0]!.send(modified('x', 6), line, modified('x', 99));
        await passing('the resumed watch', () => b.told.length > 1);
        await told('+a/x 6', '+a/x 7');
        expect(b.asked()).to.deep.equal(['initial', 'watch 6']);
        expect(b.reflector.stats.badLines).to.equal(1);
      });
    }

    it('W23 three bad lines in a row lead to a relist', async () => {
      await synced({}, pod('x', 1));
      const garbage: Answer = (q, r) => b.stream('garbage\n')(q, r);
      b.server.script.push(garbage, garbage, (q, r) => b.stream(...initial(9, pod('x', 8)))(q, r));
      b.watches[0]!.send('garbage\n');
      await passing('the relist', () => b.told.length > 0);
      expect(b.asked()).to.deep.equal(['initial', 'watch 5', 'watch 5', 'initial 5']);
      expect(b.reflector.stats).to.deep.include({ badLines: 3, relists: { badLines: 1 } });
    });

    it('W24 a watch that had events is resumed at once', async () => {
      await synced({}, pod('x', 1));
      b.watches[0]!.send(modified('x', 6)).end();
      await asked('initial', 'watch 6');
    });

    it('W24 P12 a server that closes every watch at once is not hammered', async () => {
      await synced({ random: () => 1 });
      b.server.otherwise = (_, r) => void r.writeHead(200).end();
      b.watches[0]!.end();
      await passing('sixteen seconds', () => b.clock.now() > 17_000);
      expect(b.server.requests.length).to.be.within(4, 8);
    });

    it('W25 a connection whose headers do not come is given up after 30 s', async () => {
      await open({}, hang);
      await until('the request', () => b.server.requests.length >= 1);
      const waited = await passing('a timeout', () => b.reflector.stats.reconnects['timeout'] === 1);
      expect(waited).to.be.within(29_900, 30_100);
    });

    it('W25 W26 P7 a silent stream is resumed after three bookmark intervals', async () => {
      await synced({}, pod('x', 1));
      const waited = await passing('a resume', () => b.server.requests.length >= 2, 500);
      expect(waited).to.be.within(184_000, 190_000);
      expect(b.reflector.stats).to.deep.include({ reconnects: { timeout: 1 }, relists: {} });
      await asked('initial', 'watch 5');
    });

    it('W25 a stream that outlives its end by 30 s is ended by us', async () => {
      await synced({ limits: { watchSeconds: [60, 60] } });
      const waited = await passing('a resume', () => b.server.requests.length >= 2, 500);
      expect(waited).to.be.within(89_000, 92_000);
      expect(b.reflector.stats).to.deep.include({ reconnects: { timeout: 1 }, relists: {} });
    });

    it('W27 bookmarks move the version to resume from', async () => {
      await synced({}, pod('x', 1));
      b.watches[0]!.send(bookmark(77));
      await until('the bookmark', () => b.reflector.stats.lastBookmarkAt !== undefined);
      b.watches[0]!.end();
      await passing('a resume', () => b.server.requests.length >= 2);
      expect(b.asked().every((line) => ['initial', 'watch 77', 'watch 5'].includes(line))).to.equal(true);
      expect(b.asked()[1]).to.equal('watch 77');
    });

    for (const code of [400, 422]) {
      it(`W28 ${String(code)} to initial events: paged lists from then on`, async () => {
        await open(
          { limits: { pageSize: 2 } },
          failure(code, 'Invalid'),
          json(200, list(5, [pod('x', 1), pod('y', 2)], 'c1')),
          json(200, list(5, [pod('z', 3)])),
          (q, r) => b.stream(errorEvent(EXPIRED))(q, r),
          json(200, list(9, [pod('x', 1)])),
        );
        await passing('the second list', () => b.told.length === 7);
        await told('starting', '+a/x 1', '+a/y 2', '+a/z 3', 'synced', '-a/y y-1 ?', '-a/z z-1 ?');
        await until('the watch', () => b.server.requests.length >= 6);
        await asked('initial', 'list', 'list c1', 'watch 5', 'list', 'watch 9');
        expect(b.server.requests[1]!.query).to.deep.equal({ limit: '2' });
      });
    }

    it('W28 a server that ignores initial events: paged lists after ten seconds without an end mark', async () => {
      await open({}, (q, r) => b.stream(added('x', 1))(q, r), json(200, list(5, [pod('x', 1)])), hang);
      await until('the object', () => b.told.length === 2);
      const waited = await passing('the list', () => b.server.requests.length >= 2);
      expect(waited).to.be.within(9_900, 10_100);
      await told('starting', '+a/x 1', 'synced');
    });

    it('W28 initial events that end without an end mark: once is bad luck, twice is a server that knows none', async () => {
      const unfinished: Answer = (q, r) =>
        watching([added('x', 1)], ({ end }) => {
          end();
        })(q, r);
      await open({}, unfinished, unfinished, json(200, list(7, [pod('x', 1)])), hang);
      await passing('synced', () => b.reflector.stats.synced);
      await asked('initial', 'initial', 'list', 'watch 7');
      expect(b.reflector.stats).to.deep.include({ reconnects: { reset: 2 }, relists: { 'paged:noEndMark': 1 } });
    });

    it('W28 one stall is no proof: the next relist tries initial events again, and after a second stall no more', async () => {
      const stall: Answer = (q, r) => b.stream(added('x', 1))(q, r);
      const expired: Answer = (q, r) => b.stream(errorEvent(EXPIRED))(q, r);
      await open(
        {},
        stall,
        json(200, list(5, [pod('x', 1)])),
        expired,
        (q, r) => b.stream(...initial(6, pod('x', 1)), errorEvent(EXPIRED))(q, r),
        stall,
        json(200, list(7, [pod('x', 1)])),
        expired,
        stall,
        json(200, list(8, [pod('x', 1)])),
        expired,
        json(200, list(9, [pod('x', 1)])),
      );
      await passing('the last list', () => b.server.requests.length >= 12);
      await asked(
        ...['initial', 'list', 'watch 5', 'initial'],
        ...['initial', 'list', 'watch 7', 'initial', 'list', 'watch 8'],
        ...['list', 'watch 9'],
      );
    });
  });

  describe('life', () => {
    const moments: readonly { readonly name: string; readonly script: readonly Answer[] }[] = [
      { name: 'while connecting', script: [hang] },
      { name: 'P8 while listing', script: [failure(422), hang] },
      { name: 'between pages', script: [failure(422), json(200, list(5, [pod('x', 1)], 'c1')), hang] },
      { name: 'inside a line', script: [(q, r) => b.stream('{"type":"ADD')(q, r)] },
      { name: 'P9 while watching', script: [(q, r) => b.stream(...initial(5, pod('x', 1)))(q, r)] },
      { name: 'while backing off', script: [failure(500)] },
      { name: 'while forbidden', script: [failure(403)] },
    ];
    for (const { name, script } of moments) {
      it(`W29 stop ${name} leaves no timer and no socket, and nobody is told`, async () => {
        await open({}, ...script);
        await until('the last request', () => b.server.requests.length >= script.length);
        await new Promise((resolve) => setImmediate(resolve));
        await b.reflector.stop();
        const after = b.told.length;
        expect(b.clock.pending()).to.deep.equal([]);
        b.transport.close();
        await until('no socket', () => b.server.sockets() === 0);
        b.clock.advance(600_000);
        expect(b.told.length).to.equal(after);
      });
    }

    it('W29 start twice is one stream; a restart goes on from where it was', async () => {
      await synced({}, pod('x', 1));
      b.reflector.start();
      b.watches[0]!.send(modified('x', 6));
      await told('+a/x 6');
      await b.reflector.stop();
      await b.reflector.stop();
      b.server.script.push((q, r) => b.stream(modified('x', 7))(q, r));
      b.reflector.start();
      await told('+a/x 6', '+a/x 7');
      await asked('initial', 'watch 6');
    });

    for (const [name, fail] of Object.entries({
      throws: () => {
        throw new Error('handler');
      },
      rejects: () => Promise.reject(new Error('handler')),
    }))
      it(`W30 P5 a handler that ${name} is told again with back-off, and breaks nothing`, async () => {
        let put: (name: string) => unknown = (which) => (which === 'x' ? fail() : undefined);
        await synced({ put: (which) => put(which) });
        b.watches[0]!.send(added('x', 6), added('y', 7));
        await told('+a/x 6', '+a/y 7');
        await until('one failure', () => b.reflector.stats.handlerErrors === 1);
        b.clock.advance(400);
        await told('+a/x 6', '+a/y 7', '+a/x 6');
        await until('two failures', () => b.reflector.stats.handlerErrors === 2);
        put = () => undefined;
        b.clock.advance(799);
        await told('+a/x 6', '+a/y 7', '+a/x 6');
        b.clock.advance(1);
        await told('+a/x 6', '+a/y 7', '+a/x 6', '+a/x 6');
        b.clock.advance(60_000);
        await told('+a/x 6', '+a/y 7', '+a/x 6', '+a/x 6');
        expect(b.reflector.stats).to.deep.include({ reconnects: {}, handlerErrors: 2 });
      });

    it('W30 an object that cannot be projected is counted, kept by name, and projected again when it is next seen', async () => {
      let isBroken = true;
      const project = (): string => {
        if (isBroken) throw new Error('projection');
        return '';
      };
      await synced({ project });
      b.watches[0]!.send(added('x', 6));
      await until('a failure', () => b.reflector.stats.handlerErrors === 1);
      isBroken = false;
      b.watches[0]!.send(modified('x', 6));
      await told('+a/x 6');
      isBroken = true;
      b.watches[0]!.send(modified('x', 7));
      await until('another failure', () => b.reflector.stats.handlerErrors === 2);
      expect(b.reflector.held({ namespace: 'a', name: 'x' })).to.deep.include({ uid: 'x-1', resourceVersion: '' });
      isBroken = false;
      b.watches[0]!.send(modified('x', 7), deleted('x', 8));
      await told('+a/x 6', '+a/x 7', '-a/x x-1');
      expect(b.reflector.stats).to.deep.include({ reconnects: {}, objects: 0 });
    });

    it('W30 what the handler throws about a state or a connection ends there', async () => {
      const fail = (): never => {
        throw new Error('handler');
      };
      b = await bench();
      b.server.otherwise = hang;
      b.server.script.push(failure(500), b.stream(...initial(5, pod('x', 1))));
      const seen: string[] = [];
      const reflector = new Reflector<string>({
        transport: b.transport,
        resource: PODS,
        clock: b.clock,
        random: () => 0.5,
        project: () => 'x',
        handler: { put: (object) => void seen.push(object), remove: fail, state: fail, connected: fail, failed: fail },
      });
      reflector.start();
      await passing('synced', () => reflector.stats.synced);
      expect(seen).to.deep.equal(['x']);
      await reflector.stop();
    });

    it('counts requests by verb, resource and code', async () => {
      await open({}, failure(422), json(200, list(5, [])), failure(403), hang);
      await until('forbidden', () => b.reflector.state.phase === 'forbidden');
      expect(b.observed).to.deep.equal([
        { verb: 'watch', resource: 'pods', code: '422' },
        { verb: 'list', resource: 'pods', code: '200' },
        { verb: 'watch', resource: 'pods', code: '403' },
      ]);
      expect(b.reflector.state).to.deep.equal({ phase: 'forbidden', reason: 'watch pods: forbidden' });
    });
  });
});
