import { containersOf, named } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aDeployment, aPod, aContainer, confined } from '../samples.ts';

export const privilegedContainer = definePodCheck({
  id: 'KP-POD-001',
  name: 'privileged-container',
  title: 'Container runs privileged',
  severity: 'high',
  why: 'A privileged container has every capability, every device and no seccomp, AppArmor or SELinux confinement: whoever takes it over has the node.',
  fix: 'Remove `privileged`; grant the one capability, device or mount that is really needed; move true node agents to a namespace reserved for them.',
  refs: [
    'CIS:5.2.2',
    'CIS:5.6.3',
    'PSS:privileged',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'NSA:N6',
    'MITRE:T1611',
    'MITRE:T1610',
  ],

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      if (slot.container.securityContext?.privileged !== true) continue;
      yield { at: `${slot.at}.securityContext.privileged`, message: `${named(slot)} runs privileged`, pss: 'baseline' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'a privileged container',
        subject: aPod({ container: confined({ privileged: true }) }),
        finds: [{ at: 'spec.containers[0].securityContext.privileged' }],
      },
      {
        name: 'a privileged init container in a template',
        subject: aDeployment({ spec: { initContainers: [confined({ privileged: true })] } }),
        finds: [{ at: 'spec.template.spec.initContainers[0].securityContext.privileged' }],
      },
      {
        name: 'a user namespace gives no relief',
        subject: aPod({ container: confined({ privileged: true }), spec: { hostUsers: false } }),
        finds: [{ at: 'spec.containers[0].securityContext.privileged' }],
      },
    ],
    good: [
      { name: 'unset is false', subject: aPod({ container: aContainer() }) },
      { name: 'stated false', subject: aPod({ container: confined({ privileged: false }) }) },
    ],
  }),
});
