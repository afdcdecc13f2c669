import { expect } from 'chai';
import { audit } from '#kube/audit.ts';
import { NetworkError } from '#kube/errors.ts';
import { Informer, Transport, type Raw } from '../../../src/kube.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import {
  clusterAt,
  failure,
  fakeServer,
  hang,
  json,
  status,
  until,
  watching,
  type Answer,
  type FakeServer,
  type WatchScript,
} from '../../support/fake-server.ts';
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
} from '../../support/kube-reflector.ts';

const nameOf = (raw: Raw): string => {
  const { name, resourceVersion } = raw['metadata'] as { readonly name: string; readonly resourceVersion: string };
  return `${name} ${resourceVersion}`;
};
const EXPIRED = status(410, 'Expired');

describe('[integration] kube/informer', () => {
  const clock = fakeClock();
  let server: FakeServer;
  let transport: Transport;
  let informer: Informer<Raw>;
  let watches: WatchScript[];
  let told: string[];

  const stream =
    (...events: readonly (object | string)[]): Answer =>
    (asked, response) =>
      watching(events, (open) => watches.push(open))(asked, response);
  const subscribe = (who: string): void => {
    informer.on('add', (object) => told.push(`${who}+${nameOf(object)}`));
    informer.on('update', (object, old) => told.push(`${who}~${nameOf(old)}>${nameOf(object)}`));
    informer.on('delete', (object, { finalStateUnknown }) =>
      told.push(`${who}-${nameOf(object)}${finalStateUnknown ? ' ?' : ''}`),
    );
  };
  const tells = async (...expected: readonly string[]): Promise<void> => {
    await until(expected.join(', '), () => told.length >= expected.length).catch(() => undefined);
    expect(told.splice(0)).to.deep.equal(expected);
  };

  beforeEach(async () => {
    server = await fakeServer(hang);
    transport = new Transport({ cluster: clusterAt(server.url), clock });
    watches = [];
    told = [];
    informer = new Informer({ transport, resource: PODS, project: (raw) => raw, clock, random: () => 0.5 });
  });
  afterEach(async () => {
    await informer.stop();
    transport.close();
    await server.close();
  });

  it('W32 one stream for all subscribers; a late one is told what is held', async () => {
    server.script.push(stream(...initial(5, pod('x', 1), pod('y', 2))));
    subscribe('a');
    await Promise.all([informer.start(), informer.start()]);
    await tells('a+x 1', 'a+y 2');
    subscribe('b');
    await tells('b+x 1', 'b+y 2');
    watches[0]!.send(modified('x', 6), deleted('y', 7));
    await tells('a~x 1>x 6', 'b~x 1>x 6', 'a-y 2', 'b-y 2');
    expect(server.requests).to.have.length(1);
    expect(informer.list().map(nameOf)).to.deep.equal(['x 6']);
    expect(informer.list('b')).to.deep.equal([]);
    expect(nameOf(informer.get('x', 'a')!)).to.equal('x 6');
    expect(informer.get('y', 'a')).to.equal(undefined);
  });

  it('W4 W6 a relist tells the difference only, with the last state of what went', async () => {
    server.script.push(stream(...initial(5, pod('x', 1), pod('y', 2))));
    subscribe('');
    await informer.start();
    told.length = 0;
    server.script.push(stream(...initial(9, pod('x', 1), pod('z', 8))));
    watches[0]!.send(errorEvent(EXPIRED));
    await until('the relist', () => {
      clock.advance(100);
      return told.length >= 2;
    });
    await tells('-y 2 ?', '+z 8');
    expect(informer.stats.relists).to.deep.equal({ expired: 1 });
  });

  it('W1 start resolves with the end mark and not before; waitForSync rejects when that takes too long', async () => {
    server.script.push(stream(added('x', 1)));
    let synced = false;
    void informer.start().then(() => (synced = true));
    subscribe('');
    await tells('+x 1');
    const late = informer.waitForSync(5000).catch((error: unknown) => error);
    clock.advance(5000);
    expect(await late)
      .to.be.instanceOf(NetworkError)
      .with.property('message', 'not synced within 5000 ms: starting');
    expect(synced).to.equal(false);
    watches[0]!.send(bookmark(5, true));
    await until('synced', () => synced);
    await informer.waitForSync(0);
  });

  it('W29 stop before the sync rejects start, for those who wait, and is no error', async () => {
    informer.on('error', (error) => told.push(String(error)));
    const started = informer.start().catch((error: unknown) => error);
    await until('the request', () => server.requests.length > 0);
    await informer.stop();
    expect(await started).to.include({ failure: 'aborted' });
    expect(told).to.deep.equal([]);
  });

  it('connect and error tell of connections', async () => {
    const seen: string[] = [];
    informer.on('connect', () => seen.push('connect'));
    informer.on('error', (error) => seen.push((error as Error).name));
    server.script.push(failure(500), stream(...initial(5)));
    void informer.start();
    await until('both', () => {
      clock.advance(100);
      return seen.length === 2;
    });
    expect(seen).to.deep.equal(['ApiError', 'connect']);
  });

  it('W30 P5 a subscriber that throws, or rejects, disturbs nobody', async () => {
    const errors: unknown[] = [];
    informer.on('add', () => {
      throw new Error('thrown');
    });
    const rejecting = (): unknown => Promise.reject(new Error('rejected'));
    informer.on('add', rejecting);
    informer.on('error', (error) => errors.push((error as Error).message));
    informer.on('error', () => {
      throw new Error('again');
    });
    subscribe('');
    server.script.push(stream(...initial(5, pod('x', 1))));
    await informer.start();
    await tells('+x 1');
    await until('both', () => errors.length === 2);
    expect(errors).to.deep.equal(['thrown', 'rejected']);
    expect(informer.stats).to.deep.include({ handlerErrors: 0, reconnects: {} });
  });

  it('W33 resync tells of everything once more without asking the server; off ends it', async () => {
    server.script.push(stream(...initial(5, pod('x', 1))));
    await informer.start();
    const onUpdate = (object: Raw, old: Raw): unknown => told.push(`${nameOf(old)}>${nameOf(object)}`);
    informer.on('update', onUpdate);
    informer.resync();
    await tells('x 1>x 1');
    informer.off('update', onUpdate);
    informer.resync();
    expect(told).to.deep.equal([]);
    expect(server.requests).to.have.length(1);
  });
});

describe('[integration] kube/audit', () => {
  let b: Bench;
  const METADATA = { metadata: { resourceVersion: '9' } };
  const item = (...at: Parameters<typeof pod>): object => pod(...at);
  const opened = async (...pods: readonly object[]): Promise<void> => {
    b = await bench();
    b.server.otherwise = hang;
    b.server.script.push(b.stream(...initial(5, ...pods)));
    b.reflector.start();
    await until('synced', () => b.reflector.stats.synced);
  };
  /** The audit with time passing; other requests than its own hang. */
  const audited = async (each: () => void = () => undefined): Promise<readonly string[] | undefined> => {
    const { transport, reflector, clock } = b;
    let result: { readonly missed: readonly string[] | undefined } | undefined;
    const signal = new AbortController().signal;
    void audit({ transport, resource: PODS, reflector, clock, signal }).then((missed) => (result = { missed }));
    await until('the audit', () => {
      clock.advance(200);
      each();
      return result !== undefined;
    });
    return result!.missed;
  };
  afterEach(async () => {
    await b.end();
  });

  it('W33 finds nothing where nothing is wrong, with one list of metadata', async () => {
    await opened(pod('x', 1), pod('y', 2));
    b.server.script.push(json(200, list(9, [pod('x', 1), pod('y', 2)])));
    expect(await audited()).to.deep.equal([]);
    expect(b.server.requests[1]!.headers.accept).to.include('PartialObjectMetadataList');
    expect(b.server.requests).to.have.length(2);
  });

  it('W33 what the stream tells of a little later is no miss', async () => {
    await opened(pod('x', 1), pod('gone', 2));
    b.server.script.push(json(200, list(9, [pod('x', 7), pod('new', 8)])));
    let isTold = false;
    const missed = await audited(() => {
      if (!isTold) b.watches[0]!.send(modified('x', 7), deleted('gone', 8), added('new', 8));
      isTold = true;
    });
    expect(missed).to.deep.equal([]);
  });

  it('W33 a change, a new object and a deletion that the stream never told of; a relist mends them', async () => {
    await opened(pod('x', 1), pod('gone', 2), pod('same', 3));
    const look = [json(200, item('x', 7)), json(200, item('new', 8)), failure(404, 'NotFound')];
    const page = json(200, list(9, [pod('x', 7), pod('new', 8), pod('same', 3)]));
    b.server.script.push(page, ...look, ...look);
    expect(await audited()).to.deep.equal(['a/x', 'a/new', 'a/gone']);
    b.told.length = 0;
    b.server.script.push(b.stream(...initial(9, pod('x', 7), pod('new', 8), pod('same', 3))));
    b.reflector.relist('audit');
    await until('the difference', () => {
      b.clock.advance(100);
      return b.told.length === 3;
    });
    expect(b.told).to.have.members(['+a/x 7', '+a/new 8', '-a/gone gone-1 ?']);
    expect(b.reflector.stats.relists).to.deep.equal({ audit: 1 });
  });

  it('W33 says nothing of a kind that is not synced', async () => {
    b = await bench();
    b.server.otherwise = json(200, METADATA);
    expect(await audited()).to.equal(undefined);
    expect(b.server.requests).to.deep.equal([]);
  });
});
