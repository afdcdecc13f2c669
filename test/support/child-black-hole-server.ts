/** Run in a network namespace: serves one Pod that changes every half second, and prints its address. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { bookmark, modified, pod } from './kube-reflector.ts';

let version = 1;
const open = new Set<http.ServerResponse>();
const server = http.createServer((request, response) => {
  const isInitial = new URL(request.url ?? '/', 'http://server').searchParams.get('sendInitialEvents') === 'true';
  response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
  const events = [{ type: 'ADDED', object: pod('x', version) }, bookmark(version, true)];
  if (isInitial) for (const event of events) response.write(`${JSON.stringify(event)}\n`);
  open.add(response);
  response.once('close', () => open.delete(response));
});
setInterval(() => {
  version += 1;
  for (const response of open) response.write(`${JSON.stringify(modified('x', version))}\n`);
}, 500);
server.listen(0, process.argv[2], () => {
  const { address, port } = server.address() as AddressInfo;
  console.log(`http://${address}:${String(port)}`);
});
