import { expect } from 'chai';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import { send, type Ask, type Reply, type Target } from '../../support/sandbox-client.ts';

const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.demo.example.io' },
  spec: {
    group: 'demo.example.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { size: { type: 'integer', minimum: 1 }, color: { type: 'string', default: 'red' } },
              },
            },
          },
        },
      },
    ],
  },
};

const widget = (name: string, size: number): object => ({
  apiVersion: 'demo.example.io/v1',
  kind: 'Widget',
  metadata: { name },
  spec: { size },
});

const WIDGETS = '/apis/demo.example.io/v1/namespaces/default/widgets';
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

describe('[integration] sandbox: an API server in memory', () => {
  let sandbox: Sandbox;
  let target: Target;
  const ask = (what: Ask): Promise<Reply> => send(target, what);

  before(async () => {
    sandbox = await startSandbox({ crds: [CRD], controllers: false });
    target = { url: sandbox.url, token: sandbox.token, ca: sandbox.caPem };
  });
  after(() => sandbox.stop());

  it('proves who it is with a certificate made at start, and lets nobody in without the token', async () => {
    const open = await send({ ...target, token: '' }, { path: '/healthz' });
    const anonymous = await send({ ...target, token: '' }, { path: '/api/v1/pods' });
    const wrong = await send({ ...target, token: 'wrong' }, { path: '/api/v1/pods' });
    expect([open.code, anonymous.code, wrong.code]).to.deep.equal([200, 403, 401]);
    expect(at(anonymous.json, 'message')).to.equal(
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    );
  });

  it('creates, prunes, defaults, validates and deletes custom objects', async () => {
    const made = await ask({
      method: 'POST',
      path: `${WIDGETS}?fieldValidation=Ignore`,
      body: { ...widget('a', 2), extra: 1 },
    });
    expect(made.code).to.equal(201);
    expect(at(made.json, 'spec')).to.deep.equal({ size: 2, color: 'red' });
    expect(made.json).to.not.have.property('extra');
    const refused = await ask({ method: 'POST', path: WIDGETS, body: widget('b', 0) });
    expect(refused.code).to.equal(422);
    expect(at(refused.json, 'message')).to.equal(
      'Widget.demo.example.io "b" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    const gone = await ask({ method: 'DELETE', path: `${WIDGETS}/a` });
    expect([gone.code, at(gone.json, 'status')]).to.deep.equal([200, 'Success']);
  });

  it('streams a watch-list that ends with its mark, then what happens', async () => {
    await ask({ method: 'POST', path: WIDGETS, body: widget('w', 1) });
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const { text } = await send(target, { path: `${WIDGETS}?${query}` }, 2);
    const [first, mark] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect([at(first, 'type'), at(first, 'object', 'metadata', 'name')]).to.deep.equal(['ADDED', 'w']);
    expect(at(mark, 'object', 'metadata', 'annotations')).to.deep.equal({ 'k8s.io/initial-events-end': 'true' });
    await ask({ method: 'DELETE', path: `${WIDGETS}/w` });
  });

  it('answers 410 to a watch of a version that it has forgotten', async () => {
    await ask({ method: 'POST', path: WIDGETS, body: widget('old', 1) });
    sandbox.compact();
    const { code, text } = await ask({ path: `${WIDGETS}?watch=true&resourceVersion=1` });
    expect([code, at(JSON.parse(text), 'object', 'code')]).to.deep.equal([200, 410]);
  });

  it('says that it does not evaluate rules in CEL', async () => {
    const rules = [{ rule: 'self.size > 0' }];
    const openAPIV3Schema = {
      type: 'object',
      properties: { spec: { type: 'object', 'x-kubernetes-validations': rules } },
    };
    const body = {
      ...CRD,
      metadata: { name: 'rules.demo.example.io' },
      spec: {
        ...CRD.spec,
        names: { plural: 'rules', kind: 'Rule' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    };
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const { code, headers } = await ask({ method: 'POST', path, body });
    expect([code, headers['warning']]).to.deep.equal([
      201,
      '299 - "the sandbox does not evaluate x-kubernetes-validations"',
    ]);
  });

  it('counts requests by verb and resource', () => {
    expect(sandbox.stats().requests['create widgets']).to.be.greaterThan(0);
  });

  it('leaves no socket and no timer behind', async () => {
    const other = await startSandbox();
    const watching = send({ url: other.url, token: other.token, ca: other.caPem }, { path: '/api/v1/pods?watch=true' });
    while (other.stats().watches === 0) await new Promise((resolve) => setImmediate(resolve));
    await other.stop();
    expect((await watching).code).to.equal(200);
    expect(other.stats().watches).to.equal(0);
  });
});
