/** Watches Pods and Secrets of a server as the operator does, and leaves a snapshot of its heap. */
import { writeHeapSnapshot } from 'node:v8';
import { shrink } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { Reflector } from '#kube/reflector.ts';
import { Transport } from '#kube/transport.ts';
import { KINDS } from '#model/kinds.ts';
import type { AnyObject } from '#model/objects.ts';
import { clusterAt, until } from './fake-server.ts';

const [, , url = '', file = ''] = process.argv;
const transport = new Transport({ cluster: clusterAt(new URL(url)) });
const store = new Store({});
const reflectors = (['Pod', 'Secret'] as const).map(
  (kind) =>
    new Reflector<AnyObject>({
      transport,
      resource: { kind, ...KINDS[kind] },
      project: (raw) => shrink(kind, raw),
      handler: {
        put: (object) => {
          store.put(object);
        },
        remove: () => undefined,
        state: () => undefined,
      },
    }),
);
for (const reflector of reflectors) reflector.start();
await until('synced', () => reflectors.every(({ stats }) => stats.synced && stats.objects > 1), 20_000);
writeHeapSnapshot(file);
console.log(store.count('Pod') + store.count('Secret'));
process.exit(0);
