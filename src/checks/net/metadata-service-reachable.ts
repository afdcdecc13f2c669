import { isFinished } from '#model/workload.ts';
import { definePodCheck } from '../pod-check.ts';
import { metadataOfPod } from '#relations/metadata.ts';
import { aNode, aNodeOn, aPod, aPolicy, anAgent } from '../samples.ts';

const AWS = aNodeOn('aws:///eu-1/i-1');
const FLANNEL = anAgent('docker.io/flannel/flannel:v0.26.1');
const CALICO = anAgent('docker.io/calico/node:v3.30.0');

export const metadataServiceReachable = definePodCheck({
  id: 'KP-NET-005',
  name: 'metadata-service-reachable',
  title: 'Cloud metadata address is reachable from the pod',
  severity: 'medium',
  why: 'The metadata service of the cloud hands the credentials of the node to whoever asks from it: a pod that reaches it may become the node.',
  fix: 'Deny egress to the address, and give pods cloud identities of their own.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'OWASP2025:K08', 'NSA:N8', 'NSA:N16', 'MITRE:T1552.005'],
  inputs: { found: metadataOfPod },
  applies: (pod) => !isFinished(pod) && pod.nodeName !== undefined,

  *evaluate({ spec }, { found }) {
    const [state] = found;
    if (state === undefined || state.blocker !== undefined || state.open.length === 0) {
      if (state?.doubt !== undefined && state.blocker === undefined) yield { unknown: state.doubt };
      return;
    }
    const isOnHost = spec.hostNetwork === true;
    const why = isOnHost ? 'on the network of its node' : state.why;
    yield {
      at: isOnHost ? 'spec.hostNetwork' : 'metadata.labels',
      message: `the pod reaches ${state.open.join(', ')}: ${why}; whether the cloud limits hops cannot be seen`,
    };
  },

  examples: () => ({
    bad: [
      {
        name: 'no policy for what goes out',
        subject: aPod({ spec: { nodeName: 'n1' } }),
        world: [AWS, aPolicy({ policyTypes: ['Ingress'] })],
        finds: [{ at: 'metadata.labels' }],
        also: ['KP-NET-001', 'KP-NET-002'],
      },
      {
        name: 'on the network of the node',
        subject: aPod({ spec: { nodeName: 'n1', hostNetwork: true } }),
        world: [AWS],
        finds: [{ at: 'spec.hostNetwork' }],
        also: ['KP-NET-002', 'KP-POD-004'],
      },
      {
        name: 'a policy that nobody enforces',
        subject: aPod({ spec: { nodeName: 'n1' } }),
        world: [AWS, FLANNEL],
        finds: [{ at: 'metadata.labels' }],
        also: ['KP-NET-006'],
      },
    ],
    good: [
      {
        name: 'a node of no cloud',
        subject: aPod({ spec: { nodeName: 'n1' } }),
        world: [aNode({ type: 'InternalIP', address: '10.0.0.9' })],
      },
      {
        name: 'a policy that is enforced',
        subject: aPod({ spec: { nodeName: 'n1' } }),
        world: [AWS, CALICO, aPolicy()],
      },
    ],
  }),
});
