import { isOfPlatform } from '#facts/acceptances.ts';
import { containersOf, contextsOf } from '#facts/containers.ts';
import { unenforcedNonRoot } from '#facts/root-user.ts';
import type { Context } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import type { PodSpec } from '#model/pod.ts';
import { isMirror } from '#model/workload.ts';
import { defineLinuxCheck } from '../pod-check.ts';
import { aContainer, aPod, aWindowsNode, confined } from '../samples.ts';

/** From this minor on user namespaces are on by default. */
const OFFERED_MINOR = 33;

export const hostUserNamespace = defineLinuxCheck({
  id: 'KP-POD-030',
  name: 'host-user-namespace',
  title: "Pod that may run as root shares the node's user ids",
  severity: 'info',
  why: 'Root in the container is then root on the node if it breaks out; in a user namespace it would be nobody there.',
  fix: 'Set `hostUsers: false` (the file systems of its volumes must support id-mapped mounts), or do not run as root.',
  refs: ['OWASP2022:K01', 'OWASP2025:K01', 'NSA:N1', 'MITRE:T1611'],
  applies: (pod, context) => context.minor >= OFFERED_MINOR && mayHaveOne(pod, context),

  *evaluate({ spec }) {
    if (spec.hostUsers === false || !mayRunAsRoot(spec)) return;
    yield { at: 'spec.hostUsers', message: 'root in the pod is root on the node' };
  },

  examples: () => ({
    bad: [
      {
        name: 'nothing stops it from running as root',
        subject: aPod({ spec: { securityContext: FILTERED } }),
        finds: [{ at: 'spec.hostUsers' }],
        also: ['KP-POD-015'],
      },
      {
        name: 'root, stated',
        subject: aPod({ container: confined({ runAsUser: 0 }) }),
        finds: [{ at: 'spec.hostUsers' }],
        also: ['KP-POD-014'],
      },
    ],
    good: [
      { name: 'not root', subject: aPod() },
      { name: 'a user namespace', subject: aPod({ spec: { securityContext: FILTERED, hostUsers: false } }) },
      { name: 'another user, although nothing enforces it', subject: aPod({ spec: { securityContext: NOBODY } }) },
      {
        name: 'the processes of the node forbid it',
        subject: aPod({ spec: { securityContext: FILTERED, hostPID: true } }),
      },
      {
        name: 'a Node that runs Windows',
        subject: aPod({ spec: { securityContext: FILTERED, nodeName: 'n1' } }),
        world: [aWindowsNode()],
      },
      {
        name: 'a block device forbids it',
        subject: aPod({
          container: aContainer({ volumeDevices: [{ name: 'disk', devicePath: '/dev/xvda' }] }),
          spec: { securityContext: FILTERED },
        }),
      },
      {
        name: 'a server that does not offer it',
        subject: aPod({ spec: { securityContext: FILTERED } }),
        context: { minor: 32 },
      },
    ],
  }),
});

const FILTERED = { seccompProfile: { type: 'RuntimeDefault' } };
const NOBODY = { ...FILTERED, runAsUser: 10001 };

/** Whether nothing forbids the pod a user namespace, and nobody knows that it cannot live in one. */
function mayHaveOne(pod: Pod, context: Context): boolean {
  const { spec } = pod;
  const isOfNode = spec.hostNetwork === true || spec.hostPID === true || spec.hostIPC === true;
  const hasDevice = containersOf(spec).some(({ container }) => (container.volumeDevices ?? []).length > 0);
  return !isOfNode && !hasDevice && !isMirror(pod) && !isOfPlatform(pod, context);
}

/** Where KP-POD-014 or KP-POD-015 fails, a user id that is set anyway aside. */
function mayRunAsRoot(spec: PodSpec): boolean {
  return (
    contextsOf(spec).some(({ context }) => context.runAsUser === 0) ||
    unenforcedNonRoot(spec).some(({ isUidSet }) => !isUidSet)
  );
}
