import { pluginOf } from '#facts/cni.ts';
import { defineCheckOfMany, judge, unlessSeen } from '#model/check.ts';
import { isFinished } from '#model/workload.ts';
import { agentsSeen, pluginsBesidePod } from '#relations/cni.ts';
import { aNode, anAgent } from '../samples.ts';

export const cniDoesNotEnforce = defineCheckOfMany({
  id: 'KP-NET-006',
  name: 'cni-does-not-enforce',
  title: 'Network policies are not enforced',
  severity: 'high',
  why: 'A NetworkPolicy is a wish: where the network plugin does not enforce it, everything is open and every report about policies is wrong.',
  fix: 'Install a network plugin that enforces policies, or turn on the policy engine of the one that runs.',
  refs: ['CIS:5.3.1', 'OWASP2022:K07', 'OWASP2025:K05', 'NSA:N8', 'MITRE:T1046'],
  evidence: 'heuristic',
  withoutSubject: unlessSeen({
    inputs: { subjects: agentsSeen },
    isSubject: (pod) => !isFinished(pod),
    unknown:
      'no network plugin is recognised by the images of its agents: whether policies are enforced cannot be told',
  }),
  judges: [
    judge({
      subject: 'Pod',
      inputs: { plugins: pluginsBesidePod },
      applies: (pod) => !isFinished(pod) && pluginOf(pod) !== undefined,
      *evaluate(pod, { plugins }) {
        const own = pluginOf(pod);
        if (own === undefined || plugins.some(({ enforces }) => enforces === true)) return;
        if (own.enforces === false)
          yield {
            at: 'spec.containers',
            message: `${own.name} does not enforce network policies, and nothing beside it does`,
          };
        else yield { unknown: `${own.name}: ${String(own.enforces)}` };
      },
    }),
  ],

  examples: () => ({
    bad: [
      {
        name: 'flannel alone',
        subject: anAgent('docker.io/flannel/flannel:v0.26.1'),
        finds: [{ at: 'spec.containers' }],
      },
    ],
    good: [
      { name: 'Calico', subject: anAgent('docker.io/calico/node:v3.30.0') },
      {
        name: 'flannel with a policy controller of k3s beside it',
        subject: anAgent('docker.io/flannel/flannel:v0.26.1'),
        world: [aNode({ type: 'InternalIP', address: '10.0.0.9' }, 'v1.36.1+k3s1')],
      },
      {
        name: 'the agent of AWS, whose switch is not seen',
        subject: anAgent('public.ecr.aws/eks/amazon/aws-network-policy-agent:v1.2.0'),
      },
      { name: 'kindnet that enforces', subject: anAgent('docker.io/kindest/kindnetd:v20250214-acbabc1a') },
    ],
  }),
});
