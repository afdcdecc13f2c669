import { at, nameOf, put, recordsAt, textAt, textsAt, uidOf, type Raw } from '../json.ts';
import { release } from '../remove.ts';
import { isDying, type Client } from './client.ts';

const MADE_BY_JOB = 'batch.kubernetes.io/job-name';

function hashNumber(text: string): number {
  let value = 7;
  for (const character of text) value = (value * 31 + character.charCodeAt(0)) % 64_516;
  return value;
}

/** An address out of 10.244.0.0/16 that follows from the uid, so that nothing has to be remembered. */
function addressOf(pod: Raw): string {
  const value = hashNumber(uidOf(pod));
  return `10.244.${String(Math.floor(value / 254))}.${String((value % 254) + 1)}`;
}

function containerStatuses(pod: Raw, key: string, state: Raw, ready: boolean): readonly Raw[] {
  return recordsAt(pod, 'spec', key).map((container) => ({
    name: textAt(container, 'name'),
    image: textAt(container, 'image'),
    imageID: '',
    containerID: `sandbox://${uidOf(pod)}/${textAt(container, 'name')}`,
    ready,
    started: ready,
    restartCount: 0,
    state,
    lastState: {},
  }));
}

const conditions = (now: string, done: boolean): readonly Raw[] =>
  ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => {
    const over = done && (type === 'Ready' || type === 'ContainersReady');
    return {
      type,
      status: over ? 'False' : 'True',
      lastTransitionTime: now,
      ...(over ? { reason: 'PodCompleted' } : {}),
    };
  });

function statusOf(pod: Raw, now: string, done: boolean): Raw {
  const over = { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } };
  const ip = addressOf(pod);
  const inits = containerStatuses(pod, 'initContainers', over, true);
  const hostIPs = [{ ip: '127.0.0.1' }];
  return {
    phase: done ? 'Succeeded' : 'Running',
    conditions: conditions(now, done),
    hostIP: '127.0.0.1',
    hostIPs,
    podIP: at(pod, 'spec', 'hostNetwork') === true ? '127.0.0.1' : ip,
    podIPs: [{ ip }],
    qosClass: textAt(pod, 'status', 'qosClass'),
    startTime: now,
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits }),
    containerStatuses: containerStatuses(pod, 'containers', done ? over : { running: { startedAt: now } }, !done),
  };
}

/** The Node that a pod goes to: always the same one for the same pod. */
function nodeFor(client: Client, pod: Raw): string {
  const nodes = client.list('Node');
  return nodes.length === 0 ? '' : nameOf(nodes[hashNumber(uidOf(pod)) % nodes.length] ?? {});
}

function endPod(client: Client, pod: Raw): void {
  const held = textsAt(pod, 'metadata', 'finalizers').length > 0;
  if (!held) release(client.world, client.resource('Pod'), pod);
}

function startPod(client: Client, pod: Raw): void {
  const node = textAt(pod, 'spec', 'nodeName') === '' ? nodeFor(client, pod) : '';
  if (node !== '') client.update('Pod', pod, put(pod, ['spec', 'nodeName'], node));
  else client.setStatus('Pod', pod, statusOf(pod, client.now, false));
}

/** Scheduler and kubelet: a new pod is placed, runs, and ends if it belongs to a Job; a dying one goes at once. */
export function reconcilePod(client: Client, pod: Raw): void {
  const phase = textAt(pod, 'status', 'phase');
  if (isDying(pod)) endPod(client, pod);
  else if (phase === 'Pending' && recordsAt(pod, 'status', 'conditions').length === 0) startPod(client, pod);
  else if (phase === 'Running' && textAt(pod, 'metadata', 'labels', MADE_BY_JOB) !== '')
    client.setStatus('Pod', pod, statusOf(pod, client.now, true));
}
