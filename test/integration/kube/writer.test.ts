import { expect } from 'chai';
import { Transport } from '#kube/transport.ts';
import { Writer, type Outcome, type WriteRequest, type WriterOptions } from '#kube/writer.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import {
  clusterAt,
  failure,
  fakeServer,
  hang,
  json,
  reset,
  status,
  until,
  type Answer,
  type FakeServer,
} from '../../support/fake-server.ts';

const REPORTS = { group: 'kubeposture.io', version: 'v1alpha1', plural: 'securityreports' };
const OK = json(200, { metadata: { uid: 'u', resourceVersion: '7', generation: 0 } });
const written: Outcome = { status: 'written', uid: 'u', resourceVersion: '7', generation: 0 };

const apply = (name: string, spec: unknown = name): WriteRequest => ({
  method: 'apply',
  resource: REPORTS,
  namespace: 'a',
  name,
  body: { spec },
});

describe('[integration] kube/writer', () => {
  let server: FakeServer;
  let clock: FakeClock;
  let transport: Transport;
  let writer: Writer;
  let outcomes: [string, Outcome][];

  const open = async (options: Partial<WriterOptions> = {}, ...script: readonly Answer[]): Promise<void> => {
    server = await fakeServer(OK);
    server.script.push(...script);
    clock = fakeClock();
    outcomes = [];
    transport = new Transport({ cluster: clusterAt(server.url), clock });
    const onOutcome = (key: string, outcome: Outcome): void => void outcomes.push([key, outcome]);
    writer = new Writer({ transport, clock, random: () => 0.5, onOutcome, ...options });
  };
  const passing = async (what: string, holds: () => boolean, stepMs = 50): Promise<number> => {
    const from = clock.now();
    await until(what, () => {
      if (!holds()) clock.advance(stepMs);
      return holds();
    });
    return clock.now() - from;
  };
  const bodies = (): unknown[] => server.requests.map(({ body }) => (body as { spec: unknown }).spec);

  afterEach(async () => {
    await writer.stop();
    transport.close();
    await server.close();
  });

  it('applies server-side, by force, and asks for metadata only', async () => {
    await open();
    writer.submit({ key: 'x', build: () => apply('x') });
    await writer.idle();
    const [asked] = server.requests;
    expect(asked).to.deep.include({
      method: 'PATCH',
      path: '/apis/kubeposture.io/v1alpha1/namespaces/a/securityreports/x',
      query: { fieldManager: 'kubeposture', force: 'true' },
      body: { spec: 'x' },
    });
    expect(asked!.headers).to.deep.include({
      'content-type': 'application/apply-patch+yaml',
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
      'user-agent': 'kubeposture/0 (test)',
    });
    expect(outcomes).to.deep.equal([['x', written]]);
  });

  it('has one request an object in flight; what comes meanwhile is one more write, of the newest state', async () => {
    let release: () => void = () => undefined;
    await open({}, (q, r) => new Promise<void>((resolve) => (release = resolve)).then(() => OK(q, r)));
    let state = 1;
    const build = (): WriteRequest => apply('x', state);
    writer.submit({ key: 'x', build });
    await until('the first write', () => server.requests.length === 1);
    for (state = 2; state < 9; state += 1) writer.submit({ key: 'x', build });
    release();
    await writer.idle();
    expect(bodies()).to.deep.equal([1, 9]);
  });

  it('builds when the turn comes, high priority first', async () => {
    let may = false;
    await open({ mayWrite: () => may });
    for (const key of ['a', 'b']) writer.submit({ key, build: () => apply(key) });
    writer.submit({ key: 'h', priority: 'high', build: () => apply('h') });
    writer.submit({ key: 'b', priority: 'high', build: () => Promise.resolve(apply('b', 'b2')) });
    writer.submit({ key: 'n', build: () => undefined });
    may = true;
    await passing('all', () => writer.size === 0);
    expect(bodies()).to.have.members(['h', 'b2', 'a']);
    expect(outcomes.find(([key]) => key === 'n')).to.deep.equal(['n', { status: 'skipped' }]);
  });

  it('one at a time: what is urgent overtakes, also what has become it while it waited or was under way', async () => {
    let release: () => void = () => undefined;
    await open({ limits: { concurrency: 1 } }, (q, r) =>
      new Promise<void>((done) => (release = done)).then(() => OK(q, r)),
    );
    const submit = (key: string, state: string, priority?: 'high'): void => {
      writer.submit({ key, build: () => apply(key, state), ...(priority === undefined ? {} : { priority }) });
    };
    submit('first', 'first');
    await until('under way', () => server.requests.length === 1);
    for (const key of ['a', 'b', 'c']) submit(key, key);
    submit('h', 'h', 'high');
    submit('c', 'c2', 'high');
    submit('c', 'c3');
    submit('first', 'again', 'high');
    release();
    await writer.idle();
    expect(bodies()).to.deep.equal(['first', 'h', 'c3', 'again', 'a', 'b']);
  });

  it('waits as a whole while the server has too much to do, for what it asks and a little, and never less than before', async () => {
    const full = (seconds: string): Answer => failure(429, 'TooManyRequests', { 'retry-after': seconds });
    await open({}, full('10'), full('1'));
    for (const key of ['x', 'y']) writer.submit({ key, build: () => apply(key) });
    await until('refused', () => outcomes.length === 2);
    writer.submit({ key: 'z', build: () => apply('z') });
    expect(await passing('the third', () => outcomes.some(([key]) => key === 'z'))).to.be.at.least(11_000);
    await passing('the rest', () => writer.size === 0);
    expect(bodies()).to.have.members(['x', 'y', 'x', 'y', 'z']);
  });

  it('a refusal of one object keeps no other waiting', async () => {
    await open({}, failure(409, 'Conflict', { 'retry-after': '10' }));
    writer.submit({ key: 'x', build: () => apply('x') });
    await until('refused', () => outcomes.length === 1);
    writer.submit({ key: 'y', build: () => apply('y') });
    await until('the other', () => outcomes.length === 2);
    expect([bodies(), writer.concurrency]).to.deep.equal([['x', 'y'], 8]);
  });

  it('a create that is refused for another reason is no apply', async () => {
    await open({}, failure(409, 'Conflict'), failure(409, 'AlreadyExists'), failure(422, 'AlreadyExists'));
    writer.submit({ key: 'x', build: () => ({ ...apply('x'), method: 'create' }) });
    await until('refused', () => outcomes.length === 1);
    writer.submit({ key: 'y', build: () => apply('y') });
    await until('refused', () => outcomes.length === 2);
    expect(server.requests.map(({ method }) => method)).to.deep.equal(['POST', 'PATCH']);
  });

  it('sends nothing while it may not write, even when the fence shuts after the body was built', async () => {
    let may = true;
    await open({ mayWrite: () => may });
    writer.submit({
      key: 'x',
      build: () => {
        may = false;
        return apply('x');
      },
    });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests).to.deep.equal([]);
    expect(writer.size).to.equal(1);
    expect(outcomes).to.deep.equal([]);
  });

  it('keeps to eight requests and to the rate', async () => {
    await open({ limits: { perSecond: 10, burst: 20 } });
    server.otherwise = hang;
    for (let i = 0; i < 50; i += 1) writer.submit({ key: String(i), build: () => apply(String(i)) });
    await until('eight', () => server.requests.length === 8);
    expect(server.connections()).to.equal(8);
    await writer.stop();
    server.otherwise = OK;
    writer = new Writer({ transport, clock, limits: { perSecond: 10, burst: 20 } });
    for (let i = 0; i < 50; i += 1) writer.submit({ key: String(i), build: () => apply(String(i)) });
    await until('the burst', () => server.requests.length === 28);
    expect(await passing('the rest', () => writer.size === 0)).to.be.at.least(2900);
  });

  it('goes at another pace from the moment that it is told, with a full burst', async () => {
    await open({ limits: { perSecond: 0.001, burst: 5 } });
    for (let i = 0; i < 50; i += 1) writer.submit({ key: String(i), build: () => apply(String(i)) });
    await until('the burst', () => outcomes.length === 5);
    writer.pace(1, 20);
    await until('the next burst', () => server.requests.length === 25);
    expect(await passing('the rest', () => writer.size === 0)).to.be.at.least(24_000);
  });

  it('reuses its connections', async () => {
    await open();
    for (let i = 0; i < 60; i += 1) writer.submit({ key: String(i), build: () => apply(String(i)) });
    await writer.idle();
    expect(server.requests).to.have.length(60);
    expect(server.connections()).to.be.at.most(8);
  });

  const retried: readonly {
    readonly name: string;
    readonly fault: Answer;
    readonly least: number;
    readonly most: number;
  }[] = [
    { name: '500', fault: failure(500), least: 400, most: 450 },
    { name: '409', fault: failure(409, 'Conflict'), least: 400, most: 450 },
    { name: '401', fault: failure(401, 'Unauthorized'), least: 0, most: 450 },
    { name: 'a reset', fault: reset, least: 400, most: 450 },
    { name: 'an answer that is no JSON', fault: (_, r) => void r.end('<html>'), least: 400, most: 450 },
    { name: '429 with Retry-After', fault: failure(429, '', { 'Retry-After': '5' }), least: 5000, most: 6050 },
    { name: '503 with Retry-After', fault: failure(503, '', { 'Retry-After': '5' }), least: 5000, most: 6050 },
    { name: '403', fault: failure(403, 'Forbidden'), least: 60_000, most: 121_000 },
  ];
  for (const { name, fault, least, most } of retried) {
    it(`retries after ${name}`, async () => {
      await open({}, fault);
      // A write is built when its turn comes: what the network takes of the machine's time is no wait.
      const turns: number[] = [];
      const build = (): WriteRequest => {
        turns.push(clock.now());
        return apply('x');
      };
      writer.submit({ key: 'x', build });
      await until('the first answer', () => outcomes.length === 1);
      await passing('written', () => writer.size === 0, most > 60_000 ? 1000 : 50);
      expect(turns.at(-1)! - turns[0]!).to.be.within(least, most);
      const last = outcomes.at(-1);
      expect(last).to.deep.equal(['x', written]);
    });
  }

  const TOO_NEW = 'failed to create typed patch object (a/b; x/v1, Kind=Y): .z: field not declared in schema';
  const ended: readonly { readonly name: string; readonly fault: Answer; readonly outcome: Outcome }[] = [
    {
      name: 'a namespace that is gone',
      fault: json(
        404,
        status(404, 'NotFound', { message: 'namespaces "a" not found', details: { kind: 'namespaces', name: 'a' } }),
      ),
      outcome: { status: 'dropped', reason: '404 namespaces "a" not found' },
    },
    {
      name: 'a namespace that is being terminated',
      fault: json(
        403,
        status(403, 'Forbidden', { message: 'no', details: { causes: [{ reason: 'NamespaceTerminating' }] } }),
      ),
      outcome: { status: 'dropped', reason: '403 no' },
    },
    { name: '422', fault: json(422, status(422, 'Invalid')), outcome: { status: 'rejected', reason: '422 invalid' } },
    {
      name: '400',
      fault: json(400, status(400, 'BadRequest')),
      outcome: { status: 'rejected', reason: '400 badrequest' },
    },
    {
      name: '413',
      fault: (_, r) => void r.writeHead(413).end('big'),
      outcome: { status: 'tooLarge', reason: '413 big' },
    },
    {
      name: 'an object that etcd finds too large',
      fault: json(500, status(500, '', { message: 'etcdserver: request is too large' })),
      outcome: { status: 'tooLarge', reason: '500 etcdserver: request is too large' },
    },
    {
      name: 'a field that the kind on the server does not have',
      fault: json(500, status(500, '', { message: TOO_NEW })),
      outcome: { status: 'rejected', reason: `500 ${TOO_NEW}` },
    },
  ];
  for (const { name, fault, outcome } of ended) {
    it(`gives up after ${name}, until submitted again`, async () => {
      await open({}, fault);
      writer.submit({ key: 'x', build: () => apply('x') });
      await writer.idle();
      expect(outcomes).to.deep.equal([['x', outcome]]);
      writer.submit({ key: 'x', build: () => apply('x') });
      await writer.idle();
      expect(outcomes[1]).to.deep.equal(['x', written]);
    });
  }

  it('waits as a whole when the kind is missing', async () => {
    await open({ limits: { concurrency: 1 } }, (_, r) => void r.writeHead(404).end('404 page not found\n'));
    for (const key of ['x', 'y']) writer.submit({ key, build: () => apply(key) });
    await until('paused', () => outcomes.length === 1);
    expect(outcomes[0]).to.deep.equal(['x', { status: 'paused', reason: '404 404 page not found', delayMs: 60_000 }]);
    expect(await passing('both', () => writer.size === 0)).to.be.within(59_000, 62_000);
    expect(server.requests).to.have.length(3);
  });

  it('halves its width when the server is overloaded, and widens by one every ten clean seconds', async () => {
    await open({}, failure(503));
    writer.submit({ key: 'x', build: () => apply('x') });
    await until('refused', () => outcomes.length === 1);
    expect(writer.concurrency).to.equal(4);
    clock.advance(10_000);
    expect(writer.concurrency).to.equal(5);
    clock.advance(100_000);
    expect(writer.concurrency).to.equal(8);
  });

  it('gives a request fifteen seconds', async () => {
    await open({}, hang);
    writer.submit({ key: 'x', build: () => apply('x') });
    await until('the request', () => server.requests.length === 1);
    expect(await passing('a timeout', () => outcomes.length === 1)).to.be.within(14_900, 16_000);
    expect(outcomes[0]![1].status).to.equal('retrying');
    expect(writer.concurrency).to.equal(4);
  });

  it('creates, and applies when the object is there already', async () => {
    await open({}, failure(409, 'AlreadyExists'));
    writer.submit({ key: 'x', build: () => ({ ...apply('x'), method: 'create' }) });
    await writer.idle();
    expect(server.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1) ?? ''}`)).to.deep.equal([
      'POST securityreports',
      'PATCH x',
    ]);
    expect(outcomes).to.deep.equal([['x', written]]);
  });

  it('deletes by UID; one that is gone already is done', async () => {
    const other =
      'Operation cannot be fulfilled: the UID in the precondition (u1) does not match the UID in record (u2)';
    await open({}, failure(404, 'NotFound'), json(409, status(409, 'Conflict', { message: other })));
    writer.submit({
      key: 'x',
      build: () => ({ method: 'delete', resource: REPORTS, namespace: 'a', name: 'x', uid: 'u1' }),
    });
    await writer.idle();
    expect(server.requests[0]).to.deep.include({
      method: 'DELETE',
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: 'u1' } },
    });
    writer.submit({ key: 'x', build: () => ({ method: 'delete', resource: REPORTS, name: 'x', uid: 'u1' }) });
    await writer.idle();
    const gone: Outcome = { status: 'written', uid: '', resourceVersion: '', generation: 0 };
    expect(outcomes).to.deep.equal([
      ['x', gone],
      ['x', gone],
    ]);
  });

  it('stop aborts what is in flight and forgets the rest; nobody is told, no timer is left', async () => {
    await open({}, hang);
    for (const key of ['x', 'y']) writer.submit({ key, build: () => apply(key) });
    server.otherwise = hang;
    await until('in flight', () => server.requests.length > 0);
    await writer.stop();
    expect(writer.size).to.equal(0);
    expect(clock.pending()).to.deep.equal([]);
    expect(outcomes.filter(([key]) => key === 'x')).to.deep.equal([]);
    writer.submit({ key: 'z', build: () => apply('z') });
    expect(writer.size).to.equal(0);
  });

  it('an exception of a builder or of the outcome handler stays where it is', async () => {
    let broken = true;
    await open();
    writer = new Writer({
      transport,
      clock,
      onOutcome: () => {
        throw new Error('handler');
      },
    });
    const build = (): WriteRequest => {
      if (broken) throw new Error('builder');
      return apply('x');
    };
    writer.submit({ key: 'x', build });
    await new Promise((resolve) => setImmediate(resolve));
    broken = false;
    await passing('written', () => writer.size === 0);
    expect(server.requests).to.have.length(1);
  });
});
