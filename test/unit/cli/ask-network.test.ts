import { expect } from 'chai';
import { Store } from '#inventory/store.ts';
import { Session } from '../../../src/cli/ask/session.ts';

type Fields = Readonly<Record<string, unknown>>;

function pod(name: string, app: string, owner?: string): Fields {
  const ownerReferences =
    owner === undefined ? undefined : [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, controller: true }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'shop', name, labels: { app }, ownerReferences },
    spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
  };
}
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'db' },
  spec: { template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c' }] } } },
};
const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: 'shop', name: 'db' },
  spec: {
    podSelector: { matchLabels: { app: 'db' } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432, endPort: 5440 }] }],
  },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
};
const OBJECTS = [
  pod('web-1', 'web', 'web'),
  pod('web-2', 'web', 'web'),
  pod('job', 'job'),
  deployment,
  policy,
  service,
];
const WEB = 'shop/ReplicaSet/web';
const DB = 'shop/Deployment/db';

interface Case {
  readonly question: Fields;
  readonly told: Fields;
}

const cases: readonly Case[] = [
  { question: { kind: 'reach', from: { pod: 'shop/job' }, to: { workload: DB }, port: 5432 }, told: { answer: false } },
  { question: { kind: 'reach', from: { workload: WEB }, to: { workload: DB }, port: 5440 }, told: { answer: true } },
  {
    question: { kind: 'reach', from: { internet: true }, to: { pod: 'shop/web-1' }, protocol: 'UDP', port: 1 },
    told: { answer: true },
  },
  {
    question: { kind: 'reach', from: { pod: 'shop/none' }, to: { ip: '8.8.8.8' }, port: 1 },
    told: { error: 'there is no pod shop/none' },
  },
  {
    question: { kind: 'reach', from: { ip: '8.8.8.8' }, to: { pod: 'shop/job' }, port: 0 },
    told: { error: 'port: must be a whole number from 1 to 65535' },
  },
  {
    question: { kind: 'reach', from: {}, to: { pod: 'shop/job' }, port: 1 },
    told: { error: 'from: must have pod, workload, ip, node or internet' },
  },
  {
    question: { kind: 'matrix', pods: ['shop/web-1', 'shop/job', 'shop/web-2'], protocol: 'TCP', port: 80 },
    told: { answer: { deny: [] } },
  },
  { question: { kind: 'isolation', pod: 'shop/web-1' }, told: { answer: { ingress: false, egress: false } } },
  {
    question: { kind: 'connectivity', among: [WEB, DB] },
    told: {
      answer: [
        { from: WEB, to: DB, conn: { TCP: [[5432, 5440]] } },
        { from: DB, to: WEB, conn: 'All' },
        { from: WEB, to: '0.0.0.0-255.255.255.255', conn: 'All' },
        { from: '0.0.0.0-255.255.255.255', to: WEB, conn: 'All' },
        { from: DB, to: '0.0.0.0-255.255.255.255', conn: 'All' },
      ],
    },
  },
  {
    question: { kind: 'connectivity', among: ['shop/db'] },
    told: { error: 'workload: "shop/db" is not namespace/Kind/name' },
  },
  {
    question: { kind: 'serviceTargets', service: 'shop/web' },
    told: { answer: { targets: [{ workload: WEB, ports: ['TCP/8080'] }] } },
  },
  {
    question: { kind: 'reachService', from: { pod: 'shop/job' }, service: 'shop/web', port: 80 },
    told: { answer: true },
  },
  {
    question: { kind: 'reachService', from: { pod: 'shop/job' }, service: 'shop/web', port: 8080 },
    told: { answer: false },
  },
  { question: { kind: 'serviceTargets', service: 'shop/none' }, told: { error: 'there is no service shop/none' } },
];

interface Told {
  readonly answers: readonly Fields[];
}

describe('[unit] ask: the network', () => {
  for (const { question, told } of cases) {
    it(JSON.stringify(question), () => {
      const session = new Session(new Store());
      session.apply(OBJECTS, 'objects');
      const [answer] = (session.step({ questions: [question] }) as Told).answers;
      const { id: _, because: __, ...rest } = answer!;
      expect(rest).to.deep.equal(told);
    });
  }

  it('steps build on one another', () => {
    const session = new Session(new Store());
    session.apply(OBJECTS, 'objects');
    const questions = [
      { kind: 'reach', from: { pod: 'shop/job' }, to: { workload: DB }, port: 5432 },
      { kind: 'matrix', pods: ['shop/job', 'shop/web-1'], port: 80 },
    ];
    const deny = {
      ...policy,
      metadata: { namespace: 'shop', name: 'deny' },
      spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
    };
    const steps = [
      { questions },
      { delete: [{ kind: 'NetworkPolicy', namespace: 'shop', name: 'db' }], apply: [deny], questions },
      { apply: [pod('job', 'web')], questions },
    ];
    const answers = steps.map((step) => (session.step(step) as Told).answers.map(({ answer }) => answer));
    expect(answers).to.deep.equal([
      [false, { deny: [] }],
      [true, { deny: [['shop/job', 'shop/web-1']] }],
      [
        true,
        {
          deny: [
            ['shop/job', 'shop/web-1'],
            ['shop/web-1', 'shop/job'],
          ],
        },
      ],
    ]);
  });

  it('says that it does not know where a plugin has policies of its own', () => {
    const session = new Session(new Store());
    const further = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { namespace: 'shop', name: 'c' },
    };
    session.apply([...OBJECTS, further], 'objects');
    const questions = [{ id: 1, kind: 'reach', from: { pod: 'shop/job' }, to: { pod: 'shop/web-1' }, port: 80 }];
    const { answers } = session.step({ questions }) as Told;
    expect(answers).to.deep.equal([
      { id: 1, unknown: 'CiliumNetworkPolicy shop/c is a further policy, which is not read' },
    ]);
  });

  it('refuses assumptions that mean nothing', () => {
    const session = new Session(new Store(), { hostNetwork: 'sometimes' });
    session.apply(OBJECTS, 'objects');
    const { answers } = session.step({ questions: [{ id: 1, kind: 'isolation', pod: 'shop/job' }] }) as Told;
    expect(answers).to.deep.equal([{ id: 1, error: 'assume.hostNetwork: must be node-ip or policy-applies' }]);
  });

  it('an ipBlock is read as the network plugin reads it, unless the case assumes otherwise', () => {
    const at = (name: string, podIP: string, image = 'i'): Fields => ({
      ...pod(name, name),
      spec: { containers: [{ name: 'c', image }] },
      status: { phase: 'Running', podIP },
    });
    const block = {
      ...policy,
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }] },
    };
    const question = { kind: 'reach', from: { pod: 'shop/a' }, to: { pod: 'shop/b' }, port: 80 };
    const reached = (agent: string, assume: Fields = {}): unknown => {
      const objects = [at('a', '10.1.0.1'), at('b', '10.1.0.2'), block, at('agent', '10.1.0.3', agent)];
      const session = new Session(new Store(), assume);
      session.apply(objects, 'objects');
      const [told] = session.answer([question]);
      return (told as Fields)['answer'];
    };
    expect([
      reached('web:1'),
      reached('calico/node:v3.30.0'),
      reached('cilium/cilium:v1.19.0'),
      reached('cilium/cilium:v1.19.0', { ipBlockSelectsPods: true }),
      reached('calico/node:v3.30.0', { ipBlockSelectsPods: false }),
    ]).to.deep.equal([true, true, false, true, false]);
  });
});
