import { containersOf, isWaivedForWindows, named } from '#facts/containers.ts';
import type { Context } from '#model/check.ts';
import { isInForce, type Declaration } from '#model/declaration.ts';
import { definePodCheck } from '../pod-check.ts';
import { aPod, confined } from '../samples.ts';

/** The recommendation that kubelets filter what asks for nothing: `seccompDefault: true`. */
const BY_KUBELETS = 'CIS:4.2.14';

export const seccompNotSet = definePodCheck({
  id: 'KP-POD-019',
  name: 'seccomp-not-set',
  title: 'No syscall filter requested',
  severity: 'low',
  why: 'Where nothing is said the kubelet starts the container without a filter, unless its own configuration says otherwise. What a kubelet really runs with only its `/configz` tells, which is not asked; where all have `seccompDefault: true`, declare recommendation 4.2.14 of CIS to pass (`controlPlane.declaredControls`), and this is information only.',
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

  *evaluate({ spec }, _given, context) {
    const type = spec.securityContext?.seccompProfile?.type;
    if (type === 'RuntimeDefault' || type === 'Localhost') return;
    const declared = filterOfKubelets(context);
    for (const slot of containersOf(spec)) {
      if (slot.container.securityContext?.seccompProfile !== undefined) continue;
      const at = `${slot.at}.securityContext.seccompProfile`;
      const message = `${named(slot)} asks for no syscall filter`;
      if (declared === undefined) yield { at, message, pss: 'restricted' };
      else
        yield {
          at,
          message: `${message} and gets that of the kubelet, as is declared`,
          pss: 'restricted',
          severity: 'info',
          evidence: 'declared',
        };
    }
    if (declared?.expires !== undefined) yield { until: declared.expires };
  },

  examples: () => ({
    bad: [
      {
        name: 'nothing said',
        subject: aPod({ spec: { securityContext: { runAsNonRoot: true, runAsUser: 10001 } } }),
        finds: [{ at: 'spec.containers[0].securityContext.seccompProfile' }],
      },
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
      {
        name: 'where kubelets are declared to filter it anyway',
        subject: aPod({ spec: { securityContext: { runAsNonRoot: true } } }),
        context: { declared: new Map([[BY_KUBELETS, { status: 'pass' }]]) },
        finds: [{ at: 'spec.containers[0].securityContext.seccompProfile', severity: 'info', evidence: 'declared' }],
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

/** What is declared in force of the kubelets' own filter; undefined where it is not said to be there. */
function filterOfKubelets(context: Context): Pick<Declaration, 'expires'> | undefined {
  const declared = context.declared?.get(BY_KUBELETS);
  return declared?.status === 'pass' && isInForce(declared, context) ? declared : undefined;
}
