import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { expect } from 'chai';
import { makeIdentity } from '#sandbox/tls.ts';
import { NetworkError } from '#kube/errors.ts';
import { KubeConfigError, loadCluster } from '#kube/kubeconfig.ts';
import { Transport, type Observation, type Request } from '#kube/transport.ts';
import { silentLogger, type Logger } from '#log/logger.ts';
import {
  clusterAt,
  failure,
  fakeServer,
  hang,
  json,
  reset,
  until,
  watching,
  type Answer,
  type FakeServer,
} from '../../support/fake-server.ts';

const GET: Request = { verb: 'get', resource: 'things', method: 'GET', path: '/things', pool: 'watch' };
const failed = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => expect.fail('it worked'),
    (error: unknown) => error,
  );

const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port;

describe('[integration] kube/transport', () => {
  let server: FakeServer;
  let transport: Transport;
  const seen: Observation[] = [];
  const open = async (...script: readonly Answer[]): Promise<void> => {
    server = await fakeServer(json(200, { ok: true }));
    server.script.push(...script);
    transport = new Transport({
      cluster: clusterAt(server.url),
      onRequest: (one) => seen.push(one),
      limits: { connectMs: 500, headerMs: 500, idleMs: 500 },
    });
  };

  afterEach(async () => {
    seen.length = 0;
    transport.close();
    await server.close();
  });

  it('reads JSON, keeps its connection, and says who it is', async () => {
    await open();
    for (let i = 0; i < 3; i += 1) expect((await transport.request(GET)).body).to.deep.equal({ ok: true });
    expect(server.connections()).to.equal(1);
    expect(server.requests[0]!.headers['user-agent']).to.equal('kubeposture/0 (test)');
    expect(seen[0]).to.deep.equal({ verb: 'get', resource: 'things', code: '200' });
  });

  it('drains error replies too, so that the connection is kept', async () => {
    await open(failure(500), failure(422, 'Invalid'));
    expect(await failed(transport.request(GET))).to.include({ code: 500 });
    expect(await failed(transport.request(GET))).to.include({ code: 422, reason: 'Invalid' });
    await transport.request(GET);
    expect(server.connections()).to.equal(1);
  });

  it('tries a new connection when a kept one dies under a request, but only then', async () => {
    await open();
    await transport.request(GET);
    server.script.push(reset);
    expect((await transport.request(GET)).status).to.equal(200);
    server.script.push(reset, reset);
    expect(await failed(transport.request({ ...GET, method: 'POST' }))).to.include({ failure: 'reset' });
    expect(await failed(transport.request(GET))).to.include({ failure: 'reset' });
  });

  it('sends the length of a body with every method', async () => {
    await open();
    await transport.request({ ...GET, method: 'DELETE', body: { a: 'ü' } });
    expect(server.requests[0]).to.deep.include({ method: 'DELETE', body: { a: 'ü' } });
    await transport.request(GET);
  });

  it('W25 gives up on headers, on the whole, and when told to', async () => {
    await open(hang, (_, r) => void r.writeHead(200).write('{'), hang);
    expect(await failed(transport.request(GET))).to.include({
      failure: 'timeout',
      message: 'no response headers within 500 ms',
    });
    expect(await failed(transport.request({ ...GET, timeoutMs: 50 }))).to.include({ failure: 'timeout' });
    const abort = new AbortController();
    const asked = failed(transport.request({ ...GET, signal: abort.signal }));
    abort.abort();
    expect(await asked).to.include({ failure: 'aborted' });
    await until('no socket', () => server.sockets() === 0);
  });

  it('does not send when the gate throws', async () => {
    await open();
    const gate = (): void => {
      throw new RangeError('shut');
    };
    expect(await failed(transport.request({ ...GET, gate }))).to.be.instanceOf(RangeError);
    expect(server.requests).to.deep.equal([]);
    expect(seen).to.deep.equal([]);
  });

  it('calls a refused connection and an unknown host by their names', async () => {
    await open();
    await server.close();
    expect(await failed(transport.request(GET))).to.include({ failure: 'refused', code: 'ECONNREFUSED' });
    const lost = new Transport({ cluster: clusterAt(new URL('http://no-such-host.invalid')) });
    expect(await failed(lost.request(GET))).to.include({ failure: 'dns' });
    lost.close();
    await server.reopen();
  });

  it('streams, and W25 a silent stream ends while a slow reader does not', async () => {
    await open(watching(['one\n', 'two\n']));
    const stream = await transport.stream(GET);
    const read: string[] = [];
    const error = await failed(
      (async () => {
        for await (const chunk of stream.chunks()) {
          read.push(chunk.toString());
          await new Promise((resolve) => setTimeout(resolve, 600));
        }
      })(),
    );
    expect(read.join('')).to.equal('one\ntwo\n');
    expect(error).to.include({ failure: 'timeout', code: 'IDLE' });
    await until('no socket', () => server.sockets() === 0);
  });

  it('W31 a reader that does not read holds the server back', async () => {
    let sent = 0;
    await open((_, r) => {
      r.writeHead(200);
      const more = (): void => {
        while (!r.destroyed && r.write(Buffer.alloc(64 * 1024))) sent += 1;
        r.once('drain', more);
      };
      more();
    });
    const stream = await transport.stream(GET);
    for await (const chunk of stream.chunks()) {
      expect(chunk.length).to.be.greaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 100));
      break;
    }
    expect(sent * 64).to.be.lessThan(20_000);
  });

  it('W16 401: credentials are read anew and the request is sent once more at once', async () => {
    await open(failure(401), failure(401), failure(401));
    let token = 0;
    transport = new Transport({
      cluster: clusterAt(server.url, {
        credentials: () =>
          Promise.resolve({ headers: { Authorization: `Bearer ${String(token)}` }, tls: {}, fingerprint: '' }),
        rejected: () => void (token += 1),
      }),
    });
    expect(await failed(transport.request(GET))).to.include({ code: 401 });
    expect((await transport.request(GET)).status).to.equal(200);
    expect(server.requests.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer 0',
      'Bearer 1',
      'Bearer 1',
      'Bearer 2',
    ]);
  });

  it('names the queue of the server that was full', async () => {
    const lines: unknown[] = [];
    const noted = (message: string, fields?: Readonly<Record<string, unknown>>): unknown => lines.push(message, fields);
    const logger: Logger = { ...silentLogger, warn: noted };
    const full = {
      'Retry-After': '3',
      'X-Kubernetes-PF-FlowSchema-UID': 'f',
      'X-Kubernetes-PF-PriorityLevel-UID': 'p',
    };
    await open(failure(429, 'TooManyRequests', full));
    const speaking = new Transport({ cluster: clusterAt(server.url), logger });
    const error = await failed(speaking.request(GET));
    speaking.close();
    expect(error).to.include({ code: 429, retryAfterMs: 3000 });
    const fields = { verb: 'get', resource: 'things', flowSchema: 'f', priorityLevel: 'p', retryAfter: '3' };
    expect(lines).to.deep.equal(['the API server has too much to do', fields]);
  });

  it('takes neither an endless error nor an answer that is no JSON', async () => {
    await open(
      (_, response) => void response.writeHead(500).end('x'.repeat(70_000)),
      (_, response) => void response.end('<html>'),
    );
    expect(await failed(transport.request(GET))).to.include({
      failure: 'other',
      message: 'answer longer than 65536 bytes',
    });
    expect(await failed(transport.request(GET))).to.include({ failure: 'other', message: 'the answer is no JSON' });
  });
});

describe('[integration] kube/kubeconfig', () => {
  let folder: string;
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const config = (server: string, user: object = {}, more: object = {}): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, ...more } }],
      users: [{ name: 'u', user }],
      contexts: [
        { name: 'one', context: { cluster: 'c', user: 'u', namespace: 'here' } },
        { name: 'lost', context: { cluster: 'nowhere', user: 'u' } },
      ],
      'current-context': 'one',
    });
  const load = (kubeconfig: string, context?: string): ReturnType<typeof loadCluster> =>
    loadCluster({ kubeconfig, userAgent: 'kubeposture/0 (test)', ...(context === undefined ? {} : { context }) });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeposture-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('says in one line what is wrong', () => {
    const good = file('good', config('https://127.0.0.1:1'));
    const cases: readonly (readonly [path: string, context: string | undefined, message: string])[] = [
      [join(folder, 'none'), undefined, `${join(folder, 'none')}: no such file`],
      [good, 'other', `${good}: no context "other" (there is: one, lost)`],
      [good, 'lost', `${good}: context "lost" names no cluster with a server`],
      [file('empty', '{}'), undefined, `${join(folder, 'empty')}: no current context; name one`],
      [file('url', config('not a url')), undefined, `${join(folder, 'url')}: "not a url" is no server address`],
      [
        file('socks', config('https://a', {}, { 'proxy-url': 'socks5://b' })),
        undefined,
        `${join(folder, 'socks')}: SOCKS proxies are not supported`,
      ],
    ];
    for (const [path, context, message] of cases)
      expect(() => load(path, context), message).to.throw(KubeConfigError, message);
    expect(() => load(file('yaml', 'a: [\n b: }'))).to.throw(
      KubeConfigError,
      /^[^\n]*not a readable kubeconfig: [^\n]*$/,
    );
  });

  it('reads server, context, namespace and token', async () => {
    const cluster = load(file('token', config('http://127.0.0.1:1/prefix', { token: 'secret' })));
    expect(cluster).to.deep.include({ context: 'one', namespace: 'here', userAgent: 'kubeposture/0 (test)' });
    expect(cluster.server.href).to.equal('http://127.0.0.1:1/prefix');
    expect((await cluster.credentials()).headers).to.deep.equal({ Authorization: 'Bearer secret' });
  });

  const users: Readonly<Record<string, (token: string) => object>> = {
    'named as in every kubeconfig': (token) => ({ tokenFile: token }),
    'named beside the kubeconfig': (token) => ({ tokenFile: basename(token), token: 'older' }),
    'of a pod': (token) => ({ 'auth-provider': { name: 'tokenFile', config: { tokenFile: token } } }),
  };
  for (const [name, user] of Object.entries(users))
    it(`W16 picks up a rotated token file ${name} within a minute, trimmed; at once after a 401`, async () => {
      let now = 0;
      const token = file('t', 'first\n');
      const kubeconfig = file('rotating', config('https://127.0.0.1:1', user(token)));
      const cluster = loadCluster({ kubeconfig, userAgent: 'x' }, () => now);
      const read = async (): Promise<string | undefined> => (await cluster.credentials()).headers['Authorization'];
      expect(await read()).to.equal('Bearer first');
      file('t', 'second\n');
      expect(await read()).to.equal('Bearer first');
      now = 60_000;
      expect(await read()).to.equal('Bearer second');
      const used = await cluster.credentials();
      file('t', 'third');
      cluster.rejected(used);
      expect(await read()).to.equal('Bearer third');
      cluster.rejected(used);
      file('t', 'fourth');
      expect(await read()).to.equal('Bearer third');
    });

  it('enters with a name and a password, and says in one line that a helper program failed', async () => {
    const basic = load(file('basic', config('https://127.0.0.1:1', { username: 'me', password: 'pass' })));
    expect((await basic.credentials()).headers).to.deep.equal({ Authorization: 'Basic bWU6cGFzcw==' });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: join(folder, 'no-such-helper') };
    const helped = load(file('exec', config('https://127.0.0.1:1', { exec })));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await failed(helped.credentials());
      expect(error).to.be.instanceOf(KubeConfigError);
      expect((error as Error).message).to.match(/^credentials: .*no-such-helper[^\n]*$/);
    }
  });

  it('credentials that could not be read are read anew the next time', async () => {
    const { credentials } = load(file('late', config('https://127.0.0.1:1', { tokenFile: 'late-token' })));
    const read = async (): Promise<string | undefined> => (await credentials()).headers['Authorization'];
    expect(await failed(read())).to.be.instanceOf(KubeConfigError);
    file('late-token', 'here\n');
    expect(await read()).to.equal('Bearer here');
    file('late-token', 'changed');
    expect(await read()).to.equal('Bearer here');
  });

  it('goes on with what it had while the kubeconfig is being rewritten', async () => {
    const kubeconfig = file('moving', config('https://127.0.0.1:1', { token: 'one' }));
    const cluster = load(kubeconfig);
    const read = async (): Promise<string | undefined> => (await cluster.credentials()).headers['Authorization'];
    expect(await read()).to.equal('Bearer one');
    file('moving', '{');
    cluster.rejected(await cluster.credentials());
    expect(await read()).to.equal('Bearer one');
    file('moving', config('https://127.0.0.1:1', { token: 'two' }));
    cluster.rejected(await cluster.credentials());
    expect(await read()).to.equal('Bearer two');
  });

  it('without any file looks at home and then for a pod, and says what to do where nothing is', () => {
    const { HOME, KUBECONFIG } = process.env;
    process.env['HOME'] = join(folder, 'home');
    delete process.env['KUBECONFIG'];
    try {
      expect(() => loadCluster({ userAgent: 'x' })).to.throw(
        KubeConfigError,
        'no kubeconfig: set KUBECONFIG, name a file, or run in a cluster',
      );
      mkdirSync(join(folder, 'home/.kube'), { recursive: true });
      file('home/.kube/config', config('https://at-home'));
      expect(loadCluster({ userAgent: 'x' }).server.host).to.equal('at-home');
      process.env['KUBECONFIG'] = ['', file('named', config('https://named'))].join(delimiter);
      expect(loadCluster({ userAgent: 'x' }).server.host).to.equal('named');
      delete process.env['KUBECONFIG'];
      file('home/.kube/config', '{');
      expect(() => loadCluster({ userAgent: 'x' })).to.throw(
        KubeConfigError,
        `${join(folder, 'home/.kube/config')}: not a readable kubeconfig: `,
      );
    } finally {
      Object.assign(process.env, { HOME }, KUBECONFIG === undefined ? {} : { KUBECONFIG });
    }
  });

  it('a pod knows its cluster from its environment, and itself from its mounted account, read anew as it rotates', async () => {
    const { KUBERNETES_SERVICE_HOST = '', KUBERNETES_SERVICE_PORT = '' } = process.env;
    const serviceAccount = join(folder, 'account');
    mkdirSync(serviceAccount);
    for (const [name, content] of Object.entries({ token: 'one\n', 'ca.crt': 'CA\n', namespace: 'shop\n' }))
      file(`account/${name}`, content);
    let now = 0;
    const enter = (): ReturnType<typeof loadCluster> => loadCluster({ serviceAccount, userAgent: 'x' }, () => now);
    try {
      delete process.env['KUBERNETES_SERVICE_HOST'];
      expect(enter).to.throw(KubeConfigError, 'KUBERNETES_SERVICE_HOST is not set: this is no pod');
      Object.assign(process.env, { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' });
      const { server, namespace, credentials } = enter();
      expect([server.href, namespace]).to.deep.equal(['https://[fd00::1]:6443/', 'shop']);
      const { headers, tls } = await credentials();
      expect([headers, tls]).to.deep.equal([{ Authorization: 'Bearer one' }, { ca: 'CA' }]);
      file('account/token', 'two');
      now = 60_000;
      expect((await credentials()).headers).to.deep.equal({ Authorization: 'Bearer two' });
      expect(() => loadCluster({ serviceAccount, context: 'dev', userAgent: 'x' })).to.throw(
        KubeConfigError,
        'no context "dev": a pod knows the cluster that it is in',
      );
      const none = join(folder, 'nowhere');
      expect(() => loadCluster({ serviceAccount: none, userAgent: 'x' })).to.throw(
        KubeConfigError,
        `${none}: no service account is mounted there`,
      );
    } finally {
      Object.assign(process.env, { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT });
    }
  });

  it('several files are one, as kubectl reads them: the first says it, a missing one is passed over, each has its own folder', async () => {
    mkdirSync(join(folder, 'other'));
    file('t1', 'one\n');
    file('other/t2', 'two\n');
    const part = (name: string, more: object): string =>
      JSON.stringify({
        clusters: [{ name: 'shared', cluster: { server: `https://${name}` } }],
        users: [{ name, user: { tokenFile: name === 'first' ? 't1' : 't2' } }],
        contexts: [{ name, context: { cluster: 'shared', user: name } }],
        ...more,
      });
    const kubeconfig = [
      file('first', part('first', {})),
      join(folder, 'nowhere'),
      file('other/second', part('second', { 'current-context': 'second' })),
      file('other/third', part('third', { 'current-context': 'third' })),
    ];
    const read = async (context?: string): Promise<readonly unknown[]> => {
      const cluster = loadCluster({ kubeconfig, userAgent: 'x', ...(context === undefined ? {} : { context }) });
      return [cluster.context, cluster.server.href, (await cluster.credentials()).headers['Authorization']];
    };
    expect(await read()).to.deep.equal(['second', 'https://first/', 'Bearer two']);
    expect(await read('first')).to.deep.equal(['first', 'https://first/', 'Bearer one']);
    const none = [join(folder, 'nowhere'), join(folder, 'nothing')];
    expect(() => loadCluster({ kubeconfig: none, userAgent: 'x' })).to.throw(
      KubeConfigError,
      `${none[0]!}: no such file`,
    );
    const broken = [kubeconfig[0]!, file('broken', 'a: [')];
    expect(() => loadCluster({ kubeconfig: broken, userAgent: 'x' })).to.throw(
      KubeConfigError,
      `${broken[1]!}: not a readable`,
    );
  });

  it('enters over TLS with its own CA, and rebuilds its connections only when the CA changes', async () => {
    const at = (name: string): string => join(folder, name);
    const identity = makeIdentity(new Date());
    writeFileSync(at('crt'), identity.cert);
    const server = https.createServer(identity, (_, r) => void r.end('{}'));
    let connections = 0;
    server.on('secureConnection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${String(portOf(server))}`;
    let now = 0;
    const options = {
      kubeconfig: file('tls', config(url, {}, { 'certificate-authority': at('crt') })),
      userAgent: 'x',
    };
    const transport = new Transport({ cluster: loadCluster(options, () => now) });
    for (now = 0; now < 300_000; now += 60_000) await transport.request(GET);
    expect(connections).to.equal(1);
    writeFileSync(at('crt'), `${readFileSync(at('crt'), 'utf8')}\n`);
    await transport.request(GET);
    expect(connections).to.equal(2);
    const stranger = new Transport({ cluster: load(file('no-ca', config(url))) });
    const error = await failed(stranger.request(GET));
    expect(error).to.be.instanceOf(NetworkError);
    expect(error).to.include({ failure: 'tls' });
    transport.close();
    stranger.close();
    server.closeAllConnections();
    server.close();
  });

  it('goes through the proxy that a kubeconfig names, which sees where to and nothing else', async () => {
    const identity = makeIdentity(new Date());
    const server = https.createServer(identity, (_, r) => void r.end('{"kind":"Version"}'));
    const seen: string[] = [];
    const proxy = http.createServer().on('connect', (request, client, head) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const upstream = connect(portOf(server), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
      });
      upstream.pipe(client).pipe(upstream);
    });
    for (const each of [server, proxy]) await new Promise<void>((done) => each.listen(0, '127.0.0.1', done));
    writeFileSync(join(folder, 'ca'), identity.cert);
    const cluster = {
      'certificate-authority': join(folder, 'ca'),
      'proxy-url': `http://127.0.0.1:${String(portOf(proxy))}`,
    };
    const url = `https://127.0.0.1:${String(portOf(server))}`;
    const transport = new Transport({ cluster: load(file('proxied', config(url, {}, cluster))) });
    const { body } = await transport.request(GET);
    expect([body, seen]).to.deep.equal([{ kind: 'Version' }, [`CONNECT 127.0.0.1:${String(portOf(server))}`]]);
    transport.close();
    for (const each of [server, proxy]) {
      each.closeAllConnections();
      each.close();
    }
  });
});
