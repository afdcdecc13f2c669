import { DANGEROUS, plainCapability } from '#facts/capabilities.ts';
import { containersOf, named, type ContainerSlot } from '#facts/containers.ts';
import type { Examples, Problem } from '#model/check.ts';
import type { PodSpec } from '#model/pod.ts';
import { isTemplate } from '#model/workload.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aDeployment, aPod, confined } from '../samples.ts';

export const debugOrSharedProcesses = definePodCheck({
  id: 'KP-POD-028',
  name: 'debug-or-shared-processes',
  title: 'Debug container left behind or processes shared',
  severity: 'medium',
  why: 'A debug container brings shells and tools into a pod that was built without them, and stays until the pod ends; containers that share processes can read the memory and files of one another.',
  fix: 'Restart the pod: an ephemeral container cannot be taken out of it. Share processes only while debugging.',
  refs: ['OWASP2022:K01', 'OWASP2025:K01', 'NSA:N6', 'MITRE:T1609'],
  aspects: {
    ephemeral: 'the pod has an ephemeral container',
    ephemeralPrivileged: 'an ephemeral container is privileged or adds a capability that breaks isolation',
    sharedPid: 'two or more containers share one process namespace',
  },

  *evaluate(pod) {
    if (!isTemplate(pod)) yield* ephemeral(pod.spec);
    const running = containersOf(pod.spec).filter(staysUp).length;
    if (pod.spec.shareProcessNamespace !== true || running < 2) return;
    const message = `the ${String(running)} containers of the pod see the processes of one another`;
    yield { at: 'spec.shareProcessNamespace', aspect: 'sharedPid', severity: 'low', message };
  },

  examples,
});

function* ephemeral(spec: PodSpec): Iterable<Problem> {
  for (const slot of containersOf(spec)) {
    if (slot.list !== 'ephemeralContainers') continue;
    yield { at: slot.at, aspect: 'ephemeral', severity: 'info', message: `${named(slot)} was added to debug the pod` };
    const { privileged, capabilities } = slot.container.securityContext ?? {};
    if (privileged !== true && !(capabilities?.add ?? []).some((name) => DANGEROUS.has(plainCapability(name))))
      continue;
    const message = `${named(slot)} was added to debug the pod, and can break out of it`;
    yield { at: `${slot.at}.securityContext`, aspect: 'ephemeralPrivileged', message };
  }
}

/** Neither an init container that runs to its end nor one for debugging. */
function staysUp({ list, container }: ContainerSlot): boolean {
  return list === 'containers' || (list === 'initContainers' && container.restartPolicy === 'Always');
}

function debugging(container: object): ReturnType<typeof aPod> {
  return aPod({ spec: { ephemeralContainers: [container] } });
}

function examples(): Examples {
  const two = { containers: [aContainer(), aContainer({ name: 'helper' })] };
  return {
    bad: [
      {
        name: 'a privileged debug container',
        subject: debugging({ ...confined({ privileged: true }), name: 'debug' }),
        finds: [
          { at: 'spec.ephemeralContainers[0]', aspect: 'ephemeral', severity: 'info' },
          { at: 'spec.ephemeralContainers[0].securityContext', aspect: 'ephemeralPrivileged' },
        ],
        also: ['KP-POD-001'],
      },
      {
        name: 'a debug container that may trace processes',
        subject: debugging({ ...confined({ capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } }), name: 'debug' }),
        finds: [
          { at: 'spec.ephemeralContainers[0]', aspect: 'ephemeral', severity: 'info' },
          { at: 'spec.ephemeralContainers[0].securityContext', aspect: 'ephemeralPrivileged' },
        ],
        also: ['KP-POD-009', 'KP-POD-010', 'KP-POD-011'],
      },
      {
        name: 'shared processes',
        subject: aDeployment({ spec: { ...two, shareProcessNamespace: true } }),
        finds: [{ at: 'spec.template.spec.shareProcessNamespace', aspect: 'sharedPid', severity: 'low' }],
      },
    ],
    good: [
      { name: 'one container has nobody to share with', subject: aPod({ spec: { shareProcessNamespace: true } }) },
      { name: 'two that do not share', subject: aPod({ spec: two }) },
    ],
  };
}
