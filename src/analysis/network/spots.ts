import { addressAt } from '#facts/address.ts';
import { addressesOf, nodeAddressesOf, podKey, type Sources } from './sources.ts';
import { NOWHERE, STRANGER, classOfCell, type Spot, type Universe } from './universe.ts';

/** An end of a connection: one pod by `namespace/name`, one address, one node, or some public address. */
export type Endpoint =
  | { readonly pod: string }
  | { readonly ip: string }
  | { readonly node: string }
  | { readonly internet: true }
  /** A cell of the engine's `addresses`. */
  | { readonly cell: number }
  /** Some pod of another namespace of which nothing is known. */
  | { readonly stranger: true };

/** The spots that an endpoint may be, of which one is enough; undefined for an endpoint that there is not. */
export function spotsOf(endpoint: Endpoint, sources: Sources, universe: Universe): readonly Spot[] | undefined {
  if ('pod' in endpoint) {
    const spot = universe.spotOf.get(endpoint.pod);
    return spot === undefined ? undefined : [spot];
  }
  if ('node' in endpoint) return spotsOfNode(endpoint.node, sources, universe);
  if ('ip' in endpoint) return spotsOfAddress(endpoint.ip, sources, universe);
  if ('cell' in endpoint) return [outside(endpoint.cell)];
  if ('stranger' in endpoint) return [{ index: STRANGER, isGuarded: false }];
  const { cells } = universe;
  return cells.cells.flatMap((_, cell) => (cells.isPublic(cell) ? [outside(cell)] : []));
}

function outside(cell: number): Spot {
  return { index: classOfCell(cell), isGuarded: false };
}

function spotsOfNode(name: string, { nodes, pods }: Sources, universe: Universe): readonly Spot[] | undefined {
  const node = nodes.get(name);
  if (node === undefined && ![...pods.values()].some(({ nodeName }) => nodeName === name)) return undefined;
  const index = node === undefined ? NOWHERE : universe.classOfAddresses(nodeAddressesOf(node));
  return [{ index, isGuarded: false, node: name, sendsFrom: name }];
}

/** An address that a node or a pod has is that node or pod. */
function spotsOfAddress(ip: string, sources: Sources, universe: Universe): readonly Spot[] | undefined {
  const place = addressAt(ip);
  if (place === undefined) return undefined;
  const has = (address: string): boolean => addressAt(address) === place;
  for (const [name, node] of sources.nodes)
    if (nodeAddressesOf(node).some(has)) return spotsOfNode(name, sources, universe);
  for (const pod of sources.pods.values())
    if (pod.spec.hostNetwork !== true && addressesOf(pod).some(has))
      return spotsOf({ pod: podKey(pod) }, sources, universe);
  return [outside(universe.cells.at(place))];
}
