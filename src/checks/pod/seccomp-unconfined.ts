import { contextsOf } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aPod, confined } from '../samples.ts';

export const seccompUnconfined = definePodCheck({
  id: 'KP-POD-018',
  name: 'seccomp-unconfined',
  title: 'Syscall filter switched off',
  severity: 'medium',
  why: 'Without a filter every system call of the kernel is open to the container, those included by which containers have been broken out of.',
  fix: 'Use RuntimeDefault, or a Localhost profile managed by the Security Profiles Operator.',
  refs: [
    'CIS:5.6.2',
    'PSS:seccompProfile_baseline',
    'PSS:seccompProfile_restricted',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'NSA:N22',
    'MITRE:T1611',
    'MITRE:T1562',
  ],

  *evaluate({ spec }) {
    for (const { context, at, who } of contextsOf(spec)) {
      const type = context.seccompProfile?.type;
      if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') continue;
      const note =
        'privileged' in context && context.privileged ? '; a privileged container runs unconfined whatever is set' : '';
      yield { at: `${at}.seccompProfile.type`, message: `${who} has seccomp profile ${type}${note}`, pss: 'baseline' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'of one container',
        subject: aPod({ container: confined({ seccompProfile: { type: 'Unconfined' } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.seccompProfile.type' }],
      },
      {
        name: 'of the pod, although the container overrides it',
        subject: aPod({
          container: confined({ seccompProfile: { type: 'RuntimeDefault' } }),
          spec: { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Unconfined' } } },
        }),
        finds: [{ at: 'spec.securityContext.seccompProfile.type' }],
      },
    ],
    good: [
      { name: 'the default of the runtime', subject: aPod() },
      {
        name: 'a profile of its own',
        subject: aPod({ container: confined({ seccompProfile: { type: 'Localhost', localhostProfile: 'web.json' } }) }),
      },
      { name: 'unset is another check', subject: aPod({ spec: { securityContext: { runAsNonRoot: true } } }) },
    ],
  }),
});
