import { defineCheck } from '#model/check.ts';
import { aPod } from '../samples.ts';

export const hostIpc = defineCheck({
  id: 'KP-POD-003',
  name: 'host-ipc',
  title: 'Pod joins the host IPC namespace',
  severity: 'medium',
  why: 'The pod reads and writes the shared memory and the message queues of the node: a process there that shares carelessly is within its reach.',
  fix: 'Delete `hostIPC`; share an `emptyDir` with `medium: Memory` inside the pod instead.',
  refs: ['CIS:5.2.4', 'PSS:hostNamespaces', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1611'],
  subject: 'Pod',

  *evaluate({ spec }) {
    if (spec.hostIPC !== true) return;
    yield { at: 'spec.hostIPC', message: 'the pod shares memory and queues with its node', pss: 'baseline' };
  },

  examples: () => ({
    bad: [{ name: 'set', subject: aPod({ spec: { hostIPC: true } }), finds: [{ at: 'spec.hostIPC' }] }],
    good: [
      { name: 'unset is false', subject: aPod() },
      { name: 'stated false', subject: aPod({ spec: { hostIPC: false } }) },
    ],
  }),
});
