import { containersOf, named, rootIsConfined } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import { aPod, confined } from '../samples.ts';

export const procMountUnmasked = defineCheck({
  id: 'KP-POD-022',
  name: 'proc-mount-unmasked',
  title: '/proc is unmasked',
  severity: 'medium',
  why: 'The runtime hides parts of /proc that show and change the kernel of the node; unmasked they are open to the container.',
  fix: 'Remove `procMount`; if nested containers need it, keep `hostUsers: false`.',
  refs: ['PSS:procMount', 'PSS:procMount_restricted', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1611'],
  subject: 'Pod',

  *evaluate({ spec }, _given, { minor }) {
    const weight = rootIsConfined(spec, minor)
      ? ({ severity: 'low', pss: 'restricted' } as const)
      : ({ severity: 'medium', pss: 'baseline' } as const);
    for (const slot of containersOf(spec)) {
      const { procMount = 'Default' } = slot.container.securityContext ?? {};
      if (procMount === 'Default') continue;
      yield { at: `${slot.at}.securityContext.procMount`, message: `${named(slot)} has /proc ${procMount}`, ...weight };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'unmasked',
        subject: aPod({ container: confined({ procMount: 'Unmasked' }) }),
        finds: [{ at: 'spec.containers[0].securityContext.procMount' }],
      },
      {
        name: 'in a user namespace',
        subject: aPod({ container: confined({ procMount: 'Unmasked' }), spec: { hostUsers: false } }),
        finds: [{ at: 'spec.containers[0].securityContext.procMount', severity: 'low' }],
      },
      {
        name: 'in a user namespace, on a server whose rules do not count it',
        subject: aPod({ container: confined({ procMount: 'Unmasked' }), spec: { hostUsers: false } }),
        context: { minor: 34 },
        finds: [{ at: 'spec.containers[0].securityContext.procMount' }],
      },
    ],
    good: [
      { name: 'unset', subject: aPod() },
      { name: 'the default, stated', subject: aPod({ container: confined({ procMount: 'Default' }) }) },
    ],
  }),
});
