import { addressAt } from '#facts/address.ts';
import { servingContainersOf } from '#facts/containers.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { isFinished } from '#model/workload.ts';
import { keyOf } from '#model/ref.ts';
import { policyOf, type AnyPolicy, type Policy } from './rules.ts';

/** What Kubernetes leaves open about network policies (docs/network.md lists each with its reason). */
export interface NetworkAssumptions {
  /** Whether an ipBlock of a NetworkPolicy matches the addresses of pods: the conformance suite says yes, Cilium no. */
  readonly ipBlockSelectsPods: boolean;
  /** `node-ip`: policies pass over a pod on the network of its node, and its traffic is the node's. */
  readonly hostNetwork: 'node-ip' | 'policy-applies';
  /** A node reaches its own pods past every policy: the kubelet must. */
  readonly ownNodeAlwaysAllowed: boolean;
}

export const DEFAULT_ASSUMPTIONS: NetworkAssumptions = {
  ipBlockSelectsPods: true,
  hostNetwork: 'node-ip',
  ownNodeAlwaysAllowed: true,
};

/** The API server writes the name of a namespace among its labels under this key. */
export const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

type Labels = Readonly<Record<string, string>>;

/** The labels of a namespace; the API server writes its name among them. */
export function namespaceLabels(name: string, namespace: ObjectOf<'Namespace'> | undefined): Labels {
  return { ...namespace?.metadata.labels, [NAMESPACE_NAME]: name };
}

/** Every address of a pod that the cluster has given out. */
export function addressesOf({ status }: Pod): readonly string[] {
  const listed = (status?.podIPs ?? []).flatMap(({ ip }) => ip ?? []);
  return listed.length > 0 ? listed : [status?.podIP ?? []].flat();
}

export function nodeAddressesOf({ status }: ObjectOf<'Node'>): readonly string[] {
  return (status?.addresses ?? []).filter(({ type }) => type.endsWith('IP')).map(({ address }) => address);
}

export interface NamedPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

const namedPorts = new WeakMap<Pod['spec'], readonly NamedPort[]>();

/** The ports that containers name: of two with one name and protocol the first counts. Equal pods share their spec: it is read once. */
export function namedPortsOf({ spec }: Pod): readonly NamedPort[] {
  const known = namedPorts.get(spec);
  if (known !== undefined) return known;
  const named = namedPortsIn(spec);
  namedPorts.set(spec, named);
  return named;
}

function namedPortsIn(spec: Pod['spec']): readonly NamedPort[] {
  const found = new Map<string, NamedPort>();
  for (const { ports = [] } of servingContainersOf(spec)) {
    for (const { name = '', protocol = 'TCP', containerPort: port } of ports)
      if (name !== '' && port !== undefined && !found.has(`${name}/${protocol}`))
        found.set(`${name}/${protocol}`, { name, protocol, port });
  }
  return [...found.values()];
}

/** What the engine is told, object by object. */
export class Sources {
  /** Pods that may have traffic: what has run to its end holds no address. */
  readonly pods = new Map<string, Pod>();
  readonly #namespaces = new Map<string, ObjectOf<'Namespace'>>();
  readonly #labels = new Map<string, Labels>();
  readonly #places = new WeakMap<Pod, readonly bigint[]>();
  readonly nodes = new Map<string, ObjectOf<'Node'>>();
  readonly policies = new Map<string, Policy>();
  /** The namespaced ones, by namespace; the others under `''`. */
  readonly policiesIn = new Map<string, Map<string, Policy>>();
  #made = 0;

  putPod(pod: Pod | undefined, key: string): void {
    if (pod === undefined || isFinished(pod)) this.pods.delete(key);
    else this.pods.set(key, pod);
  }

  putPolicy(object: AnyPolicy | undefined, key: string, namespace: string): Policy | undefined {
    const there = this.policiesIn.get(namespace) ?? new Map<string, Policy>();
    this.policiesIn.set(namespace, there);
    if (object === undefined) {
      this.policies.delete(key);
      there.delete(key);
      return undefined;
    }
    this.#made += 1;
    const policy = policyOf(object, this.#made);
    this.policies.set(key, policy);
    there.set(key, policy);
    return policy;
  }

  putNamespace(name: string, namespace: ObjectOf<'Namespace'> | undefined): void {
    this.#labels.delete(name);
    if (namespace === undefined) this.#namespaces.delete(name);
    else this.#namespaces.set(name, namespace);
  }

  labelsOf(name: string): Labels {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    const labels = namespaceLabels(name, this.#namespaces.get(name));
    this.#labels.set(name, labels);
    return labels;
  }

  /** Where the addresses of a pod lie on the line of addresses: read once, for they are asked for whenever classes are cut anew. */
  placesOf(pod: Pod): readonly bigint[] {
    const known = this.#places.get(pod);
    if (known !== undefined) return known;
    const places = addressesOf(pod).flatMap((address) => addressAt(address) ?? []);
    this.#places.set(pod, places);
    return places;
  }
}

export function podKey(pod: { readonly metadata: { readonly namespace: string; readonly name: string } }): string {
  return keyOf(pod.metadata);
}
