import { expect } from 'chai';
import { Discovery } from '#kube/discovery.ts';
import { ApiError } from '#kube/errors.ts';
import { Transport } from '#kube/transport.ts';
import { clusterAt, failure, fakeServer, json, type Answer, type FakeServer } from '../../support/fake-server.ts';

const GATEWAY = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'gateways' };
const ROUTE = { ...GATEWAY, version: 'v1alpha2', plural: 'tlsroutes' };
const CILIUM = { group: 'cilium.io', version: 'v2', plural: 'ciliumnetworkpolicies' };
const PLACES = [CILIUM, GATEWAY, ROUTE];

type Versions = Readonly<Record<string, readonly string[]>>;

/** As aggregated discovery tells it. */
function aggregated(groups: Readonly<Record<string, Versions>>): object {
  const items = Object.entries(groups).map(([name, versions]) => ({
    metadata: { name },
    versions: Object.entries(versions).map(([version, plurals]) => ({
      version,
      freshness: 'Current',
      resources: plurals.map((resource) => ({ resource, scope: 'Namespaced', verbs: ['list', 'watch'] })),
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

const tagged =
  (etag: string, body: object): Answer =>
  (_, response) =>
    void response.writeHead(200, { 'Content-Type': 'application/json', ETag: etag }).end(JSON.stringify(body));
const unchanged: Answer = (_, response) => void response.writeHead(304).end();

describe('[integration] kube/discovery', () => {
  let server: FakeServer;
  let transport: Transport;
  let discovery: Discovery;

  beforeEach(async () => {
    server = await fakeServer();
    transport = new Transport({ cluster: clusterAt(server.url) });
    discovery = new Discovery(transport);
  });

  afterEach(async () => {
    transport.close();
    await server.close();
  });

  const served = async (...script: readonly Answer[]): Promise<readonly string[]> => {
    server.script.push(...script);
    return (await discovery.served(PLACES)).places.map(({ plural }) => plural);
  };

  it('knows from one answer what is served, in which version', async () => {
    const groups = { 'gateway.networking.k8s.io': { v1: ['gateways', 'tlsroutes'] }, apps: { v1: ['deployments'] } };
    expect(await served(json(200, aggregated(groups)))).to.deep.equal(['gateways']);
    expect(server.requests.map(({ path }) => path)).to.deep.equal(['/apis']);
  });

  it('tells every resource once, in whatever versions, and the same list again while nothing changes', async () => {
    const widget = { resource: 'widgets', scope: 'Namespaced' };
    const versions = [
      { version: 'v2', resources: [widget, { resource: 'gadgets', scope: 'Cluster' }] },
      { version: 'v1', resources: [widget] },
    ];
    const items = [{ metadata: { name: 'example.com' }, versions }];
    server.script.push(tagged('"a"', { kind: 'APIGroupDiscoveryList', items }), unchanged);
    const { resources } = await discovery.served([]);
    expect(resources).to.deep.equal([
      { group: 'example.com', plural: 'widgets', namespaced: true },
      { group: 'example.com', plural: 'gadgets', namespaced: false },
    ]);
    expect((await discovery.served([])).resources).to.equal(resources);
  });

  it('cannot tell them of an older server', async () => {
    server.script.push(json(200, { kind: 'APIGroupList', groups: [] }));
    expect(await discovery.served(PLACES)).to.deep.equal({ places: [], resources: undefined });
  });

  it('holds what has not changed, and takes what has', async () => {
    const first = aggregated({ 'cilium.io': { v2: ['ciliumnetworkpolicies'] } });
    const second = aggregated({ 'gateway.networking.k8s.io': { v1alpha2: ['tlsroutes'] } });
    expect(await served(tagged('"a"', first))).to.deep.equal(['ciliumnetworkpolicies']);
    expect(await served(unchanged)).to.deep.equal(['ciliumnetworkpolicies']);
    expect(await served(tagged('"b"', second))).to.deep.equal(['tlsroutes']);
    expect(await served(unchanged)).to.deep.equal(['tlsroutes']);
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).to.deep.equal([
      undefined,
      '"a"',
      '"a"',
      '"b"',
    ]);
  });

  it('asks an older server for the group versions that it lists, each time anew', async () => {
    const groups = {
      kind: 'APIGroupList',
      groups: [
        { name: 'apps', versions: [{ groupVersion: 'apps/v1' }] },
        { name: 'gateway.networking.k8s.io', versions: [{ groupVersion: 'gateway.networking.k8s.io/v1' }] },
      ],
    };
    const resources = { kind: 'APIResourceList', resources: [{ name: 'gateways' }, { name: 'gateways/status' }] };
    for (const list of [resources, { ...resources, resources: [] }])
      expect(await served(tagged('"a"', groups), json(200, list))).to.deep.equal(
        list.resources.length > 0 ? ['gateways'] : [],
      );
    expect(server.requests.map(({ path, headers }) => [path, headers['if-none-match']])).to.deep.equal([
      ['/apis', undefined],
      ['/apis/gateway.networking.k8s.io/v1', undefined],
      ['/apis', undefined],
      ['/apis/gateway.networking.k8s.io/v1', undefined],
    ]);
  });

  it('takes an answer that makes no sense for a server without extensions', async () => {
    const strange = { kind: 'APIGroupDiscoveryList', items: [null, { versions: [null] }, { versions: 'x' }] };
    server.script.push(json(200, strange));
    expect(await discovery.served(PLACES)).to.deep.equal({ places: [], resources: [] });
    expect(await served(json(200, { kind: 'APIGroupDiscoveryList', items: [3, { versions: 'x' }] }))).to.deep.equal([]);
    expect(await served(json(200, []))).to.deep.equal([]);
  });

  it('rejects where the server refuses, and goes on from what it held', async () => {
    await served(tagged('"a"', aggregated({ 'cilium.io': { v2: ['ciliumnetworkpolicies'] } })));
    const refused = await served(failure(403)).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(ApiError).and.to.include({ code: 403 });
    expect(await served(unchanged)).to.deep.equal(['ciliumnetworkpolicies']);
  });
});
