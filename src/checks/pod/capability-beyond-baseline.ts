import { containersOf, named } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aPod, confined } from '../samples.ts';

const BASELINE: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const capabilityBeyondBaseline = definePodCheck({
  id: 'KP-POD-010',
  name: 'capability-beyond-baseline',
  title: 'Container adds a capability outside the PSS baseline set',
  severity: 'medium',
  why: 'What is outside the set that runtimes give anyway is power over more than the container: its network, the clock, the kernel.',
  fix: 'Drop the addition, or restructure the container so that it is not needed; names are written in upper case and without `CAP_`.',
  refs: [
    'CIS:5.2.8',
    'CIS:5.2.9',
    'PSS:capabilities_baseline',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'MITRE:T1611',
    'MITRE:T1040',
  ],

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      const added = (slot.container.securityContext?.capabilities?.add ?? []).filter((name) => !BASELINE.has(name));
      if (added.length === 0) continue;
      const message = `${named(slot)} adds ${added.join(', ')}, outside the baseline set`;
      yield { at: `${slot.at}.securityContext.capabilities.add`, message, pss: 'baseline' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'NET_RAW is outside',
        subject: aPod({ container: adding('CHOWN', 'NET_RAW') }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add' }],
        also: ['KP-POD-011', 'KP-POD-012'],
      },
      {
        name: 'a spelling that admission does not know',
        subject: aPod({ container: adding('CAP_CHOWN') }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add' }],
        also: ['KP-POD-011'],
      },
      {
        name: 'Windows is not exempt',
        subject: aPod({ container: adding('SYS_TIME'), spec: { os: { name: 'windows' } } }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add' }],
      },
    ],
    good: [
      { name: 'nothing added', subject: aPod() },
      { name: 'inside', subject: aPod({ container: adding('CHOWN', 'NET_BIND_SERVICE') }) },
    ],
  }),
});

function adding(...add: readonly string[]): Readonly<Record<string, unknown>> {
  return confined({ capabilities: { drop: ['ALL'], add } });
}
