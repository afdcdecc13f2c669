import { defineCheck } from '#model/check.ts';
import { aPod } from '../samples.ts';

/** The safe ones, each with the minor version from which it is. */
const SAFE: ReadonlyMap<string, number> = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
  ['net.ipv4.tcp_slow_start_after_idle', 37],
  ['net.ipv4.tcp_notsent_lowat', 37],
]);

export const unsafeSysctl = defineCheck({
  id: 'KP-POD-023',
  name: 'unsafe-sysctl',
  title: 'Sysctl outside the safe list',
  severity: 'medium',
  why: 'A kernel parameter that is not known to stay inside the pod can starve or disturb its neighbours on the node.',
  fix: 'Remove the sysctl, or set it on the node through its own configuration.',
  refs: ['PSS:sysctls', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1499'],
  subject: 'Pod',

  *evaluate({ spec }, _given, { minor }) {
    for (const [index, { name }] of (spec.securityContext?.sysctls ?? []).entries()) {
      if ((SAFE.get(name) ?? Infinity) <= minor) continue;
      const at = `spec.securityContext.sysctls[${String(index)}].name`;
      yield { at, message: `the pod sets ${name}, which is not on the safe list`, pss: 'baseline' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'one that is not on the list',
        subject: withSysctls('net.ipv4.tcp_syncookies', 'kernel.msgmax'),
        finds: [{ at: 'spec.securityContext.sysctls[1].name' }],
      },
      {
        name: 'one that is on the list later',
        subject: withSysctls('net.ipv4.tcp_rmem'),
        context: { minor: 31 },
        finds: [{ at: 'spec.securityContext.sysctls[0].name' }],
      },
    ],
    good: [
      { name: 'none', subject: aPod() },
      { name: 'safe ones', subject: withSysctls('kernel.shm_rmid_forced', 'net.ipv4.tcp_notsent_lowat') },
      { name: 'from the minor on', subject: withSysctls('net.ipv4.tcp_rmem'), context: { minor: 32 } },
    ],
  }),
});

function withSysctls(...names: readonly string[]): ReturnType<typeof aPod> {
  const sysctls = names.map((name) => ({ name, value: '1' }));
  return aPod({
    spec: { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, sysctls } },
  });
}
