import type { AccessTrait, Isolation, NetworkTrait, Reach, Traits } from '#model/trait.ts';
import { count, list, namespace, object, oneOf, text, type Fields, type Schema } from './pieces.ts';
import { NAME_LIMIT, WORD_LIMIT, tidy } from './tidy.ts';

const REACHES: readonly Reach[] = ['internet', 'vpc', 'node', 'cluster', 'unknown'];
const ISOLATIONS: readonly Isolation[] = ['isolated', 'partly', 'open', 'unknown'];
const WAYS_AT_MOST = 16;
const PORTS_AT_MOST = 16;

const way = object('One way in from outside the cluster.', ['kind', 'name', 'level', 'ports'], {
  kind: text(
    WORD_LIMIT,
    'What opens it: LoadBalancer, NodePort, ExternalIP, Ingress, a route of a Gateway, HostPort, HostNetwork.',
  ),
  namespace,
  name: text(NAME_LIMIT, 'Name of the Service, Ingress, route or pod that opens it.'),
  level: oneOf(REACHES, 'From how far away it is open.'),
  ports: list(PORTS_AT_MOST, 'The ports of the pods that it leads to.', text(16, 'Protocol and port: TCP/8080.')),
});

const isolation = (side: string): Schema =>
  oneOf(
    ISOLATIONS,
    `Whether policies limit the connections ${side} the pods, of all of them or partly: declared, see enforced.`,
  );

/** Of both kinds of reports. */
export const access = object(
  'What the service account of the workload can do by RBAC, or what the binding opens: rights that are more than they look.',
  ['who', 'everywhere', 'inNamespaces'],
  {
    who: text(512, 'Whose rights these are, and how near they bring to cluster-admin.'),
    everywhere: text(512, 'What is granted in the whole cluster.'),
    inNamespaces: text(512, 'What is granted in namespaces beyond that, with their names.'),
  },
);

/** How a workload stands: the fields of a report beside its findings. */
export const TRAIT_FIELDS: Fields = {
  network: object(
    'How the workload can be reached, and what limits its connections. Of workloads only.',
    ['exposure', 'ingress', 'egress', 'enforced'],
    {
      exposure: oneOf(
        REACHES,
        'From how far away it can be reached: the internet, the private network around the cluster (vpc), the nodes, the cluster alone.',
      ),
      assumed: text(512, 'What the exposure rests on and no object says.'),
      ways: list(WAYS_AT_MOST, 'The ways in from outside the cluster, widest first.', way),
      moreWays: count('How many ways were left out.'),
      ingress: isolation('to'),
      egress: isolation('from'),
      enforced: oneOf(['yes', 'no', 'unknown'], 'Whether the network plugin of the cluster enforces policies.'),
    },
  ),
  access,
};

type Way = NetworkTrait['ways'][number];

/** The traits as a report writes them. */
export interface TraitFields {
  readonly access?: AccessTrait;
  readonly network?: Omit<NetworkTrait, 'ways'> & {
    readonly ways?: readonly (Omit<Way, 'namespace'> & { readonly namespace?: string })[];
    readonly moreWays?: number;
  };
}

/** The traits cut to what the schema takes, with what was left out counted. */
export function traitsOf({ network, access: rights }: Traits): TraitFields {
  return {
    ...(network === undefined ? {} : { network: networkOf(network) }),
    ...(rights === undefined ? {} : { access: accessOf(rights) }),
  };
}

function accessOf({ who, everywhere, inNamespaces }: AccessTrait): AccessTrait {
  return { who: tidy(who), everywhere: tidy(everywhere), inNamespaces: tidy(inNamespaces) };
}

function networkOf(trait: NetworkTrait): NonNullable<TraitFields['network']> {
  const { exposure, assumed, ways, ingress, egress, enforced } = trait;
  const left = ways.length - WAYS_AT_MOST;
  return {
    exposure,
    ...(assumed === undefined ? {} : { assumed: tidy(assumed) }),
    ...(ways.length === 0 ? {} : { ways: ways.slice(0, WAYS_AT_MOST).map(wayOf) }),
    ...(left > 0 ? { moreWays: left } : {}),
    ingress,
    egress,
    enforced,
  };
}

function wayOf({ kind: opener, namespace: where, name: called, level, ports }: Way): Omit<Way, 'namespace'> {
  return {
    kind: opener,
    ...(where === '' ? {} : { namespace: tidy(where, WORD_LIMIT) }),
    name: tidy(called, NAME_LIMIT),
    level,
    ports: ports.slice(0, PORTS_AT_MOST),
  };
}
