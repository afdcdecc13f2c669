import { containersOf, isWaivedForWindows, named } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aPod, confined } from '../samples.ts';

export const seccompNotSet = definePodCheck({
  id: 'KP-POD-019',
  name: 'seccomp-not-set',
  title: 'No syscall filter requested',
  severity: 'low',
  why: 'Where nothing is said the kubelet starts the container without a filter, unless its own configuration says otherwise. What a kubelet really runs with only its `/configz` tells, which is not asked: ConfigMap kubelet-config is what it should run with, and each node may differ.',
  fix: 'Set `seccompProfile: {type: RuntimeDefault}` at pod level.',
  refs: [
    'CIS:5.6.2',
    'CIS:5.6.3',
    'PSS:seccompProfile_restricted',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'MITRE:T1611',
  ],
  applies: (pod, context) => !isWaivedForWindows(pod, context),

  *evaluate({ spec }) {
    const type = spec.securityContext?.seccompProfile?.type;
    if (type === 'RuntimeDefault' || type === 'Localhost') return;
    for (const slot of containersOf(spec)) {
      if (slot.container.securityContext?.seccompProfile !== undefined) continue;
      const at = `${slot.at}.securityContext.seccompProfile`;
      yield { at, message: `${named(slot)} asks for no syscall filter`, pss: 'restricted' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'one of two containers',
        subject: aPod({
          container: confined({ seccompProfile: { type: 'RuntimeDefault' } }),
          spec: { securityContext: { runAsNonRoot: true }, initContainers: [confined({})] },
        }),
        finds: [{ at: 'spec.initContainers[0].securityContext.seccompProfile' }],
      },
      {
        name: 'a filter switched off at pod level is none to inherit',
        subject: aPod({ spec: { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Unconfined' } } } }),
        finds: [{ at: 'spec.containers[0].securityContext.seccompProfile' }],
        also: ['KP-POD-018'],
      },
    ],
    good: [
      { name: 'at pod level', subject: aPod() },
      {
        name: 'of the container',
        subject: aPod({
          container: confined({ seccompProfile: { type: 'RuntimeDefault' } }),
          spec: { securityContext: { runAsNonRoot: true } },
        }),
      },
      {
        name: 'Windows does not have it',
        subject: aPod({ spec: { securityContext: { runAsNonRoot: true }, os: { name: 'windows' } } }),
      },
    ],
  }),
});
