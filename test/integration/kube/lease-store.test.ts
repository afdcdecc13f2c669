import { expect } from 'chai';
import { ApiError } from '#kube/errors.ts';
import { leaseStore, wasOvertaken, type HeldLease, type LeaseStore } from '#kube/lease-store.ts';
import { Transport } from '#kube/transport.ts';
import {
  clusterAt,
  failure,
  fakeServer,
  hang,
  json,
  until,
  watching,
  type FakeServer,
} from '../../support/fake-server.ts';

const RECORD = {
  holder: 'a',
  durationSeconds: 15,
  transitions: 2,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  renewTime: '2026-01-01T00:00:02.000000Z',
};
const SPEC = {
  holderIdentity: 'a',
  leaseDurationSeconds: 15,
  leaseTransitions: 2,
  acquireTime: RECORD.acquireTime,
  renewTime: RECORD.renewTime,
};
const lease = (resourceVersion: string, spec: object = SPEC): object => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'guard', name: 'op', uid: 'u', resourceVersion },
  spec,
});
const AT = '/apis/coordination.k8s.io/v1/namespaces/guard/leases';

describe('[integration] kube/lease-store', () => {
  let server: FakeServer;
  let transport: Transport;
  let store: LeaseStore;
  const never = new AbortController().signal;
  const failed = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => expect.fail('did not reject'),
      (error: unknown) => error,
    );

  beforeEach(async () => {
    server = await fakeServer(hang);
    transport = new Transport({ cluster: clusterAt(server.url) });
    store = leaseStore(transport, { namespace: 'guard', name: 'op' });
  });
  afterEach(async () => {
    transport.close();
    await server.close();
  });

  it('reads the lease; one that is not there is none, one that nobody filled in is held by nobody', async () => {
    server.script.push(json(200, lease('7')), failure(404, 'NotFound'), json(200, lease('8', {})), failure(403));
    expect(await store.get(never)).to.deep.equal({ record: RECORD, resourceVersion: '7' });
    expect(await store.get(never)).to.equal(undefined);
    const nobody = { holder: '', durationSeconds: 0, transitions: 0, acquireTime: '', renewTime: '' };
    expect(await store.get(never)).to.deep.equal({ record: nobody, resourceVersion: '8' });
    expect(await failed(store.get(never))).to.include({ code: 403 });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(Array(4).fill(`GET ${AT}/op`));
  });

  it('creates and updates with the version that was read, and nothing else: no apply, no force', async () => {
    server.script.push(json(201, lease('1')), json(200, lease('9')));
    expect(await store.create(RECORD, never)).to.deep.equal({ record: RECORD, resourceVersion: '1' });
    expect(await store.update(RECORD, '8', never)).to.deep.equal({ record: RECORD, resourceVersion: '9' });
    const metadata = { namespace: 'guard', name: 'op' };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: SPEC };
    expect(server.requests.map(({ method, path, query, body: sent }) => ({ method, path, query, sent }))).to.deep.equal(
      [
        { method: 'POST', path: AT, query: {}, sent: { ...body, metadata } },
        {
          method: 'PUT',
          path: `${AT}/op`,
          query: {},
          sent: { ...body, metadata: { ...metadata, resourceVersion: '8' } },
        },
      ],
    );
  });

  it('tells when someone else was faster, from any other refusal', async () => {
    server.script.push(failure(409, 'Conflict'), failure(409, 'AlreadyExists'), failure(500));
    expect(wasOvertaken(await failed(store.update(RECORD, '8', never)))).to.equal(true);
    expect(wasOvertaken(await failed(store.create(RECORD, never)))).to.equal(true);
    expect(wasOvertaken(await failed(store.get(never)))).to.equal(false);
    expect(wasOvertaken(new Error('409'))).to.equal(false);
  });

  it('follows the one lease: its state, each change, its end; rejects when the stream breaks, ends when it is told to', async () => {
    const seen: (HeldLease | undefined)[] = [];
    const events = [
      { type: 'ADDED', object: lease('1') },
      { type: 'BOOKMARK', object: { kind: 'Lease', metadata: { resourceVersion: '2' } } },
      { type: 'MODIFIED', object: lease('3', { ...SPEC, holderIdentity: '' }) },
      { type: 'DELETED', object: lease('4') },
    ];
    server.script.push(
      watching(events, ({ end }) => {
        end();
      }),
      watching([]),
      failure(403),
    );
    await store.follow!((held) => seen.push(held), never);
    expect(seen.map((held) => held && `${held.record.holder} ${held.resourceVersion}`)).to.deep.equal([
      'a 1',
      ' 3',
      undefined,
    ]);
    expect(server.requests[0]).to.deep.include({ path: AT });
    expect(server.requests[0]!.query).to.include({ watch: 'true', fieldSelector: 'metadata.name=op' });
    expect(server.requests[0]!.query).to.not.have.any.keys('sendInitialEvents', 'resourceVersion');
    const stop = new AbortController();
    const following = store.follow!(() => expect.fail('told after the end'), stop.signal);
    await until('the second watch', () => server.requests.length === 2);
    stop.abort();
    expect(await failed(following)).to.include({ failure: 'aborted' });
    expect(await failed(store.follow!(() => undefined, never))).to.be.instanceOf(ApiError);
  });

  it('has a connection of its own: writes that fill theirs do not keep it waiting', async () => {
    const busy = new AbortController();
    const writes = Array.from({ length: 40 }, () =>
      transport.request({
        verb: 'apply',
        resource: 'x',
        method: 'PATCH',
        path: '/x',
        body: {},
        pool: 'write',
        signal: busy.signal,
      }),
    );
    const ended = Promise.allSettled(writes);
    await until('all connections for writes', () => server.requests.length === 16);
    server.script.push(json(200, lease('7')));
    expect(await store.get(never)).to.deep.include({ resourceVersion: '7' });
    busy.abort();
    await ended;
  });
});
