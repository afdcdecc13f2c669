import type { ObjectOf, Pod } from '#model/objects.ts';
import { servingContainersOf } from '#facts/containers.ts';
import { isOneOf } from '#facts/image.ts';
import { podKey } from '#analysis/network/sources.ts';
import { sides, type Index, type Inventory } from '#model/inventory.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { isEnforced, movesDistributions, movesPlugins, networkIn } from './cni.ts';
import { podsSelectedBy } from './network.ts';
import { alike } from './exposure.ts';
import { podsByNode } from './nodes.ts';

/** The addresses of the metadata services of clouds, by the scheme of `spec.providerID`. */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  aws: ['169.254.169.254', 'fd00:ec2::254'],
  alicloud: ['100.100.100.200'],
};
const USUAL = ['169.254.169.254'];

/** Agents that stand between pods and the metadata service. */
const BLOCKERS = ['gke-release/gke-metadata-server', 'gke-metadata-server', 'jtblin/kube2iam', 'uswitch/kiam'];

const blockers: Index<'Pod'> = {
  kind: 'Pod',
  name: 'metadata blocker',
  of: ({ spec }) => (servingContainersOf(spec).some(({ image = '' }) => isOneOf(image, BLOCKERS)) ? ['yes'] : []),
};

/** Whether pods that look alike reach the metadata service of their cloud. */
export interface MetadataState {
  /** The addresses that they reach. */
  readonly open: readonly string[];
  readonly why: string;
  /** Why it cannot be told, where nothing is open for certain. */
  readonly doubt?: string;
  readonly blocker?: Pod;
}

type Kinds =
  | 'Node'
  | 'Pod'
  | 'Namespace'
  | 'NetworkPolicy'
  | 'AdminNetworkPolicy'
  | 'BaselineAdminNetworkPolicy'
  | 'ClusterNetworkPolicy';

/** Of the pods alike the one on a cloud that reaches most; nothing where none is on a cloud. */
export const metadataOfPod = defineRelation({
  subject: 'Pod',
  name: 'Nodes of the cloud, the policies on what goes out, and agents that block the metadata service',
  related: (pod, inventory: Inventory<Kinds>): readonly MetadataState[] => {
    const states = alike(pod, inventory).flatMap((each) => stateOf(each, inventory) ?? []);
    const [worst] = states.sort((a, b) => b.open.length - a.open.length);
    return worst === undefined ? [] : [worst];
  },
  affected: {
    Node: (change, inventory) =>
      movesDistributions(change, inventory)
        ? inventory.list('Pod').map(refOf)
        : inventory.by(podsByNode, change.ref.name).map(refOf),
    Pod: (change, inventory): readonly Ref<'Pod'>[] =>
      movesPlugins(change, inventory) || sides(change).some((pod) => blockers.of(pod).length > 0)
        ? inventory.list('Pod').map(refOf)
        : [],
    Namespace: ({ ref }, inventory) => inventory.list('Pod', ref.name).map(refOf),
    NetworkPolicy: podsSelectedBy,
    AdminNetworkPolicy: podsSelectedBy,
    BaselineAdminNetworkPolicy: podsSelectedBy,
    ClusterNetworkPolicy: podsSelectedBy,
  },
});

function stateOf(pod: Pod, inventory: Inventory<Kinds>): MetadataState | undefined {
  const node = inventory.get({ kind: 'Node', namespace: '', name: pod.nodeName ?? '' });
  const addresses = node === undefined ? undefined : addressesOn(node);
  if (addresses === undefined) return undefined;
  const [blocker] = inventory.by(blockers, 'yes');
  const reached = addresses.filter(
    (ip) => networkIn(inventory).reaches({ pod: podKey(pod) }, { ip }, { protocol: 'TCP', port: 80 }) === true,
  );
  const enforced = isEnforced(inventory);
  const blocked = blocker === undefined ? {} : { blocker };
  if (enforced === false) return { open: addresses, why: 'the network plugin enforces no policy', ...blocked };
  if (reached.length > 0) return { open: reached, why: 'no policy keeps it from that', ...blocked };
  return enforced === true
    ? { open: [], why: '', ...blocked }
    : { open: [], why: '', doubt: 'policies deny it, and whether they are enforced cannot be told', ...blocked };
}

function addressesOn({ spec }: ObjectOf<'Node'>): readonly string[] | undefined {
  const scheme = /^([a-z0-9]+):\/\//i.exec(spec?.providerID ?? '')?.[1]?.toLowerCase();
  // kind and the like say where they run by the same field.
  if (scheme === undefined || scheme === 'kind' || scheme === 'k3s') return undefined;
  return ADDRESSES[scheme] ?? USUAL;
}
