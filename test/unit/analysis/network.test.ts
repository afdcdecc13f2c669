import { expect } from 'chai';
import { Network } from '#analysis/network/engine.ts';
import type { Endpoint } from '#analysis/network/spots.ts';
import type { NetworkAssumptions } from '#analysis/network/sources.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import { kindFor } from '#model/kinds.ts';
import { refOf } from '#model/ref.ts';

type Fields = Readonly<Record<string, unknown>>;

function told(
  objects: readonly Manifest[],
  assumed: Partial<NetworkAssumptions> = {},
): { engine: Network; store: Store } {
  const [engine, store] = [new Network(assumed), new Store()];
  for (const object of objects) {
    const kind = kindFor(String(object['apiVersion']), object.kind)!;
    for (const change of store.put(shrink(kind, JSON.parse(JSON.stringify(object)) as Raw))) engine.apply(change);
  }
  return { engine, store };
}

function pod(key: string, labels: Fields = {}, spec: Fields = {}, podIP?: string): Manifest {
  const [namespace, name] = key.split('/');
  const status = { phase: 'Running', ...(podIP === undefined ? {} : { podIP }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: { containers: [], ...spec },
    status,
  };
}

function namespace(name: string, labels: Fields = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function policy(spec: Fields, name = 'test-network-policy', where = 'default'): Manifest {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: where }, spec };
}

interface Row {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly allowed: boolean;
}

interface Table {
  readonly name: string;
  readonly objects: readonly Manifest[];
  readonly assumed?: Partial<NetworkAssumptions>;
  readonly rows: readonly Row[];
}

const DB = { pod: 'default/db' };
const FRONTEND = { pod: 'default/frontend' };
const OTHER = { pod: 'default/other' };
const FOREIGN = { pod: 'myproject/any' };
const STRANGER = { pod: 'elsewhere/any' };
const CLUSTER = [
  namespace('default'),
  namespace('myproject', { project: 'myproject' }),
  namespace('elsewhere'),
  pod('default/db', { role: 'db' }),
  pod('default/frontend', { role: 'frontend' }),
  pod('default/other'),
  pod('myproject/any'),
  pod('elsewhere/any', { role: 'frontend' }),
];

/** The examples of https://kubernetes.io/docs/concepts/services-networking/network-policies/ with what the page says of each. */
const TABLES: readonly Table[] = [
  {
    name: 'the NetworkPolicy resource: db from the block, the project, the frontend on 6379; out to 10.0.0.0/24 on 5978',
    objects: [
      ...CLUSTER,
      policy({
        podSelector: { matchLabels: { role: 'db' } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [
              { ipBlock: { cidr: '172.17.0.0/16', except: ['172.17.1.0/24'] } },
              { namespaceSelector: { matchLabels: { project: 'myproject' } } },
              { podSelector: { matchLabels: { role: 'frontend' } } },
            ],
            ports: [{ protocol: 'TCP', port: 6379 }],
          },
        ],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/24' } }], ports: [{ protocol: 'TCP', port: 5978 }] }],
      }),
    ],
    rows: [
      { from: FRONTEND, to: DB, port: 6379, allowed: true },
      { from: FRONTEND, to: DB, port: 6380, allowed: false },
      { from: FRONTEND, to: DB, port: 6379, protocol: 'UDP', allowed: false },
      { from: OTHER, to: DB, port: 6379, allowed: false },
      { from: FOREIGN, to: DB, port: 6379, allowed: true },
      { from: STRANGER, to: DB, port: 6379, allowed: false },
      { from: { ip: '172.17.0.7' }, to: DB, port: 6379, allowed: true },
      { from: { ip: '172.17.2.7' }, to: DB, port: 6379, allowed: true },
      { from: { ip: '172.17.1.7' }, to: DB, port: 6379, allowed: false },
      { from: { ip: '172.18.0.7' }, to: DB, port: 6379, allowed: false },
      { from: DB, to: { ip: '10.0.0.9' }, port: 5978, allowed: true },
      { from: DB, to: { ip: '10.0.0.9' }, port: 5979, allowed: false },
      { from: DB, to: { ip: '10.0.1.9' }, port: 5978, allowed: false },
      { from: DB, to: OTHER, port: 5978, allowed: false },
      { from: OTHER, to: FRONTEND, port: 1, allowed: true },
      { from: { internet: true }, to: FRONTEND, port: 80, allowed: true },
      { from: { internet: true }, to: DB, port: 6379, allowed: false },
    ],
  },
  {
    name: 'namespaceSelector and podSelector in one item: both',
    objects: [
      ...CLUSTER,
      policy({
        podSelector: { matchLabels: { role: 'db' } },
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'elsewhere' } },
                podSelector: { matchLabels: { role: 'frontend' } },
              },
            ],
          },
        ],
      }),
    ],
    rows: [
      { from: STRANGER, to: DB, allowed: true },
      { from: FRONTEND, to: DB, allowed: false },
      { from: FOREIGN, to: DB, allowed: false },
      { from: DB, to: OTHER, allowed: true },
    ],
  },
  {
    name: 'namespaceSelector and podSelector in two items: either',
    objects: [
      ...CLUSTER,
      policy({
        podSelector: { matchLabels: { role: 'db' } },
        ingress: [
          {
            from: [
              { namespaceSelector: { matchLabels: { project: 'myproject' } } },
              { podSelector: { matchLabels: { role: 'frontend' } } },
            ],
          },
        ],
      }),
    ],
    rows: [
      { from: FRONTEND, to: DB, allowed: true },
      { from: FOREIGN, to: DB, allowed: true },
      { from: STRANGER, to: DB, allowed: false },
    ],
  },
  {
    name: 'default deny all ingress traffic',
    objects: [...CLUSTER, policy({ podSelector: {}, policyTypes: ['Ingress'] })],
    rows: [
      { from: FRONTEND, to: DB, allowed: false },
      { from: FOREIGN, to: OTHER, allowed: false },
      { from: DB, to: FOREIGN, allowed: true },
      { from: DB, to: { internet: true }, allowed: true },
      { from: { internet: true }, to: DB, allowed: false },
    ],
  },
  {
    name: 'allow all ingress traffic beats default deny',
    objects: [
      ...CLUSTER,
      policy({ podSelector: {}, policyTypes: ['Ingress'] }),
      policy({ podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] }, 'allow-all-ingress'),
    ],
    rows: [
      { from: FOREIGN, to: DB, allowed: true },
      { from: { internet: true }, to: DB, allowed: true },
    ],
  },
  {
    name: 'default deny all egress traffic',
    objects: [...CLUSTER, policy({ podSelector: {}, policyTypes: ['Egress'] })],
    rows: [
      { from: DB, to: FOREIGN, allowed: false },
      { from: DB, to: FRONTEND, allowed: false },
      { from: FOREIGN, to: DB, allowed: true },
      { from: DB, to: { internet: true }, allowed: false },
    ],
  },
  {
    name: 'allow all egress traffic',
    objects: [
      ...CLUSTER,
      policy({ podSelector: {}, policyTypes: ['Egress'] }),
      policy({ podSelector: {}, egress: [{}], policyTypes: ['Egress'] }, 'allow-all-egress'),
    ],
    rows: [
      { from: DB, to: FOREIGN, allowed: true },
      { from: DB, to: { ip: '2001:db8::7' }, allowed: true },
    ],
  },
  {
    name: 'default deny all ingress and all egress traffic',
    objects: [...CLUSTER, policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })],
    rows: [
      { from: DB, to: FOREIGN, allowed: false },
      { from: FOREIGN, to: DB, allowed: false },
      { from: FOREIGN, to: STRANGER, allowed: true },
    ],
  },
  {
    name: 'targeting a range of ports',
    objects: [
      ...CLUSTER,
      policy({
        podSelector: { matchLabels: { role: 'db' } },
        policyTypes: ['Egress'],
        egress: [
          { to: [{ ipBlock: { cidr: '10.0.0.0/24' } }], ports: [{ protocol: 'TCP', port: 32000, endPort: 32768 }] },
        ],
      }),
    ],
    rows: [
      { from: DB, to: { ip: '10.0.0.1' }, port: 31999, allowed: false },
      { from: DB, to: { ip: '10.0.0.1' }, port: 32000, allowed: true },
      { from: DB, to: { ip: '10.0.0.1' }, port: 32768, allowed: true },
      { from: DB, to: { ip: '10.0.0.1' }, port: 32769, allowed: false },
    ],
  },
  {
    name: 'targeting several namespaces by label, and one by its name',
    objects: [
      ...CLUSTER,
      policy(
        {
          podSelector: { matchLabels: { role: 'db' } },
          policyTypes: ['Egress'],
          egress: [
            {
              to: [
                {
                  namespaceSelector: {
                    matchExpressions: [{ key: 'project', operator: 'In', values: ['myproject', 'x'] }],
                  },
                },
              ],
            },
          ],
        },
        'several',
      ),
    ],
    rows: [
      { from: DB, to: FOREIGN, allowed: true },
      { from: DB, to: STRANGER, allowed: false },
      { from: DB, to: { ip: '10.0.0.1' }, allowed: false },
    ],
  },
  {
    name: 'every pod of every namespace is no address outside, and 0.0.0.0/0 no IPv6',
    objects: [
      ...CLUSTER,
      policy({ podSelector: { matchLabels: { role: 'db' } }, ingress: [{ from: [{ namespaceSelector: {} }] }] }),
      policy(
        {
          podSelector: { matchLabels: { role: 'frontend' } },
          ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }],
        },
        'v4',
      ),
    ],
    rows: [
      { from: STRANGER, to: DB, allowed: true },
      { from: { ip: '203.0.113.9' }, to: DB, allowed: false },
      { from: { ip: '203.0.113.9' }, to: FRONTEND, allowed: true },
      { from: { ip: '2001:db8::7' }, to: FRONTEND, allowed: false },
    ],
  },
  {
    name: 'SCTP, and a protocol without ports',
    objects: [
      ...CLUSTER,
      policy({
        podSelector: { matchLabels: { role: 'db' } },
        ingress: [{ ports: [{ protocol: 'SCTP', port: 7777 }, { protocol: 'UDP' }] }],
      }),
    ],
    rows: [
      { from: OTHER, to: DB, port: 7777, protocol: 'SCTP', allowed: true },
      { from: OTHER, to: DB, port: 7778, protocol: 'SCTP', allowed: false },
      { from: OTHER, to: DB, port: 1, protocol: 'UDP', allowed: true },
      { from: OTHER, to: DB, port: 7777, protocol: 'TCP', allowed: false },
    ],
  },
  {
    name: 'a name is resolved on the destination, also for what goes out, and two pods may resolve it differently',
    objects: [
      pod('default/a', {}, { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 80 }] }] }),
      pod('default/b', {}, { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8080 }] }] }),
      pod(
        'default/c',
        {},
        { containers: [{ name: 'c', ports: [{ name: 'web', protocol: 'UDP', containerPort: 80 }] }] },
      ),
      pod(
        'default/d',
        {},
        {
          containers: [{ name: 'c' }],
          initContainers: [
            { name: 's', restartPolicy: 'Always', ports: [{ name: 'web', containerPort: 90 }] },
            { name: 'i', ports: [{ name: 'web', containerPort: 91 }] },
          ],
        },
      ),
      pod('default/client', { app: 'client' }),
      policy({
        podSelector: { matchLabels: { app: 'client' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: {} }], ports: [{ port: 'web' }] }],
      }),
    ],
    rows: [
      { from: { pod: 'default/client' }, to: { pod: 'default/a' }, port: 80, allowed: true },
      { from: { pod: 'default/client' }, to: { pod: 'default/a' }, port: 8080, allowed: false },
      { from: { pod: 'default/client' }, to: { pod: 'default/b' }, port: 8080, allowed: true },
      { from: { pod: 'default/client' }, to: { pod: 'default/b' }, port: 80, allowed: false },
      { from: { pod: 'default/client' }, to: { pod: 'default/c' }, port: 80, allowed: false },
      { from: { pod: 'default/client' }, to: { pod: 'default/d' }, port: 90, allowed: true },
      { from: { pod: 'default/client' }, to: { pod: 'default/d' }, port: 91, allowed: false },
    ],
  },
  {
    name: 'a name is resolved on the destination: pods under one policy may open different ports by it',
    objects: [
      pod('default/a', {}, { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 80 }] }] }),
      pod('default/b', {}, { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8080 }] }] }),
      pod('default/client', { app: 'client' }),
      policy({ podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'web' }] }] }),
    ],
    rows: [
      { from: { pod: 'default/client' }, to: { pod: 'default/a' }, port: 80, allowed: true },
      { from: { pod: 'default/client' }, to: { pod: 'default/b' }, port: 80, allowed: false },
      { from: { pod: 'default/client' }, to: { pod: 'default/b' }, port: 8080, allowed: true },
      { from: { pod: 'default/client' }, to: { pod: 'default/a' }, port: 8080, allowed: false },
    ],
  },
  {
    name: 'the node of a pod reaches it, other nodes by their address; its own pods on the host network do as the node',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'n1' },
        status: { addresses: [{ type: 'InternalIP', address: '192.168.7.1' }] },
      },
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'n2' },
        status: { addresses: [{ type: 'InternalIP', address: '192.168.7.2' }] },
      },
      pod('default/db', { role: 'db' }, { nodeName: 'n1' }),
      pod('default/h1', {}, { nodeName: 'n1', hostNetwork: true }, '192.168.7.1'),
      pod('default/h2', {}, { nodeName: 'n2', hostNetwork: true }, '192.168.7.2'),
      policy({
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: {} }] }, { from: [{ ipBlock: { cidr: '192.168.7.9/32' } }] }],
      }),
    ],
    rows: [
      { from: { node: 'n1' }, to: DB, allowed: true },
      { from: { node: 'n2' }, to: DB, allowed: false },
      { from: { pod: 'default/h1' }, to: DB, allowed: true },
      { from: { pod: 'default/h2' }, to: DB, allowed: false },
      { from: { ip: '192.168.7.9' }, to: DB, allowed: true },
      { from: { ip: '192.168.7.1' }, to: DB, allowed: true },
      { from: { internet: true }, to: { pod: 'default/h1' }, allowed: true },
    ],
  },
  {
    name: 'tiers: admin first, then NetworkPolicies where one selects the pod, else baseline',
    objects: [
      ...CLUSTER,
      {
        apiVersion: 'policy.networking.k8s.io/v1alpha2',
        kind: 'ClusterNetworkPolicy' as const,
        metadata: { name: 'admin' },
        spec: {
          tier: 'Admin',
          priority: 5,
          subject: { namespaces: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } },
          ingress: [
            {
              action: 'Accept',
              from: [{ namespaces: { matchLabels: { project: 'myproject' } } }],
              protocols: [{ tcp: { destinationPort: { number: 80 } } }],
            },
            { action: 'Deny', from: [{ namespaces: { matchLabels: { project: 'myproject' } } }] },
            {
              action: 'Pass',
              from: [{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { role: 'frontend' } } } }],
            },
          ],
        },
      },
      {
        apiVersion: 'policy.networking.k8s.io/v1alpha1',
        kind: 'BaselineAdminNetworkPolicy' as const,
        metadata: { name: 'default' },
        spec: { subject: { namespaces: {} }, ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] },
      },
      policy({ podSelector: { matchLabels: { role: 'db' } }, ingress: [{ from: [{ namespaceSelector: {} }] }] }),
    ],
    rows: [
      { from: FOREIGN, to: DB, port: 80, allowed: true },
      { from: FOREIGN, to: DB, port: 81, allowed: false },
      { from: FOREIGN, to: OTHER, port: 80, allowed: true },
      { from: STRANGER, to: DB, port: 81, allowed: true },
      { from: STRANGER, to: OTHER, port: 81, allowed: false },
      { from: { internet: true }, to: OTHER, port: 81, allowed: true },
      { from: { internet: true }, to: DB, port: 81, allowed: false },
    ],
  },
];

describe('[unit] network: truth tables', () => {
  for (const { name, objects, assumed, rows } of TABLES) {
    it(name, () => {
      const { engine } = told(objects, assumed);
      const given = rows.map((row) => ({
        ...row,
        allowed: engine.reaches(row.from, row.to, { protocol: row.protocol ?? 'TCP', port: row.port ?? 80 }),
      }));
      expect(given).to.deep.equal(rows);
    });
  }
});

describe('[unit] network: what Kubernetes leaves open', () => {
  const objects = [
    pod('default/db', { role: 'db' }, { nodeName: 'n1' }, '10.1.0.5'),
    pod('default/web', {}, { nodeName: 'n1' }, '10.1.0.6'),
    pod('default/host', {}, { nodeName: 'n1', hostNetwork: true }, '192.168.7.1'),
    policy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }] }),
  ];
  const asked = (assumed: Partial<NetworkAssumptions>, from: string, to: string): boolean | undefined =>
    told(objects, assumed).engine.reaches({ pod: from }, { pod: to }, { protocol: 'TCP', port: 80 });

  it('whether a block matches pods', () => {
    const answers = [true, false].map((ipBlockSelectsPods) =>
      asked({ ipBlockSelectsPods }, 'default/web', 'default/db'),
    );
    expect(answers).to.deep.equal([true, false]);
  });

  it('whether policies know pods on the network of their node', () => {
    const answers = (['node-ip', 'policy-applies'] as const).map((hostNetwork) =>
      asked({ hostNetwork, ipBlockSelectsPods: false }, 'default/web', 'default/host'),
    );
    expect(answers).to.deep.equal([true, false]);
  });

  it('whether a node reaches its own pods', () => {
    const answers = [true, false].map((ownNodeAlwaysAllowed) =>
      asked({ ownNodeAlwaysAllowed }, 'default/host', 'default/db'),
    );
    expect(answers).to.deep.equal([true, false]);
  });
});

describe('[unit] network: bad input', () => {
  const bad: readonly {
    readonly name: string;
    readonly spec: Fields;
    readonly notes: readonly string[];
    readonly allowed: boolean;
  }[] = [
    {
      name: 'a block that is none',
      spec: {
        podSelector: {},
        ingress: [
          { from: [{ ipBlock: { cidr: '10.0.0.0/33' } }, { ipBlock: { cidr: '010.0.0.0/8', except: ['x'] } }] },
        ],
      },
      notes: [
        'spec.ingress[0].from[0].ipBlock.cidr: "10.0.0.0/33" is no block of addresses: it matches nothing',
        'spec.ingress[0].from[1].ipBlock.cidr: "010.0.0.0/8" is no block of addresses: it matches nothing',
      ],
      allowed: false,
    },
    {
      name: 'an exception that is none',
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['everything'] } }] }] },
      notes: [
        'spec.ingress[0].from[0].ipBlock.except[0]: "everything" is no block of addresses: it takes nothing away',
      ],
      allowed: true,
    },
    {
      name: 'ports that do not exist',
      spec: {
        podSelector: {},
        ingress: [{ ports: [{ port: 0 }, { port: 70000 }, { port: 90, endPort: 80 }, { port: 1.5 }, { endPort: 9 }] }],
      },
      notes: [0, 1, 2, 3, 4].map(
        (index) => `spec.ingress[0].ports[${String(index)}]: these are no ports: it matches nothing`,
      ),
      allowed: false,
    },
    {
      name: 'a range of all ports',
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 1, endPort: 65535 }] }] },
      notes: [],
      allowed: true,
    },
    {
      name: 'a protocol that policies do not know',
      spec: { podSelector: {}, ingress: [{ ports: [{ protocol: 'ICMP' }] }] },
      notes: ['spec.ingress[0].ports[0].protocol: "ICMP" is none that policies know: it matches nothing'],
      allowed: false,
    },
    {
      name: 'a peer that names nobody',
      spec: { podSelector: {}, ingress: [{ from: [{}] }] },
      notes: ['spec.ingress[0].from[0]: a peer that names nobody: it matches nothing'],
      allowed: false,
    },
    {
      name: 'a selector of a hundred expressions',
      spec: {
        podSelector: {
          matchExpressions: Array.from({ length: 100 }, (_, index) => ({
            key: `k${String(index)}`,
            operator: 'DoesNotExist',
          })),
        },
        ingress: [
          {
            from: [
              {
                podSelector: {
                  matchExpressions: Array.from({ length: 100 }, (_, index) => ({
                    key: `k${String(index)}`,
                    operator: 'NotIn',
                    values: ['x'],
                  })),
                },
              },
            ],
          },
        ],
      },
      notes: [],
      allowed: true,
    },
    {
      name: 'a policy that selects nothing',
      spec: { podSelector: { matchLabels: { app: 'none' } } },
      notes: [],
      allowed: true,
    },
  ];
  for (const { name, spec, notes, allowed } of bad) {
    it(`${name}: a note, and the rest is right`, () => {
      const rest = policy({ podSelector: { matchLabels: { role: 'db' } }, policyTypes: ['Egress'] }, 'rest');
      const { engine } = told([
        pod('default/a', {}, {}, '10.1.0.5'),
        pod('default/b', {}, {}, '10.1.0.6'),
        pod('default/db', { role: 'db' }),
        policy(spec),
        rest,
      ]);
      expect(engine.notes().map(({ note }) => note)).to.deep.equal(notes);
      const at = { protocol: 'TCP', port: 80 } as const;
      expect([
        engine.reaches({ pod: 'default/a' }, { pod: 'default/b' }, at),
        engine.reaches(DB, { pod: 'default/a' }, at),
      ]).to.deep.equal([allowed, false]);
    });
  }

  it('what is no end and no port has no answer', () => {
    const { engine } = told(CLUSTER);
    const at = { protocol: 'TCP', port: 80 } as const;
    expect([
      engine.reaches({ pod: 'default/none' }, DB, at),
      engine.reaches(DB, { ip: '1.2.3' }, at),
      engine.reaches({ node: 'none' }, DB, at),
      engine.reaches(FRONTEND, DB, { protocol: 'TCP', port: 0 }),
      engine.isIsolated('default/none', 'Ingress'),
    ]).to.deep.equal([undefined, undefined, undefined, undefined, undefined]);
  });

  it('a namespace deleted before its policies leaves them in force', () => {
    const { engine, store } = told([
      ...CLUSTER,
      policy({
        podSelector: {},
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { project: 'myproject' } } }] }],
      }),
    ]);
    const at = { protocol: 'TCP', port: 80 } as const;
    const before = engine.reaches(FOREIGN, DB, at);
    for (const change of store.remove(refOf(shrink('Namespace', namespace('myproject'))))) engine.apply(change);
    for (const change of store.remove(refOf(shrink('Namespace', namespace('default'))))) engine.apply(change);
    expect([before, engine.reaches(FOREIGN, DB, at), engine.isIsolated('default/db', 'Ingress')]).to.deep.equal([
      true,
      false,
      true,
    ]);
  });

  it('a cluster policy that is not understood fails closed', () => {
    const rules = (action: string): Manifest => ({
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'odd' },
      spec: {
        tier: 'Admin',
        priority: 1,
        subject: { namespaces: {} },
        ingress: [{ action, from: [{ galaxies: {} }] }],
      },
    });
    const answers = ['Accept', 'Deny', 'Pass'].map((action) =>
      told([...CLUSTER, rules(action)]).engine.reaches(FRONTEND, DB, { protocol: 'TCP', port: 80 }),
    );
    expect(answers).to.deep.equal([true, false, false]);
  });
});

describe('[unit] network: explanations', () => {
  it('names the policies that have a say and the rules that match', () => {
    const { engine } = told([
      ...CLUSTER,
      policy({ podSelector: {}, policyTypes: ['Ingress'] }, 'deny'),
      policy(
        {
          podSelector: { matchLabels: { role: 'db' } },
          ingress: [{ ports: [{ port: 1 }] }, { from: [{ podSelector: { matchLabels: { role: 'frontend' } } }] }],
        },
        'allow',
      ),
    ]);
    const ref = (name: string): object => ({ kind: 'NetworkPolicy', namespace: 'default', name });
    const explained = [FRONTEND, OTHER].map((from) => engine.explain(from, DB, { protocol: 'TCP', port: 80 }));
    const side = { direction: 'Ingress', policies: [ref('allow'), ref('deny')] };
    const open = { direction: 'Egress', allowed: true, policies: [], rules: [] };
    expect(explained).to.deep.equal([
      [open, { ...side, allowed: true, rules: [{ policy: ref('allow'), rule: 1, action: 'allow' }] }],
      [open, { ...side, allowed: false, rules: [] }],
    ]);
  });
});
