import { contextsOf } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import { aPod, confined } from '../samples.ts';

export const windowsHostProcess = defineCheck({
  id: 'KP-POD-005',
  name: 'windows-host-process',
  title: 'Windows HostProcess container',
  severity: 'high',
  why: 'A HostProcess container is a process of the Windows node with its user, its disks and its network: there is no container to break out of.',
  fix: 'Unset `hostProcess`; keep HostProcess for node-management images in a namespace reserved for them.',
  refs: ['CIS:5.2.10', 'PSS:windowsHostProcess', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1611'],
  subject: 'Pod',

  *evaluate({ spec }) {
    for (const { context, at, who } of contextsOf(spec)) {
      if (context.windowsOptions?.hostProcess !== true) continue;
      const message = `${who} asks for a process of the node`;
      yield { at: `${at}.windowsOptions.hostProcess`, message, pss: 'baseline' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'of one container',
        subject: aPod({ container: confined({ windowsOptions: { hostProcess: true } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.windowsOptions.hostProcess' }],
      },
      {
        name: 'of the pod, although the container says otherwise',
        subject: aPod({
          container: confined({ runAsNonRoot: true, windowsOptions: { hostProcess: false } }),
          spec: {
            securityContext: { seccompProfile: { type: 'RuntimeDefault' }, windowsOptions: { hostProcess: true } },
          },
        }),
        finds: [{ at: 'spec.securityContext.windowsOptions.hostProcess' }],
      },
    ],
    good: [
      { name: 'unset is false', subject: aPod() },
      {
        name: 'another Windows option',
        subject: aPod({ container: confined({ windowsOptions: { runAsUserName: 'ContainerUser' } }) }),
      },
    ],
  }),
});
