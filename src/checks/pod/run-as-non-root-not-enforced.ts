import { containersOf, named, rootIsConfined } from '#facts/containers.ts';
import { unenforcedNonRoot } from '#facts/root-user.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aPod, confined } from '../samples.ts';

const ADMINISTRATOR = 'containeradministrator';

export const runAsNonRootNotEnforced = definePodCheck({
  id: 'KP-POD-015',
  name: 'run-as-non-root-not-enforced',
  title: 'Nothing stops the container from running as root',
  severity: 'medium',
  why: 'Root in a container is root on the node as soon as one wall fails; `runAsNonRoot` makes the kubelet refuse an image that would run so.',
  fix: 'Set `runAsNonRoot: true` at pod level and a numeric UID (10000 or above) in the image or spec; or `hostUsers: false` on Kubernetes 1.35 or newer.',
  refs: ['CIS:5.2.7', 'CIS:5.6.3', 'PSS:runAsNonRoot', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N1', 'MITRE:T1611'],
  aspects: {
    uidSet: 'a user id above 0 is set anyway',
    windowsAdministrator: 'a Windows container runs as ContainerAdministrator',
  },

  *evaluate({ spec }, _given, { minor }) {
    for (const { at, message, isUidSet } of rootIsConfined(spec, minor) ? [] : unenforcedNonRoot(spec))
      yield { at, message, pss: 'restricted', ...(isUidSet ? { aspect: 'uidSet', severity: 'low' } : {}) };
    for (const slot of containersOf(spec)) {
      const user =
        slot.container.securityContext?.windowsOptions?.runAsUserName ??
        spec.securityContext?.windowsOptions?.runAsUserName;
      if (user?.toLowerCase() !== ADMINISTRATOR) continue;
      const at = `${slot.at}.securityContext.windowsOptions.runAsUserName`;
      yield { at, aspect: 'windowsAdministrator', message: `${named(slot)} runs as ${user}` };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'unset everywhere',
        subject: aPod({ spec: { securityContext: {} } }),
        finds: [{ at: 'spec.containers[0].securityContext.runAsNonRoot' }],
        also: ['KP-POD-019', 'KP-POD-030'],
      },
      {
        name: 'a user id alone enforces nothing',
        subject: aPod({ spec: { securityContext: { runAsUser: 10001 } } }),
        finds: [{ at: 'spec.containers[0].securityContext.runAsNonRoot', aspect: 'uidSet', severity: 'low' }],
        also: ['KP-POD-019'],
      },
      {
        name: 'a container takes it back',
        subject: aPod({ container: confined({ runAsNonRoot: false, runAsUser: 0 }) }),
        finds: [{ at: 'spec.containers[0].securityContext.runAsNonRoot' }],
        also: ['KP-POD-014', 'KP-POD-030'],
      },
      {
        name: 'false at pod level although the container overrides it',
        subject: aPod({
          container: confined({ runAsNonRoot: true }),
          spec: { securityContext: { runAsNonRoot: false } },
        }),
        finds: [{ at: 'spec.securityContext.runAsNonRoot' }],
        also: ['KP-POD-019', 'KP-POD-030'],
      },
      {
        name: 'a user namespace on a server that does not count it',
        subject: aPod({ spec: { securityContext: {}, hostUsers: false } }),
        context: { minor: 34 },
        finds: [{ at: 'spec.containers[0].securityContext.runAsNonRoot' }],
        also: ['KP-POD-019'],
      },
      {
        name: 'ContainerAdministrator',
        subject: aPod({
          container: confined({ windowsOptions: { runAsUserName: 'ContainerAdministrator' } }),
          spec: { os: { name: 'windows' } },
        }),
        finds: [
          { at: 'spec.containers[0].securityContext.windowsOptions.runAsUserName', aspect: 'windowsAdministrator' },
        ],
      },
    ],
    good: [
      { name: 'enforced at pod level', subject: aPod() },
      {
        name: 'enforced by the container',
        subject: aPod({ container: confined({ runAsNonRoot: true }), spec: { securityContext: {} } }),
      },
      {
        name: 'a user namespace',
        subject: aPod({ container: aContainer(), spec: { securityContext: {}, hostUsers: false } }),
        context: { minor: 35 },
      },
    ],
  }),
});
