import { assumptionOf, type Way } from '#analysis/exposure/ways.ts';
import { subjectText } from '#model/ref.ts';
import { listed } from '#model/text.ts';
import { isFinished } from '#model/workload.ts';
import { exposureOfPod } from '#relations/exposure.ts';
import { definePodCheck } from '../pod-check.ts';
import { aDeployment, aNode, aPod, aService, anIngress } from '../samples.ts';

const WIDTH = {
  internet: 'the internet',
  vpc: 'the private network around the cluster',
  node: 'the network of the nodes',
};
const WAYS_AT_MOST = 3;

export const internetExposedWorkload = definePodCheck({
  id: 'KP-NET-014',
  name: 'internet-exposed-workload',
  title: 'Workload is reachable from outside the cluster',
  severity: 'info',
  why: 'What can be reached from outside is attacked first: its other findings weigh more than those of a workload that cannot.',
  fix: 'Confirm that it is meant to be reachable, or remove the Service, route or host port that opens the way.',
  refs: ['OWASP2022:K07', 'OWASP2025:K06', 'NSA:N8', 'MITRE:T1190'],
  aspects: {
    internet: 'from the internet',
    vpc: 'from the private network around the cluster',
    node: 'from the network of the nodes',
  },
  inputs: { exposure: exposureOfPod },
  applies: (pod) => !isFinished(pod),

  *evaluate(_pod, { exposure: [exposure] }) {
    if (exposure?.level === undefined) return;
    const ways = exposure.ways.filter(({ level }) => level === exposure.level);
    const assumed = assumptionOf(ways);
    yield {
      at: 'metadata.labels',
      aspect: exposure.level,
      message: `reachable from ${WIDTH[exposure.level]} through ${listed(ways.map(wayText), WAYS_AT_MOST)}${assumed === undefined ? '' : ` (assumed: ${assumed})`}`,
      because: ways.map(({ ref }) => ref),
      ...(assumed === undefined ? {} : { evidence: 'heuristic' }),
    };
  },

  examples: () => ({
    bad: [
      {
        name: 'a load balancer',
        subject: aPod(),
        world: [aService({ type: 'LoadBalancer' })],
        finds: [{ at: 'metadata.labels', aspect: 'internet', evidence: 'heuristic' }],
        also: ['KP-NET-007', 'KP-NET-008'],
      },
      {
        name: 'an internal load balancer',
        subject: aDeployment(),
        world: [
          {
            ...aService({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
            status: { loadBalancer: { ingress: [{ ip: '10.9.9.9' }] } },
          },
        ],
        finds: [{ at: 'spec.template.metadata.labels', aspect: 'vpc' }],
        also: ['KP-NET-008'],
      },
      {
        name: 'a port of private nodes',
        subject: aPod(),
        world: [aService({ type: 'NodePort' }), aNode({ type: 'InternalIP', address: '10.0.0.9' })],
        finds: [{ at: 'metadata.labels', aspect: 'node' }],
        also: ['KP-NET-007'],
      },
      {
        name: 'an Ingress, whose controller is not known',
        subject: aPod(),
        world: [aService(), anIngress()],
        finds: [{ at: 'metadata.labels', aspect: 'internet', evidence: 'heuristic' }],
      },
    ],
    good: [
      { name: 'a ClusterIP Service', subject: aPod(), world: [aService()] },
      {
        name: 'a Service for others',
        subject: aPod(),
        world: [aService({ type: 'LoadBalancer', selector: { app: 'db' } })],
      },
      {
        name: 'a port of the loopback of the node',
        subject: aPod({
          container: { name: 'app', image: 'x', ports: [{ containerPort: 80, hostPort: 80, hostIP: '127.0.0.1' }] },
        }),
      },
    ],
  }),
});

function wayText({ kind, ref, ports }: Way): string {
  const open = ports.slice(0, WAYS_AT_MOST).map(({ protocol, port }) => `${protocol}/${String(port)}`);
  return `${kind} ${subjectText(ref)} to ${open.join(', ')}`;
}
