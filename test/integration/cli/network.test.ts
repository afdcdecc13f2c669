import { expect } from 'chai';
import { run, withFiles } from './program.ts';

const SHOP = ['-f', 'docs/examples/shop', '-f', 'docs/examples/default-deny.yaml'];

interface Case {
  readonly args: readonly string[];
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const cases: readonly Case[] = [
  { args: ['exposed', ...SHOP], status: 0, stdout: 'nothing is exposed\n', stderr: '' },
  {
    args: ['exposed', '-f', 'manifests/demo/monitoring.yaml'],
    status: 0,
    stdout:
      'WORKLOAD                     LEVEL         THROUGH                      PORTS\n' +
      'monitoring/Deployment/       internet (1)  LoadBalancer monitoring/     TCP/9090\n' +
      'dashboard                                  dashboard\n' +
      'monitoring/Deployment/       internet      NodePort monitoring/         TCP/9090\n' +
      'dashboard                                  dashboard\n' +
      'monitoring/DaemonSet/        node          HostNetwork monitoring/      TCP/9100\n' +
      'node-exporter                              daemonset/node-exporter\n' +
      '\n(1) the load balancer has no address yet: it is taken for a public one\n',
    stderr: '',
  },
  {
    args: ['reach', 'internet', 'monitoring/Deployment/dashboard', '-f', 'manifests/demo/monitoring.yaml'],
    status: 0,
    stdout:
      'FROM      TO                          POLICIES ADMIT  THROUGH\n' +
      'internet  monitoring/Deployment/      all             LoadBalancer monitoring/\n' +
      '          dashboard                                   dashboard TCP/9090\n' +
      'ingress: no policy has a say\n',
    stderr: '',
  },
  {
    args: ['reach', 'internet', '--port', '80', '-f', 'manifests/demo/monitoring.yaml'],
    status: 0,
    stdout:
      'FROM      TO                                  POLICIES ADMIT  THROUGH\n' +
      'internet  monitoring/DaemonSet/node-exporter  TCP/80          nothing leads in\n' +
      'internet  monitoring/Deployment/dashboard     TCP/80          nothing leads in\n' +
      'internet  monitoring/StatefulSet/prometheus   none            nothing leads in\n',
    stderr: '',
  },
  {
    args: ['reach', 'shop/deployment/web', 'internet', '--port', '443', ...SHOP],
    status: 0,
    stdout:
      'FROM                 TO        PORTS\nshop/Deployment/web  internet  none\negress: denied, no rule of NetworkPolicy shop/default-deny matches\n',
    stderr: '',
  },
  {
    args: ['reach', 'shop/Deployment/web', 'internet', '-f', 'docs/examples/shop', '-o', 'mermaid'],
    status: 0,
    stdout:
      'flowchart LR\n  subgraph g0["shop"]\n    n0["shop/Deployment/web"]\n  end\n  n1["internet"]\n  n0 -->|"all"| n1\n',
    stderr: '',
  },
  {
    args: ['reach', 'internet', '-f', 'manifests/demo/monitoring.yaml', '-o', 'dot'],
    status: 0,
    stdout:
      'digraph network {\n  rankdir=LR;\n  node [shape=box];\n  n0 [label="internet"];\n  subgraph cluster_1 {\n    label="monitoring";\n    n1 [label="monitoring/Deployment/dashboard"];\n  }\n' +
      '  n0 -> n1 [label="LoadBalancer monitoring/dashboard TCP/9090"];\n}\n',
    stderr: '',
  },
  {
    args: ['reach', 'shop/none', ...SHOP],
    status: 2,
    stdout: '',
    stderr: 'kubeposture: there is no pod shop/none\n',
  },
  {
    args: ['reach', 'nowhere', ...SHOP],
    status: 2,
    stdout: '',
    stderr:
      'kubeposture: "nowhere" is no place: say namespace/pod, namespace/Kind/name, an address, node/NAME or internet\n',
  },
  {
    args: ['reach', 'internet', '--port', 'http', ...SHOP],
    status: 2,
    stdout: '',
    stderr: 'kubeposture: --port: "http" is no port: say 443, tcp/443 or udp/53\n',
  },
  {
    args: ['exposed', '--output', 'png', ...SHOP],
    status: 2,
    stdout: '',
    stderr: 'kubeposture: --output: "png" is not one of table, json, mermaid, dot\n',
  },
];

describe('[integration] reach and exposed', () => {
  for (const { args, ...expected } of cases) {
    it(args.join(' '), async () => {
      const { status, output, complaint } = await run(args);
      expect({ status, stdout: output, stderr: complaint }).to.deep.equal(expected);
    });
  }

  it('says which policies of network plugins are not read', () => {
    const of = (apiVersion: string, kind: string, name: string): string =>
      `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}, namespace: shop}}\n`;
    const policies = [
      ...['a', 'b', 'c', 'd'].map((name) => of('cilium.io/v2', 'CiliumNetworkPolicy', name)),
      of('projectcalico.org/v3', 'NetworkPolicy', 'e'),
      of('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', 'f'),
    ];
    return withFiles({ 'policies.yaml': policies.join('---\n') }, async (folder) => {
      const { status, complaint } = await run(['exposed', ...SHOP, '-f', folder]);
      expect({ status, complaint }).to.deep.equal({
        status: 0,
        complaint:
          'kubeposture: policies of Cilium or Calico are not read, and may say otherwise: CalicoGlobalNetworkPolicy f, CalicoNetworkPolicy shop/e, ' +
          'CiliumNetworkPolicy shop/a, CiliumNetworkPolicy shop/b, CiliumNetworkPolicy shop/c, 1 more\n',
      });
    });
  });

  it('tables fit 80 columns, and show long names to their ends', () => {
    const [space, name] = ['s'.repeat(63), 'a-service-of-a-very-long-name-as-charts-make-them-with-suffixes'];
    const metadata = `{name: ${name}, namespace: ${space}, labels: {app: web}}`;
    const files = {
      'pod.yaml': `{apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: {containers: [{name: c}]}}`,
      'service.yaml': `{apiVersion: v1, kind: Service, metadata: ${metadata}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}}`,
    };
    return withFiles(files, async (folder) => {
      for (const words of [['exposed'], ['reach', 'internet'], ['reach', `${space}/${name}`]]) {
        const { output } = await run([...words, '-f', folder]);
        const lines = output.split('\n');
        expect(Math.max(...lines.map((line) => line.length)), words.join(' ')).to.be.at.most(80);
        expect(output.replaceAll(/\s/g, ''), words.join(' ')).to.include('suffixes');
      }
    });
  });
});
