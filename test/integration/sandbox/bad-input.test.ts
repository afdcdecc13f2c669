import { expect } from 'chai';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import { send, type Ask, type Target } from '../../support/sandbox-client.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const ONE = `${MAPS}/one`;
const MERGE = 'application/merge-patch+json';

interface Case {
  readonly name: string;
  readonly ask: Ask;
  readonly code: number;
  readonly reason: string;
}

const CASES: readonly Case[] = [
  {
    name: 'malformed JSON',
    ask: { method: 'POST', path: MAPS, body: '{"metadata": {,}}' },
    code: 400,
    reason: 'BadRequest',
  },
  {
    name: 'malformed YAML',
    ask: { method: 'POST', path: MAPS, body: 'a: [', contentType: 'application/yaml' },
    code: 400,
    reason: 'BadRequest',
  },
  {
    name: 'an anchor bomb in YAML that is no object',
    ask: { method: 'POST', path: MAPS, body: '- &a 1\n- *a\n', contentType: 'application/yaml' },
    code: 400,
    reason: 'BadRequest',
  },
  {
    name: 'protobuf that is none',
    ask: { method: 'POST', path: MAPS, body: 'k8s\0\xff\xff', contentType: 'application/vnd.kubernetes.protobuf' },
    code: 400,
    reason: 'BadRequest',
  },
  {
    name: 'an unknown kind',
    ask: { method: 'POST', path: MAPS, body: { apiVersion: 'v1', kind: 'Nope', metadata: { name: 'x' } } },
    code: 400,
    reason: 'BadRequest',
  },
  { name: 'an unknown resource', ask: { path: '/api/v1/nopes' }, code: 404, reason: 'NotFound' },
  {
    name: 'a wrong type',
    ask: { method: 'POST', path: MAPS, body: { metadata: { name: 'x' }, data: 5 } },
    code: 400,
    reason: 'BadRequest',
  },
  {
    name: 'metadata that is no object',
    ask: { method: 'POST', path: MAPS, body: { metadata: 5 } },
    code: 400,
    reason: 'BadRequest',
  },
  { name: 'no name', ask: { method: 'POST', path: MAPS, body: { metadata: {} } }, code: 422, reason: 'Invalid' },
  {
    name: 'a stale version',
    ask: {
      method: 'PATCH',
      path: ONE,
      contentType: MERGE,
      body: { metadata: { resourceVersion: '1' }, data: { a: '2' } },
    },
    code: 409,
    reason: 'Conflict',
  },
  {
    name: 'a patch that is no object',
    ask: { method: 'PATCH', path: ONE, contentType: MERGE, body: '5' },
    code: 400,
    reason: 'BadRequest',
  },
  {
    name: 'a patch of an unknown type',
    ask: { method: 'PATCH', path: ONE, contentType: 'text/plain', body: {} },
    code: 415,
    reason: 'UnsupportedMediaType',
  },
  {
    name: 'an apply without manager',
    ask: { method: 'PATCH', path: ONE, contentType: 'application/apply-patch+yaml', body: {} },
    code: 422,
    reason: 'Invalid',
  },
  {
    name: 'a request of 10 MB',
    ask: { method: 'POST', path: MAPS, body: 'x'.repeat(10 * 1024 * 1024) },
    code: 413,
    reason: 'RequestEntityTooLarge',
  },
  {
    name: 'what a real server has and the sandbox has not',
    ask: { path: '/api/v1/namespaces/default/pods/p/log' },
    code: 501,
    reason: 'NotImplemented',
  },
  {
    name: 'a path with a broken escape',
    ask: { path: '/api/v1/namespaces/%E0%A4%A/pods' },
    code: 400,
    reason: 'BadRequest',
  },
];

describe('[integration] sandbox: bad input', () => {
  let sandbox: Sandbox;
  let target: Target;

  before(async () => {
    sandbox = await startSandbox({ controllers: false });
    target = { url: sandbox.url, token: sandbox.token, ca: sandbox.caPem };
    await send(target, { method: 'POST', path: MAPS, body: { metadata: { name: 'one' }, data: { a: '1' } } });
  });
  after(() => sandbox.stop());

  for (const { name, ask, code, reason } of CASES)
    it(`${name}: ${String(code)} ${reason}, and the server goes on`, async () => {
      const reply = await send(target, ask);
      const status = reply.json as { readonly kind?: string; readonly reason?: string; readonly code?: number };
      expect([reply.code, status.kind, status.reason, status.code]).to.deep.equal([code, 'Status', reason, code]);
      expect((await send(target, { path: ONE })).code).to.equal(200);
    });

  it('keeps keys that JavaScript has plans for', async () => {
    const body = '{"metadata":{"name":"proto"},"data":{"__proto__":"a","constructor":"b"}}';
    const made = await send(target, { method: 'POST', path: MAPS, body });
    expect(made.code).to.equal(201);
    expect(made.text).to.contain('"data":{"__proto__":"a","constructor":"b"}');
    const patch = '{"data":{"__proto__":"c"}}';
    const patched = await send(target, { method: 'PATCH', path: `${MAPS}/proto`, contentType: MERGE, body: patch });
    expect(patched.text).to.contain('"__proto__":"c"');
  });
});
