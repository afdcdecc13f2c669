import { NOT_PUBLIC, addressAt, isLoopback, isPublic, isWithin, stretchOf } from '#facts/address.ts';
import { hasNodePorts, isInternal, sourceRangesOf, typeOf } from '#facts/service.ts';
import type { Inventory } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import { nodeAddressesOf } from '../network/sources.ts';
import type { Service } from './targets.ts';
import { wider, type Level, type WayIn } from './ways.ts';

/** How far an address can be reached from; undefined for what is no way in: loopback. A name counts as public. */
export function levelOf(address: string): Level | undefined {
  const at = addressAt(address);
  if (at === undefined) return 'internet';
  if (isLoopback(address)) return undefined;
  return isPublic(at) ? 'internet' : 'vpc';
}

/** How far the ports of nodes can be reached from. */
export function levelOfNodes(inventory: Inventory<'Node'>, only?: readonly string[]): Level {
  const nodes = inventory.list('Node').filter(({ metadata }) => only?.includes(metadata.name) ?? true);
  const isOutside = nodes.some(
    (node) =>
      (node.status?.addresses ?? []).some(
        ({ type, address }) => type === 'ExternalIP' && levelOf(address) === 'internet',
      ) || nodeAddressesOf(node).some((address) => levelOf(address) === 'internet'),
  );
  return isOutside ? 'internet' : 'node';
}

/** The ways in that a Service opens by itself: its load balancer, its ports on nodes, its external addresses. */
export function waysOfService(service: Service, inventory: Inventory<'Node'>): readonly WayIn[] {
  const ref = refOf(service);
  const isHidden = service.spec?.externalTrafficPolicy !== 'Local';
  const everybody = { outside: [], isHidden };
  const ways: WayIn[] = [];
  if (typeOf(service) === 'LoadBalancer') ways.push(balanced(service));
  if (hasNodePorts(service)) ways.push({ kind: 'NodePort', ref, level: levelOfNodes(inventory), source: everybody });
  if (typeOf(service) !== 'ExternalName')
    for (const address of service.spec?.externalIPs ?? []) {
      const level = levelOf(address);
      if (level !== undefined) ways.push({ kind: 'ExternalIP', ref, level, source: everybody });
    }
  return ways;
}

/** The addresses of a load balancer, as far as it has any. */
function addressesOfBalancer({ status }: Service): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
}

/** Whether the load balancer can be reached from a private network alone: by its annotation or by every address that it has. */
export function isPrivateBalancer(service: Service): boolean {
  const addresses = addressesOfBalancer(service);
  return isInternal(service) || (addresses.length > 0 && addresses.every((address) => levelOf(address) !== 'internet'));
}

function balanced(service: Service): WayIn {
  const ranges = sourceRangesOf(service);
  const outside = ranges.flatMap((range) => stretchOf(range) ?? []);
  const isForPrivate =
    outside.length > 0 && outside.length === ranges.length && outside.every((each) => isWithin(each, NOT_PUBLIC));
  const isPrivate = isPrivateBalancer(service) || isForPrivate;
  const isPending = addressesOfBalancer(service).length === 0 && !isPrivate;
  return {
    kind: 'LoadBalancer',
    ref: refOf(service),
    level: isPrivate ? 'vpc' : 'internet',
    ...(isPending ? { assumed: 'the load balancer has no address yet: it is taken for a public one' } : {}),
    source: { outside, isHidden: service.spec?.externalTrafficPolicy !== 'Local' },
    ...(ranges.length === 0 ? {} : { sources: ranges }),
  };
}

/** The widest of what a Service opens; undefined where it opens nothing. */
export function levelOfService(service: Service, inventory: Inventory<'Node'>): Level | undefined {
  return waysOfService(service, inventory)
    .map(({ level }) => level)
    .reduce<Level | undefined>((widest, level) => (widest === undefined ? level : wider(widest, level)), undefined);
}
