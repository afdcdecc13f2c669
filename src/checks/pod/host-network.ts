import { definePodCheck } from '../pod-check.ts';
import { aPod } from '../samples.ts';

export const hostNetwork = definePodCheck({
  id: 'KP-POD-004',
  name: 'host-network',
  title: 'Pod uses the node network stack',
  severity: 'high',
  why: 'The pod reaches what listens on the loopback of the node and the metadata service of the cloud as the node does, and no NetworkPolicy holds it back.',
  fix: 'Delete `hostNetwork` and publish through a Service; a CNI or metrics agent that needs it belongs into a namespace of its own.',
  refs: [
    'CIS:5.2.5',
    'PSS:hostNamespaces',
    'OWASP2022:K01',
    'OWASP2022:K07',
    'OWASP2025:K01',
    'OWASP2025:K05',
    'NSA:N4',
    'NSA:N8',
    'MITRE:T1611',
    'MITRE:T1040',
    'MITRE:T1552.005',
  ],

  *evaluate({ spec }) {
    if (spec.hostNetwork !== true) return;
    yield { at: 'spec.hostNetwork', message: 'the pod is on the network of its node', pss: 'baseline' };
  },

  examples: () => ({
    bad: [
      {
        name: 'set',
        subject: aPod({ spec: { hostNetwork: true } }),
        finds: [{ at: 'spec.hostNetwork' }],
        also: ['KP-NET-002'],
      },
    ],
    good: [
      { name: 'unset is false', subject: aPod() },
      { name: 'stated false', subject: aPod({ spec: { hostNetwork: false } }) },
    ],
  }),
});
