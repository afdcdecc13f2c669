/**
 * An API server that costs nearly nothing: it writes its answers to files first, and then only sends them. Arguments: `pods` or `secrets`,
 * how many, and the folder for the files. Prints the path of a kubeconfig when it is ready.
 */
import { createReadStream, createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeIdentity } from '#sandbox/tls.ts';
import { kubeconfigText } from '../../support/kubeconfig.ts';
import { podsOf, secretsOf } from '../cluster.ts';

const [, , what = '', count = '', folder = ''] = process.argv;
const CHUNK = 256 * 1024;
const VERSION = '1000000000';
const END = { 'k8s.io/initial-events-end': 'true' };

type Fields = Readonly<Record<string, unknown>>;

const asMetadata = ({ metadata }: Fields): Fields => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
/** A typed list leaves kind and apiVersion out of its items. */
const asItem = ({ kind: _, apiVersion: __, ...item }: Fields): Fields => item;

function objects(): Iterable<Fields> {
  return what === 'pods' ? podsOf(Number(count)) : secretsOf(Number(count));
}

async function written(name: string, parts: Iterable<string>): Promise<void> {
  const file = createWriteStream(join(folder, name));
  for (const part of parts) if (!file.write(part)) await once(file, 'drain');
  file.end();
  await once(file, 'finish');
}

function* watchList(kind: string, form: (object: Fields) => Fields): Generator<string, void, undefined> {
  for (const object of objects()) yield `${JSON.stringify({ type: 'ADDED', object: form(object) })}\n`;
  const end = { kind, apiVersion: 'v1', metadata: { resourceVersion: VERSION, annotations: END } };
  yield `${JSON.stringify({ type: 'BOOKMARK', object: end })}\n`;
}

function* list(kind: string): Generator<string, void, undefined> {
  yield `{"kind":"${kind}List","apiVersion":"v1","metadata":{"resourceVersion":"${VERSION}"},"items":[`;
  let comma = '';
  for (const object of objects()) {
    yield comma + JSON.stringify(asItem(object));
    comma = ',';
  }
  yield ']}\n';
}

const kind = what === 'pods' ? 'Pod' : 'Secret';
if (what === 'pods')
  await written(
    'watch',
    watchList(kind, (object) => object),
  );
else await written('watch-metadata', watchList('PartialObjectMetadata', asMetadata));
await written('list', list(kind));

function send(response: ServerResponse, name: string, stays: boolean): void {
  const file = createReadStream(join(folder, name), { highWaterMark: CHUNK });
  response.once('close', () => file.destroy());
  file.pipe(response, { end: !stays });
}

const { key, cert } = makeIdentity(new Date());
const server = createServer({ key, cert }, (request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'https://bench');
  const metadata = request.headers.accept?.includes('PartialObjectMetadata') === true ? '-metadata' : '';
  response.writeHead(200, { 'Content-Type': 'application/json' });
  if (searchParams.get('watch') !== 'true') send(response, 'list', false);
  else if (searchParams.get('sendInitialEvents') === 'true') send(response, `watch${metadata}`, true);
  else response.flushHeaders();
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfigText({ url: `https://127.0.0.1:${String(port)}`, authority: cert, token: 'any' }));
  console.log(path);
});
