import { contextsOf } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import { aPod, confined } from '../samples.ts';

/** The allowed types, each with the minor version from which it is. */
const TYPES: ReadonlyMap<string, number> = new Map([
  ['', 0],
  ['container_t', 0],
  ['container_init_t', 0],
  ['container_kvm_t', 0],
  ['container_engine_t', 31],
]);

/** The type of containers that SELinux does not confine. */
const UNCONFINED = 'spc_t';

export const selinuxOptionsCustom = defineCheck({
  id: 'KP-POD-021',
  name: 'selinux-options-custom',
  title: 'SELinux label weakened',
  severity: 'medium',
  why: 'Another user, role or type than that of containers may touch what SELinux keeps from containers.',
  fix: 'Remove user and role; keep one of the types that are meant for containers.',
  refs: ['PSS:seLinuxOptions', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1562'],
  subject: 'Pod',

  *evaluate({ spec }, _given, { minor }) {
    for (const { context, at, who } of contextsOf(spec)) {
      const { user = '', role = '', type = '' } = context.seLinuxOptions ?? {};
      const place = `${at}.seLinuxOptions`;
      if (user !== '') yield { at: `${place}.user`, message: `${who} has SELinux user ${user}`, pss: 'baseline' };
      if (role !== '') yield { at: `${place}.role`, message: `${who} has SELinux role ${role}`, pss: 'baseline' };
      if ((TYPES.get(type) ?? Infinity) <= minor) continue;
      const severity = type === UNCONFINED ? 'high' : 'medium';
      yield { at: `${place}.type`, severity, message: `${who} has SELinux type ${type}`, pss: 'baseline' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'user and role of the pod',
        subject: aPod({
          spec: {
            securityContext: { ...SAFE, seLinuxOptions: { user: 'system_u', role: 'system_r', level: 's0:c1,c2' } },
          },
        }),
        finds: [{ at: 'spec.securityContext.seLinuxOptions.user' }, { at: 'spec.securityContext.seLinuxOptions.role' }],
      },
      {
        name: 'the type that is not confined',
        subject: aPod({ container: confined({ seLinuxOptions: { type: 'spc_t' } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.seLinuxOptions.type', severity: 'high' }],
      },
      {
        name: 'a type that is allowed later',
        subject: aPod({ container: confined({ seLinuxOptions: { type: 'container_engine_t' } }) }),
        context: { minor: 30 },
        finds: [{ at: 'spec.containers[0].securityContext.seLinuxOptions.type' }],
      },
    ],
    good: [
      { name: 'unset', subject: aPod() },
      { name: 'a level alone', subject: aPod({ container: confined({ seLinuxOptions: { level: 's0:c1,c2' } }) }) },
      {
        name: 'a type for containers',
        subject: aPod({ container: confined({ seLinuxOptions: { type: 'container_engine_t' } }) }),
        context: { minor: 31 },
      },
    ],
  }),
});

const SAFE = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
