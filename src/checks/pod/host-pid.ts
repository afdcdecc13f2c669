import { containersOf } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import type { PodSpec } from '#model/pod.ts';
import { plainCapability } from '#facts/capabilities.ts';
import { aDeployment, aPod, confined } from '../samples.ts';

export const hostPid = defineCheck({
  id: 'KP-POD-002',
  name: 'host-pid',
  title: 'Pod joins the host process namespace',
  severity: 'high',
  why: 'The pod sees every process of the node, with its environment and its files under /proc; together with the right to trace it enters them.',
  fix: 'Delete `hostPID`; use a sidecar with `shareProcessNamespace` for debugging inside the pod.',
  refs: ['CIS:5.2.3', 'PSS:hostNamespaces', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1611', 'MITRE:T1057'],
  subject: 'Pod',

  *evaluate({ spec }) {
    if (spec.hostPID !== true) return;
    const note = maySeize(spec) ? ', and a container of it may join them' : '';
    yield { at: 'spec.hostPID', message: `the pod sees every process of its node${note}`, pss: 'baseline' };
  },

  examples: () => ({
    bad: [
      { name: 'set', subject: aPod({ spec: { hostPID: true } }), finds: [{ at: 'spec.hostPID' }] },
      {
        name: 'set in a template, and privileged',
        subject: aDeployment({ spec: { hostPID: true }, container: confined({ privileged: true }) }),
        finds: [{ at: 'spec.template.spec.hostPID' }],
        also: ['KP-POD-001'],
      },
    ],
    good: [
      { name: 'unset is false', subject: aPod() },
      { name: 'stated false', subject: aPod({ spec: { hostPID: false, shareProcessNamespace: true } }) },
    ],
  }),
});

function maySeize(spec: PodSpec): boolean {
  return containersOf(spec).some(
    ({ container: { securityContext } }) =>
      securityContext?.privileged === true ||
      (securityContext?.capabilities?.add ?? []).some((name) => plainCapability(name) === 'SYS_PTRACE'),
  );
}
