import { appArmorAnnotations } from '#facts/apparmor.ts';
import { contextsOf } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import { aDeployment, aPod, confined } from '../samples.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const apparmorDisabled = defineCheck({
  id: 'KP-POD-020',
  name: 'apparmor-disabled',
  title: 'AppArmor profile overridden to unconfined',
  severity: 'medium',
  why: 'On nodes with AppArmor the profile of the runtime keeps a container from mounting and from writing to /proc and /sys; this switches it off.',
  fix: 'Remove the override, or load a tailored Localhost profile.',
  refs: ['PSS:appArmorProfile', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1562'],
  subject: 'Pod',

  *evaluate({ metadata, spec }) {
    const annotated = new Set<string>();
    for (const { key, container, profile } of appArmorAnnotations(metadata.annotations)) {
      if (isConfining(profile)) continue;
      annotated.add(container);
      const message = `container ${container} has AppArmor profile ${profile}`;
      yield { at: `metadata.annotations['${key}']`, message, pss: 'baseline' };
    }
    for (const { context, at, who, container } of contextsOf(spec)) {
      const type = context.appArmorProfile?.type;
      if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') continue;
      // The server copies the annotation of a container into its field: that is one thing said once.
      if (container !== undefined && annotated.has(container)) continue;
      yield { at: `${at}.appArmorProfile.type`, message: `${who} has AppArmor profile ${type}`, pss: 'baseline' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'of one container',
        subject: aPod({ container: confined({ appArmorProfile: { type: 'Unconfined' } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.appArmorProfile.type' }],
      },
      {
        name: 'by the annotation of old',
        subject: aDeployment({ metadata: { annotations: { [`${ANNOTATION}app`]: 'unconfined' } } }),
        finds: [{ at: `spec.template.metadata.annotations['${ANNOTATION}app']` }],
      },
      {
        name: 'by an annotation that the server has copied into the field',
        subject: aPod({
          metadata: { annotations: { [`${ANNOTATION}app`]: 'unconfined' } },
          container: confined({ appArmorProfile: { type: 'Unconfined' } }),
        }),
        finds: [{ at: `metadata.annotations['${ANNOTATION}app']` }],
      },
    ],
    good: [
      { name: 'unset is the default of the runtime', subject: aPod() },
      { name: 'stated', subject: aPod({ container: confined({ appArmorProfile: { type: 'RuntimeDefault' } }) }) },
      {
        name: 'a profile of its own, by annotation',
        subject: aPod({ metadata: { annotations: { [`${ANNOTATION}app`]: 'localhost/web', [`${ANNOTATION}b`]: '' } } }),
      },
    ],
  }),
});

function isConfining(profile: string): boolean {
  return profile === 'runtime/default' || profile.startsWith('localhost/');
}
