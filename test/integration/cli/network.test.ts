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
      'WORKLOAD                            LEVEL         THROUGH                                         PORTS\n' +
      'monitoring/Deployment/dashboard     internet (1)  LoadBalancer monitoring/dashboard               TCP/9090\n' +
      'monitoring/Deployment/dashboard     internet      NodePort monitoring/dashboard                   TCP/9090\n' +
      'monitoring/DaemonSet/node-exporter  node          HostNetwork monitoring/daemonset/node-exporter  TCP/9100\n' +
      '\n(1) the load balancer has no address yet: it is taken for a public one\n',
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
    args: ['reach', 'internet', 'shop/Deployment/web', '-f', 'docs/examples/shop', '-o', 'mermaid'],
    status: 0,
    stdout:
      'flowchart LR\n  n0["internet"]\n  subgraph g1["shop"]\n    n1["shop/Deployment/web"]\n  end\n  n0 -->|"all"| n1\n',
    stderr: '',
  },
  {
    args: ['reach', 'internet', 'shop/Deployment/web', '-f', 'docs/examples/shop', '-o', 'dot'],
    status: 0,
    stdout:
      'digraph network {\n  rankdir=LR;\n  node [shape=box];\n  n0 [label="internet"];\n  subgraph cluster_1 {\n    label="shop";\n    n1 [label="shop/Deployment/web"];\n  }\n  n0 -> n1 [label="all"];\n}\n',
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

  it('says that policies of a network plugin are not read', () => {
    const policy = '{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: c, namespace: shop}}';
    return withFiles({ 'cilium.yaml': policy }, async (folder) => {
      const { status, complaint } = await run(['exposed', ...SHOP, '-f', folder]);
      expect({ status, complaint }).to.deep.equal({
        status: 0,
        complaint: 'kubeposture: policies of Cilium or Calico are not read, and may say otherwise: 1\n',
      });
    });
  });
});
