/** Small worlds for the laws of the network engine: few names and labels, so that policies and pods meet. */
import fc from 'fast-check';
import type { Manifest } from '#model/check.ts';

type Fields = Readonly<Record<string, unknown>>;

const namespace = fc.constantFrom('a', 'a', 'b');
const value = fc.constantFrom('p', 'q');
const labels = fc.record({ app: value, tier: value }, { requiredKeys: [] });
const key = fc.constantFrom('app', 'tier');

export const selector: fc.Arbitrary<Fields> = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: labels }),
  fc.tuple(key, fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'), value).map(([of, operator, one]) => ({
    matchExpressions: [{ key: of, operator, ...(operator.endsWith('In') ? { values: [one] } : {}) }],
  })),
);
const namespaceSelector = fc.oneof(
  selector,
  fc.constantFrom('a', 'b').map((name) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })),
);

export const ADDRESSES = ['10.1.0.5', '10.1.0.9', '10.2.0.7', '203.0.113.9', '8.8.8.8', 'fd00::9', '2001:db8::1'];
const cidr = fc.constantFrom(
  '10.1.0.0/16',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '10.1.0.9/32',
  '203.0.113.0/24',
  '::/0',
  'fd00::/8',
  '10.1.0.77/29',
);
const except = fc.constantFrom([], [], ['10.1.0.8/30'], ['10.2.0.0/16', '10.1.0.0/24']);

/** Ports at the borders of those that rules name. */
export const PORTS = [79, 80, 84, 90, 91, 8080];
export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const protocol = fc.constantFrom('TCP', 'TCP', 'UDP', 'SCTP');

const port: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({ port: fc.constantFrom(80, 90) }),
  fc.record({ protocol, port: fc.constantFrom(80, 8080) }),
  fc.record({ protocol }),
  fc.record({ protocol, port: fc.constant(80), endPort: fc.constantFrom(80, 84, 90) }),
  fc.record({ port: fc.constantFrom('web', 'dns'), protocol: fc.constantFrom('TCP', 'UDP') }),
);
const peer: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector }),
  fc.record({ namespaceSelector, podSelector: selector }),
  fc.tuple(cidr, except).map(([block, holes]) => ({
    // The API server wants exceptions inside their block.
    ipBlock:
      block.endsWith('/8') || block === '0.0.0.0/0'
        ? { cidr: block, except: block.includes(':') ? [] : holes }
        : { cidr: block },
  })),
);
const some = <T>(of: fc.Arbitrary<T>, most = 2): fc.Arbitrary<readonly T[] | undefined> =>
  fc.option(fc.array(of, { maxLength: most }), { nil: undefined });
const ingressRule = fc.record({ from: some(peer), ports: some(port) });
const egressRule = fc.record({ to: some(peer), ports: some(port) });

interface Place {
  readonly name: string;
  readonly namespace?: string;
}

function of(apiVersion: string, kind: Manifest['kind'], metadata: Place, body: Fields): Manifest {
  return { apiVersion, kind, metadata, ...body };
}

export const networkPolicy: fc.Arbitrary<Manifest> = fc
  .record({
    where: namespace,
    name: fc.constantFrom('n1', 'n2', 'n3'),
    podSelector: selector,
    policyTypes: fc.constantFrom(undefined, ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
    ingress: some(ingressRule),
    egress: some(egressRule),
  })
  .map(({ where, name, ...spec }) => of('networking.k8s.io/v1', 'NetworkPolicy', { name, namespace: where }, { spec }));

const clusterSubject = fc.oneof(
  fc.record({ namespaces: namespaceSelector }),
  fc.record({ pods: fc.record({ namespaceSelector, podSelector: selector }) }),
);
const network = fc.record({ networks: fc.array(cidr, { minLength: 1, maxLength: 2 }) });
const number = fc.constantFrom(80, 90, 8080);
const alpha1Port = fc.oneof(
  fc.record({ portNumber: fc.record({ protocol, port: number }) }),
  fc.record({ portRange: fc.record({ protocol, start: fc.constant(80), end: fc.constantFrom(84, 90) }) }),
  fc.record({ namedPort: fc.constantFrom('web', 'dns') }),
);
const alpha2Port = fc.oneof(
  fc.record({ tcp: fc.record({ destinationPort: fc.record({ number }) }) }),
  fc.record({ udp: fc.record({ destinationPort: fc.record({ range: fc.constant({ start: 80, end: 84 }) }) }) }),
  fc.record({ destinationNamedPort: fc.constantFrom('web', 'dns') }),
);

function rules(action: fc.Arbitrary<string>, ports: 'ports' | 'protocols'): fc.Arbitrary<Fields> {
  const list = some<Fields>(ports === 'ports' ? alpha1Port : alpha2Port).map((each) =>
    each === undefined || each.length === 0 ? {} : { [ports]: each },
  );
  const ingress = fc.tuple(action, fc.array(clusterSubject, { minLength: 1, maxLength: 2 }), list);
  const egress = fc.tuple(action, fc.array(fc.oneof(clusterSubject, network), { minLength: 1, maxLength: 2 }), list);
  return fc.record({
    ingress: fc.array(
      ingress.map(([word, from, at]) => ({ action: word, from, ...at })),
      { maxLength: 2 },
    ),
    egress: fc.array(
      egress.map(([word, to, at]) => ({ action: word, to, ...at })),
      { maxLength: 2 },
    ),
  });
}

const GROUP = 'policy.networking.k8s.io';
const priority = fc.constantFrom(1, 2);
export const clusterPolicy: fc.Arbitrary<Manifest> = fc.oneof(
  fc
    .tuple(fc.constantFrom('c1', 'c2'), fc.constantFrom('Admin', 'Baseline'), priority, clusterSubject)
    .chain(([name, tier, at, subject]) =>
      rules(fc.constantFrom(...(tier === 'Admin' ? ['Accept', 'Deny', 'Pass'] : ['Accept', 'Deny'])), 'protocols').map(
        (made) =>
          of(`${GROUP}/v1alpha2`, 'ClusterNetworkPolicy', { name }, { spec: { tier, priority: at, subject, ...made } }),
      ),
    ),
  fc
    .tuple(
      fc.constantFrom('x1', 'x2'),
      priority,
      clusterSubject,
      rules(fc.constantFrom('Allow', 'Deny', 'Pass'), 'ports'),
    )
    .map(([name, at, subject, made]) =>
      of(`${GROUP}/v1alpha1`, 'AdminNetworkPolicy', { name }, { spec: { priority: at + 2, subject, ...made } }),
    ),
  fc
    .tuple(clusterSubject, rules(fc.constantFrom('Allow', 'Deny'), 'ports'))
    .map(([subject, made]) =>
      of(`${GROUP}/v1alpha1`, 'BaselineAdminNetworkPolicy', { name: 'default' }, { spec: { subject, ...made } }),
    ),
);

export const pod: fc.Arbitrary<Manifest> = fc
  .record({
    where: namespace,
    name: fc.constantFrom('x', 'y', 'z'),
    worn: labels,
    hostNetwork: fc.constantFrom(undefined, undefined, undefined, true),
    nodeName: fc.constantFrom('node-1', 'node-2'),
    podIP: fc.constantFrom('10.1.0.5', '10.1.0.9', '10.2.0.7', 'fd00::9'),
    web: fc.constantFrom(undefined, 80, 8080),
    dns: fc.constantFrom(undefined, 90),
    phase: fc.constantFrom('Running', 'Running', 'Running', 'Succeeded'),
  })
  .map(({ where, name, worn, web, dns, hostNetwork, nodeName, podIP, phase }) => {
    const ports = [
      ...(web === undefined ? [] : [{ name: 'web', containerPort: web }]),
      ...(dns === undefined ? [] : [{ name: 'dns', protocol: 'UDP', containerPort: dns }]),
    ];
    const spec = { hostNetwork, nodeName, containers: [{ name: 'app', image: 'x', ports }] };
    return {
      apiVersion: 'v1',
      kind: 'Pod' as const,
      metadata: { name, namespace: where, labels: worn },
      spec,
      status: { phase, podIP: hostNetwork === true ? NODE_ADDRESS[nodeName] : podIP },
    };
  });

const NODE_ADDRESS: Readonly<Record<string, string>> = { 'node-1': '192.168.7.1', 'node-2': '192.168.7.2' };

export const NODES: readonly Manifest[] = Object.entries(NODE_ADDRESS).map(([name, address]) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { app: 'p' } },
  status: { addresses: [{ type: 'InternalIP', address }] },
}));

export const aNamespace: fc.Arbitrary<Manifest> = fc
  .tuple(fc.constantFrom('a', 'b'), labels)
  .map(([name, worn]) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: worn } }));

export interface Event {
  readonly put?: Manifest;
  readonly remove?: Manifest;
}

function eventsOf(manifest: fc.Arbitrary<Manifest>): fc.Arbitrary<readonly Event[]> {
  const put = manifest.map((object): Event => ({ put: object }));
  const remove = manifest.map((object): Event => ({ remove: object }));
  return fc.array(fc.oneof({ weight: 4, arbitrary: put }, remove), { minLength: 4, maxLength: 24 });
}

/** Half of the worlds are without cluster-wide policies: these hide what NetworkPolicies say. */
export const events: fc.Arbitrary<readonly Event[]> = fc.oneof(
  eventsOf(fc.oneof({ weight: 3, arbitrary: pod }, { weight: 3, arbitrary: networkPolicy }, aNamespace)),
  eventsOf(
    fc.oneof(
      { weight: 3, arbitrary: pod },
      { weight: 2, arbitrary: networkPolicy },
      { weight: 3, arbitrary: clusterPolicy },
      aNamespace,
    ),
  ),
);

export function identity({ kind, metadata }: Manifest): string {
  const { namespace: where, name } = metadata as { readonly namespace?: string; readonly name: string };
  return `${kind}/${where ?? ''}/${name}`;
}
