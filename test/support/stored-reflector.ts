import { shrink } from '#inventory/shrink.ts';
import type { Store } from '#inventory/store.ts';
import { Reflector } from '#kube/reflector.ts';
import type { ReflectorOptions } from '#kube/reflector-types.ts';
import type { Transport } from '#kube/transport.ts';
import { KINDS, type Kind } from '#model/kinds.ts';
import type { AnyObject } from '#model/objects.ts';

/** Watches a kind as the operator does: projected, into a store. Nothing is ever removed. */
export function storedReflector(
  kind: Kind,
  store: Store,
  transport: Transport,
  state: ReflectorOptions<AnyObject>['handler']['state'] = () => undefined,
): Reflector<AnyObject> {
  return new Reflector<AnyObject>({
    transport,
    resource: { kind, ...KINDS[kind] },
    project: (raw) => shrink(kind, raw),
    handler: {
      put: (object) => {
        store.put(object);
      },
      remove: () => undefined,
      state,
    },
  });
}
