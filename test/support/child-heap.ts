/** Watches Pods and Secrets of a server as the operator does, and leaves a snapshot of its heap. */
import { writeHeapSnapshot } from 'node:v8';
import { Store } from '#inventory/store.ts';
import { Transport } from '#kube/transport.ts';
import { clusterAt, until } from './fake-server.ts';
import { storedReflector } from './stored-reflector.ts';

const [, , url = '', file = ''] = process.argv;
const transport = new Transport({ cluster: clusterAt(new URL(url)) });
const store = new Store({});
const reflectors = (['Pod', 'Secret'] as const).map((kind) => storedReflector(kind, store, transport));
for (const reflector of reflectors) reflector.start();
await until('synced', () => reflectors.every(({ stats }) => stats.synced && stats.objects > 1), 20_000);
writeHeapSnapshot(file);
console.log(store.count('Pod') + store.count('Secret'));
process.exit(0);
