import { containersOf, named } from '#facts/containers.ts';
import { defineLinuxCheck } from '../pod-check.ts';
import { aPod, aWindowsNode, confined } from '../samples.ts';

export const writableRootFilesystem = defineLinuxCheck({
  id: 'KP-POD-017',
  name: 'writable-root-filesystem',
  title: 'Root filesystem is writable',
  severity: 'medium',
  why: 'An intruder who can write the root filesystem can replace programs and leave tools behind.',
  fix: 'Set `readOnlyRootFilesystem: true`, and mount an `emptyDir` on the paths that must be written.',
  refs: ['CIS:5.6.3', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N2', 'MITRE:T1105', 'MITRE:T1543'],

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      if (slot.list === 'ephemeralContainers' || slot.container.securityContext?.readOnlyRootFilesystem === true)
        continue;
      yield {
        at: `${slot.at}.securityContext.readOnlyRootFilesystem`,
        message: `${named(slot)} can write its root filesystem`,
      };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'unset is writable',
        subject: aPod({ container: confined({ readOnlyRootFilesystem: undefined }) }),
        finds: [{ at: 'spec.containers[0].securityContext.readOnlyRootFilesystem' }],
      },
      {
        name: 'an init container',
        subject: aPod({ spec: { initContainers: [confined({ readOnlyRootFilesystem: false })] } }),
        finds: [{ at: 'spec.initContainers[0].securityContext.readOnlyRootFilesystem' }],
      },
    ],
    good: [
      { name: 'read-only', subject: aPod() },
      {
        name: 'an ephemeral container cannot do harm to stay',
        subject: aPod({ spec: { ephemeralContainers: [confined({ readOnlyRootFilesystem: undefined })] } }),
      },
      {
        name: 'Windows',
        subject: aPod({
          container: confined({ readOnlyRootFilesystem: undefined }),
          spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } },
        }),
      },
      {
        name: 'a Node that runs Windows',
        subject: aPod({ container: confined({ readOnlyRootFilesystem: false }), spec: { nodeName: 'n1' } }),
        world: [aWindowsNode()],
      },
    ],
  }),
});
