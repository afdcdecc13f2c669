import { containersOf, named } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aPod } from '../samples.ts';

export const noSecurityContext = definePodCheck({
  id: 'KP-POD-026',
  name: 'no-security-context',
  title: 'No security context at all',
  severity: 'low',
  why: 'Nobody has said how far this container is to be trusted, so it runs with the widest defaults: as root where the image says so, with the default capabilities, without a syscall filter.',
  fix: 'Set `securityContext` at pod level (`runAsNonRoot: true`, `seccompProfile: {type: RuntimeDefault}`) and for each container (`allowPrivilegeEscalation: false`, `capabilities: {drop: [ALL]}`, `readOnlyRootFilesystem: true`).',
  refs: ['CIS:5.6.3', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4'],

  *evaluate({ spec }) {
    if (spec.securityContext !== undefined) return;
    for (const slot of containersOf(spec)) {
      if (slot.container.securityContext !== undefined) continue;
      const message = `neither ${named(slot)} nor its pod has a security context`;
      yield { at: `${slot.at}.securityContext`, message };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'nothing said',
        subject: aPod({ container: aContainer({ securityContext: undefined }), spec: { securityContext: undefined } }),
        finds: [{ at: 'spec.containers[0].securityContext' }],
        also: SILENT,
      },
      {
        name: 'contexts that say nothing',
        subject: aPod({
          container: aContainer({ securityContext: { capabilities: {} } }),
          spec: { securityContext: {} },
        }),
        finds: [{ at: 'spec.containers[0].securityContext' }],
        also: SILENT,
      },
      {
        name: 'the context of a container covers no other',
        subject: aPod({
          spec: { securityContext: {}, initContainers: [aContainer({ name: 'init', securityContext: {} })] },
        }),
        finds: [{ at: 'spec.initContainers[0].securityContext' }],
        also: SILENT,
      },
    ],
    good: [
      { name: 'both', subject: aPod() },
      { name: 'of the pod alone', subject: aPod({ container: aContainer({ securityContext: undefined }) }) },
      { name: 'of the container alone', subject: aPod({ spec: { securityContext: undefined } }) },
      {
        name: 'a value that no other check reads',
        subject: aPod({ spec: { securityContext: { fsGroupChangePolicy: 'OnRootMismatch' } } }),
      },
    ],
  }),
});

/** The checks of what a context should say. */
const SILENT = [
  'KP-POD-011',
  'KP-POD-012',
  'KP-POD-013',
  'KP-POD-015',
  'KP-POD-017',
  'KP-POD-019',
  'KP-POD-030',
] as const;
