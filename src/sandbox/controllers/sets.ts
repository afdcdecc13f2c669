import { at, labelsOf, nameOf, namespaceOf, numberAt, put, recordAt, recordsAt, textAt, type Raw } from '../json.ts';
import { controllerReference, generationOf, hashOf, isDying, isReady, podFrom, type Client } from './client.ts';
import { fillUp } from './replicas.ts';

const REVISION = 'controller-revision-hash';
const revisionOf = (pod: Raw): string => textAt(pod, 'metadata', 'labels', REVISION);

/** The record of a template, which rollbacks of StatefulSets and DaemonSets go back to. */
function keepRevision(client: Client, kind: string, owner: Raw, hash: string): void {
  const known = client.owned('ControllerRevision', owner);
  if (known.some((each) => labelsOf(each)[REVISION] === hash)) return;
  const latest = Math.max(0, ...known.map((each) => numberAt(each, 'revision') ?? 0));
  client.create('ControllerRevision', {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${nameOf(owner)}-${hash}`,
      namespace: namespaceOf(owner),
      labels: { ...recordAt(owner, 'spec', 'template', 'metadata', 'labels'), [REVISION]: hash },
      ownerReferences: [controllerReference(owner, client.resource(kind))],
    },
    data: { spec: { template: { ...recordAt(owner, 'spec', 'template'), $patch: 'replace' } } },
    revision: latest + 1,
  });
}

function ensureClaims(client: Client, set: Raw, pod: string): readonly Raw[] {
  return recordsAt(set, 'spec', 'volumeClaimTemplates').map((template) => {
    const name = `${nameOf(template)}-${pod}`;
    const claim = put(put(template, ['metadata', 'name'], name), ['metadata', 'namespace'], namespaceOf(set));
    const labels = recordAt(set, 'spec', 'selector', 'matchLabels');
    if (client.get('PersistentVolumeClaim', namespaceOf(set), name) === undefined)
      client.create('PersistentVolumeClaim', put(claim, ['metadata', 'labels'], labels));
    return { name: nameOf(template), persistentVolumeClaim: { claimName: name } };
  });
}

function makeMember(client: Client, set: Raw, index: number, hash: string): void {
  const name = `${nameOf(set)}-${String(index)}`;
  const template = recordAt(set, 'spec', 'template');
  const claims = ensureClaims(client, set, name);
  const volumes = [...claims, ...recordsAt(template, 'spec', 'volumes')];
  const spec = {
    hostname: name,
    subdomain: textAt(set, 'spec', 'serviceName'),
    ...(volumes.length === 0 ? {} : { volumes }),
  };
  const labels = {
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(index),
    [REVISION]: `${nameOf(set)}-${hash}`,
  };
  client.create('Pod', podFrom(template, set, client.resource('StatefulSet'), { name, labels, spec }));
}

/** StatefulSets: numbered pods with their claims; pods of an old template are replaced. */
export function reconcileStatefulSet(client: Client, set: Raw): void {
  if (isDying(set)) return;
  const hash = hashOf(recordAt(set, 'spec', 'template'));
  keepRevision(client, 'StatefulSet', set, hash);
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  const pods = client.owned('Pod', set);
  const names = new Set(pods.map(nameOf));
  for (let index = 0; index < wanted; index += 1)
    if (!names.has(`${nameOf(set)}-${String(index)}`)) makeMember(client, set, index, hash);
  const revision = `${nameOf(set)}-${hash}`;
  const manual = textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  for (const pod of pods) {
    const surplus = Number(nameOf(pod).slice(nameOf(set).length + 1)) >= wanted;
    if (surplus || (!manual && revisionOf(pod) !== revision)) client.remove('Pod', pod);
  }
  const alive = client.owned('Pod', set).filter((pod) => !isDying(pod));
  const ready = alive.filter(isReady).length;
  const updated = alive.filter((pod) => revisionOf(pod) === revision).length;
  client.setStatus('StatefulSet', set, {
    ...generationOf(set),
    replicas: alive.length,
    availableReplicas: ready,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    currentReplicas: updated,
    updatedReplicas: updated,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  });
}

/** DaemonSets: a pod on each Node. */
export function reconcileDaemonSet(client: Client, set: Raw): void {
  if (isDying(set)) return;
  const hash = hashOf(recordAt(set, 'spec', 'template'));
  keepRevision(client, 'DaemonSet', set, hash);
  const template = recordAt(set, 'spec', 'template');
  const wanted = Object.entries(recordAt(template, 'spec', 'nodeSelector'));
  const nodes = client.list('Node').filter((node) => wanted.every(([key, value]) => labelsOf(node)[key] === value));
  const labels = { [REVISION]: hash, 'pod-template-generation': '1' };
  const manual = textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  for (const pod of client.owned('Pod', set)) if (!manual && revisionOf(pod) !== hash) client.remove('Pod', pod);
  const pods = client.owned('Pod', set);
  for (const node of nodes) {
    const here = pods.filter((pod) => at(pod, 'spec', 'nodeName') === nameOf(node));
    const spec = { nodeName: nameOf(node) };
    fillUp(client, here, 1, () => podFrom(template, set, client.resource('DaemonSet'), { labels, spec }));
  }
  const alive = client.owned('Pod', set).filter((pod) => !isDying(pod));
  const ready = alive.filter(isReady).length;
  client.setStatus('DaemonSet', set, {
    currentNumberScheduled: alive.length,
    desiredNumberScheduled: nodes.length,
    numberMisscheduled: 0,
    numberReady: ready,
    ...(ready === 0 ? {} : { numberAvailable: ready }),
    updatedNumberScheduled: alive.filter((pod) => revisionOf(pod) === hash).length,
    ...generationOf(set),
  });
}

/** Jobs: pods that run and end, until enough have ended well. */
export function reconcileJob(client: Client, job: Raw): void {
  if (isDying(job) || at(job, 'spec', 'suspend') === true || textAt(job, 'status', 'completionTime') !== '') return;
  const pods = client.owned('Pod', job);
  const succeeded = pods.filter((pod) => at(pod, 'status', 'phase') === 'Succeeded').length;
  const completions = numberAt(job, 'spec', 'completions') ?? 1;
  const parallel = numberAt(job, 'spec', 'parallelism') ?? 1;
  const running = pods.filter((pod) => !isDying(pod) && at(pod, 'status', 'phase') !== 'Succeeded');
  const wanted = Math.min(parallel, Math.max(0, completions - succeeded));
  fillUp(client, running, wanted, () => podFrom(recordAt(job, 'spec', 'template'), job, client.resource('Job'), {}));
  const active = client.owned('Pod', job).length - succeeded;
  const started = textAt(job, 'status', 'startTime') || client.now;
  const done = succeeded >= completions;
  const met = (type: string): Raw => ({
    type,
    status: 'True',
    lastProbeTime: client.now,
    lastTransitionTime: client.now,
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  });
  client.setStatus('Job', job, {
    ...(done ? { conditions: [met('SuccessCriteriaMet'), met('Complete')], completionTime: client.now } : {}),
    startTime: started,
    ...(active > 0 ? { active } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ready: running.filter(isReady).length,
    terminating: 0,
    uncountedTerminatedPods: {},
  });
}
