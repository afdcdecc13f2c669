import { ISTIO_ROOT, admitsMeshOnly, hasWireguardKey, isInMesh, isStrict, meshOf } from '#facts/mesh.ts';
import { TO_CLUSTER } from '#model/cluster.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { isFinished, isTemplate } from '#model/workload.ts';
import { agentsIn } from './cni.ts';
import { namespaceOf } from './namespace.ts';

/** What is known of the encryption of all traffic between pods. */
export interface Encryption {
  /** Every Node encrypts what it sends to others. */
  readonly byNodes: boolean;
  /** A service mesh takes in some namespace. */
  readonly hasMesh: boolean;
}

const openNodes: Index<'Node'> = {
  kind: 'Node',
  name: 'without a WireGuard key',
  of: (node) => (hasWireguardKey(node) ? [] : ['yes']),
};

const meshed: Index<'Namespace'> = {
  kind: 'Namespace',
  name: 'in a mesh',
  of: (namespace) => (meshOf(namespace) === undefined ? [] : ['yes']),
};

type Kinds = 'Node' | 'Namespace';

function encryptionIn(inventory: Inventory<Kinds>): Encryption {
  return {
    byNodes: inventory.size('Node') > 0 && inventory.by(openNodes, 'yes').length === 0,
    hasMesh: inventory.by(meshed, 'yes').length > 0,
  };
}

/** Whether a change of a Node may change what is true of all of them. */
function movesNodes(change: ChangeOf<'Node'>): boolean {
  const keys = new Set(sides(change).map(hasWireguardKey));
  return keys.size > 1 || sides(change).length === 1;
}

function movesMeshes(change: ChangeOf<'Namespace'>): boolean {
  return new Set([change.before, change.after].map((side) => (side === undefined ? undefined : meshOf(side)))).size > 1;
}

export const encryptionBesidePod = defineRelation({
  subject: 'Pod',
  name: 'keys of Nodes, and namespaces that a service mesh takes in',
  related: (_pod, inventory: Inventory<Kinds>): readonly Encryption[] => [encryptionIn(inventory)],
  affected: {
    Node: (change, inventory) => (movesNodes(change) ? agentsIn(inventory).map(refOf) : []),
    Namespace: (change, inventory) => (movesMeshes(change) ? agentsIn(inventory).map(refOf) : []),
  },
});

export const encryptionSeen = defineRelation({
  subject: 'Cluster',
  name: 'keys of Nodes, and namespaces that a service mesh takes in',
  related: (_cluster, inventory: Inventory<Kinds>): readonly Encryption[] => [encryptionIn(inventory)],
  affected: {
    Node: (change) => (movesNodes(change) ? TO_CLUSTER : []),
    Namespace: (change) => (movesMeshes(change) ? TO_CLUSTER : []),
  },
});

/** How the traffic of a namespace is encrypted. */
export interface NamespaceEncryption extends Encryption {
  readonly mesh: 'Istio' | 'Linkerd' | undefined;
  /** Whether plain text is refused; undefined where it cannot be told. */
  readonly isStrict: boolean | undefined;
  /** The pods that run with an address of their own, by whether a mesh takes them in. */
  readonly inside: readonly Ref<'Pod'>[];
  readonly outside: readonly Ref<'Pod'>[];
}

function strictness(
  namespace: ObjectOf<'Namespace'>,
  inventory: Inventory<'PeerAuthentication'>,
): NamespaceEncryption['isStrict'] {
  if (meshOf(namespace) === 'Linkerd') return admitsMeshOnly(namespace);
  const { name } = namespace.metadata;
  return isStrict(inventory.list('PeerAuthentication', name), inventory.list('PeerAuthentication', ISTIO_ROOT));
}

export const encryptionOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'keys of Nodes, namespaces of the service mesh, PeerAuthentications of Istio, and pods of the namespace',
  related: (namespace, inventory: Inventory<Kinds | 'Pod' | 'PeerAuthentication'>): readonly NamespaceEncryption[] => {
    const mesh = meshOf(namespace);
    const pods = inventory
      .list('Pod', namespace.metadata.name)
      .filter((pod) => pod.spec.hostNetwork !== true && !isFinished(pod) && !isTemplate(pod));
    const [inside = [], outside = []] = [true, false].map((wanted) =>
      pods.filter((pod) => isInMesh(pod, mesh !== undefined) === wanted).map(refOf),
    );
    return [{ ...encryptionIn(inventory), mesh, isStrict: strictness(namespace, inventory), inside, outside }];
  },
  affected: {
    Node: (change, inventory) => (movesNodes(change) ? inventory.list('Namespace').map(refOf) : []),
    Namespace: (change, inventory) => (movesMeshes(change) ? inventory.list('Namespace').map(refOf) : []),
    Pod: namespaceOf,
    PeerAuthentication: (change, inventory) =>
      change.ref.namespace === ISTIO_ROOT ? inventory.list('Namespace').map(refOf) : namespaceOf(change),
  },
});
