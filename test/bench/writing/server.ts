/** An API server that takes every apply and keeps nothing. Argument: the folder for its kubeconfig, whose path it prints when it is ready. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeIdentity } from '#sandbox/tls.ts';
import { kubeconfigText } from '../../support/kubeconfig.ts';
import { GROUP_VERSION, report, REPORTS } from './report.ts';

const [, , folder = ''] = process.argv;

/** What client-node asks before its first write of a kind. */
const discovery = JSON.stringify({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: GROUP_VERSION,
  resources: [
    { name: REPORTS.plural, singularName: 'securityreport', namespaced: true, kind: REPORTS.kind, verbs: ['patch'] },
  ],
});
const whole = JSON.stringify(report(0));
const { metadata } = report(0);
const partial = JSON.stringify({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: { ...metadata, uid: 'u', resourceVersion: '1' },
});

const { key, cert } = makeIdentity(new Date());
const server = createServer({ key, cert, keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const wantsMetadata = request.headers.accept?.includes('PartialObjectMetadata') === true;
    response.end(request.method === 'GET' ? discovery : wantsMetadata ? partial : whole);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfigText({ url: `https://127.0.0.1:${String(port)}`, authority: cert, token: 'any' }));
  console.log(path);
});
