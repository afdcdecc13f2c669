import { containersOf, isWaivedForWindows, named } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aPod, confined } from '../samples.ts';

export const privilegeEscalationAllowed = definePodCheck({
  id: 'KP-POD-013',
  name: 'privilege-escalation-allowed',
  title: 'Container may gain privileges after start',
  severity: 'medium',
  why: 'Without `no_new_privs` a setuid program or file capability in the image turns any foothold into root inside the container.',
  fix: 'Set `allowPrivilegeEscalation: false`. It cannot be false together with `privileged` or CAP_SYS_ADMIN: remove those first.',
  refs: [
    'CIS:5.2.6',
    'CIS:5.6.3',
    'PSS:allowPrivilegeEscalation',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'MITRE:T1548',
    'MITRE:T1068',
  ],
  applies: (pod, context) => !isWaivedForWindows(pod, context),

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      if (slot.container.securityContext?.allowPrivilegeEscalation === false) continue;
      const at = `${slot.at}.securityContext.allowPrivilegeEscalation`;
      yield { at, message: `${named(slot)} may gain privileges after start`, pss: 'restricted' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'unset counts as allowed',
        subject: aPod({ container: confined({ allowPrivilegeEscalation: undefined }) }),
        finds: [{ at: 'spec.containers[0].securityContext.allowPrivilegeEscalation' }],
      },
      {
        name: 'stated true in an ephemeral container',
        subject: aPod({ spec: { ephemeralContainers: [confined({ allowPrivilegeEscalation: true })] } }),
        finds: [{ at: 'spec.ephemeralContainers[0].securityContext.allowPrivilegeEscalation' }],
        also: ['KP-POD-028'],
      },
    ],
    good: [
      { name: 'stated false', subject: aPod() },
      {
        name: 'Windows does not have it',
        subject: aPod({
          container: confined({ allowPrivilegeEscalation: undefined }),
          spec: { os: { name: 'windows' } },
        }),
      },
    ],
  }),
});
