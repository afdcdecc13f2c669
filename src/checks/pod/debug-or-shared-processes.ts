import { DANGEROUS, plainCapability } from '#facts/capabilities.ts';
import { containersOf, named, type ContainerSlot } from '#facts/containers.ts';
import type { Context, Examples, Word } from '#model/check.ts';
import { momentText } from '#model/moment.ts';
import type { Pod } from '#model/objects.ts';
import { isTemplate } from '#model/workload.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aDeployment, ago, aPod, confined } from '../samples.ts';

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
    ephemeralStale: 'an ephemeral container has run for longer than the parameter debugMaxAge',
    sharedPid: 'two or more containers share one process namespace',
  },

  *evaluate(pod, _given, context) {
    if (!isTemplate(pod)) yield* ephemeral(pod, context);
    const running = containersOf(pod.spec).filter(staysUp).length;
    if (pod.spec.shareProcessNamespace !== true || running < 2) return;
    const message = `the ${String(running)} containers of the pod see the processes of one another`;
    yield { at: 'spec.shareProcessNamespace', aspect: 'sharedPid', severity: 'low', message };
  },

  examples,
});

function* ephemeral(pod: Pod, context: Context): Iterable<Word> {
  for (const slot of containersOf(pod.spec)) {
    if (slot.list !== 'ephemeralContainers') continue;
    yield { at: slot.at, aspect: 'ephemeral', severity: 'info', message: `${named(slot)} was added to debug the pod` };
    yield* stale(slot, pod, context);
    const { privileged, capabilities } = slot.container.securityContext ?? {};
    if (privileged !== true && !(capabilities?.add ?? []).some((name) => DANGEROUS.has(plainCapability(name))))
      continue;
    const message = `${named(slot)} was added to debug the pod, and can break out of it`;
    yield { at: `${slot.at}.securityContext`, aspect: 'ephemeralPrivileged', message };
  }
}

/** Who does not say when it was started does not run, or is in a file: nothing is known of its age. */
function* stale(slot: ContainerSlot, { status }: Pod, { now, parameters }: Context): Iterable<Word> {
  const own = status?.ephemeralContainerStatuses?.find(({ name }) => name === slot.container.name);
  const started = own?.state?.running?.startedAt;
  if (started === undefined || now === undefined) return;
  const until = started + parameters.debugMaxAge;
  if (now() < until) yield { until };
  else {
    const since = momentText(started);
    yield {
      at: slot.at,
      aspect: 'ephemeralStale',
      message: `${named(slot)} was added to debug the pod, and runs since ${since}`,
    };
  }
}

/** Neither an init container that runs to its end nor one for debugging. */
function staysUp({ list, container }: ContainerSlot): boolean {
  return list === 'containers' || (list === 'initContainers' && container.restartPolicy === 'Always');
}

const DAY = 24 * 3600;

function debugging(container: object): ReturnType<typeof aPod> {
  return aPod({ spec: { ephemeralContainers: [container] } });
}

function debuggedSince(startedAt: string): ReturnType<typeof aPod> {
  const ephemeralContainerStatuses = [{ name: 'debug', state: { running: { startedAt } } }];
  return { ...debugging({ ...aContainer(), name: 'debug' }), status: { phase: 'Running', ephemeralContainerStatuses } };
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
        name: 'a debug container that has run for a day',
        subject: debuggedSince(ago(DAY)),
        finds: [
          { at: 'spec.ephemeralContainers[0]', aspect: 'ephemeral', severity: 'info' },
          { at: 'spec.ephemeralContainers[0]', aspect: 'ephemeralStale' },
        ],
      },
      {
        name: 'a debug container that has not',
        subject: debuggedSince(ago(DAY - 1)),
        finds: [{ at: 'spec.ephemeralContainers[0]', aspect: 'ephemeral', severity: 'info' }],
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
