import { hasNodePorts, typeOf } from '#facts/service.ts';
import { defineCheck } from '#model/check.ts';
import { nodesOfService } from '#relations/services.ts';
import { aNode, aService } from '../samples.ts';

const WHO = {
  internet: 'a node has a public address',
  vpc: 'no node has a public address',
  node: 'no node has a public address',
};

export const nodeportService = defineCheck({
  id: 'KP-NET-007',
  name: 'nodeport-service',
  title: 'Service opens a port on every node',
  severity: 'medium',
  why: 'A node port is open on each node, past every Ingress and its authentication; where nodes have public addresses it is open to the internet.',
  fix: 'Use a ClusterIP Service behind an Ingress or a Gateway, and close node ports in a firewall.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'OWASP2025:K06', 'NSA:N8', 'MITRE:T1133', 'MITRE:T1190'],
  aspects: { implicit: 'the node ports come with a load balancer' },
  subject: 'Service',
  inputs: { nodes: nodesOfService },

  *evaluate(service, { nodes: [nodes] }) {
    if (!hasNodePorts(service)) return;
    const isImplicit = typeOf(service) === 'LoadBalancer';
    const local = service.spec?.externalTrafficPolicy === 'Local' ? '; only nodes with a pod of it answer' : '';
    yield {
      at: 'spec.type',
      ...(isImplicit ? { aspect: 'implicit' } : {}),
      severity: !isImplicit && (nodes === undefined || nodes.level === 'internet') ? 'medium' : 'low',
      message: `the Service opens a port on every node: ${nodes === undefined ? 'no node is known' : WHO[nodes.level]}${local}`,
    };
  },

  examples: () => ({
    bad: [
      {
        name: 'no node is known',
        subject: aService({ type: 'NodePort' }),
        finds: [{ at: 'spec.type' }],
        also: ['KP-NET-014'],
      },
      {
        name: 'a node with a public address',
        subject: aService({ type: 'NodePort' }),
        world: [aNode({ type: 'ExternalIP', address: '203.0.113.9' })],
        finds: [{ at: 'spec.type' }],
        also: ['KP-NET-014'],
      },
      {
        name: 'private nodes',
        subject: aService({ type: 'NodePort', externalTrafficPolicy: 'Local' }),
        world: [aNode({ type: 'InternalIP', address: '10.0.0.9' })],
        finds: [{ at: 'spec.type', severity: 'low' }],
        also: ['KP-NET-014'],
      },
      {
        name: 'a load balancer brings them along',
        subject: aService({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] }),
        finds: [{ at: 'spec.type', aspect: 'implicit', severity: 'low' }],
        also: ['KP-NET-014'],
      },
    ],
    good: [
      { name: 'ClusterIP', subject: aService() },
      {
        name: 'a load balancer without',
        subject: aService({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
      },
    ],
  }),
});
