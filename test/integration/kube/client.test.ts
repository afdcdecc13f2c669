import { expect } from 'chai';
import { get, serverVersion } from '#kube/client.ts';
import { BadEvent } from '#kube/codec.ts';
import { ApiError } from '#kube/errors.ts';
import { listPages } from '#kube/list.ts';
import { Transport } from '#kube/transport.ts';
import { clusterAt, failure, fakeServer, json, type Answer, type FakeServer } from '../../support/fake-server.ts';

const PODS = { kind: 'Pod', group: '', version: 'v1', plural: 'pods', namespaced: true };
describe('[integration] kube/client', () => {
  let server: FakeServer;
  let transport: Transport;

  const open = async (...script: readonly Answer[]): Promise<void> => {
    server = await fakeServer();
    server.script.push(...script);
    transport = new Transport({ cluster: clusterAt(server.url) });
  };
  const asked = (): readonly unknown[] =>
    server.requests.map(({ method, path, query, headers: { accept } }) => [method, path, query, accept]);
  /** The class of what it rejects with. */
  const failed = async (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'nothing',
      (thrown: unknown) => (thrown as Error).constructor,
    );

  afterEach(async () => {
    transport.close();
    await server.close();
  });

  it('gets one object, whole or its metadata; none is no error, any other refusal is', async () => {
    const object = { metadata: { name: 'x' } };
    await open(json(200, object), json(200, object), json(200, 'text'), failure(404, 'NotFound'), failure(403));
    const at = { namespace: 'a', name: 'x' };
    expect([
      await get(transport, PODS, at),
      await get(transport, PODS, at, { metadataOnly: true }),
      await get(transport, PODS, at),
      await get(transport, PODS, at),
    ]).to.deep.equal([object, object, {}, undefined]);
    expect(await failed(get(transport, PODS, at))).to.equal(ApiError);
    const partial = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const path = '/api/v1/namespaces/a/pods/x';
    expect(asked().slice(0, 3)).to.deep.equal([
      ['GET', path, {}, 'application/json'],
      ['GET', path, {}, partial],
      ['GET', path, {}, 'application/json'],
    ]);
  });

  it('asks for the version of the server', async () => {
    await open(json(200, { gitVersion: 'v1.36.3' }), json(200, {}));
    expect([await serverVersion(transport), await serverVersion(transport)]).to.deep.equal(['v1.36.3', 'unknown']);
    expect(asked()[0]).to.deep.equal(['GET', '/version', {}, 'application/json']);
  });

  it('lists a namespace page by page; what is no list is an error', async () => {
    const page = (name: string, more: object): Answer =>
      json(200, { metadata: { resourceVersion: '9', ...more }, items: [{ metadata: { name, resourceVersion: '1' } }] });
    await open(page('x', { continue: 'token' }), page('y', {}), json(200, { items: [] }), json(200, 'text'));
    const names = async (namespace?: string): Promise<readonly string[]> => {
      const found: string[] = [];
      const options = { transport, resource: PODS, pageSize: 1, ...(namespace === undefined ? {} : { namespace }) };
      for await (const { items } of listPages(options)) found.push(...items.map(({ at }) => at.name));
      return found;
    };
    expect(await names('shop')).to.deep.equal(['x', 'y']);
    expect(server.requests.map(({ path, query }) => [path, query])).to.deep.equal([
      ['/api/v1/namespaces/shop/pods', { limit: '1' }],
      ['/api/v1/namespaces/shop/pods', { limit: '1', continue: 'token' }],
    ]);
    expect([await failed(names()), await failed(names())]).to.deep.equal([BadEvent, BadEvent]);
  });
});
