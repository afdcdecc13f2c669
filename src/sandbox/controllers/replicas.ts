import { at, labelsOf, nameOf, namespaceOf, numberAt, put, recordAt, recordsAt, textAt, type Raw } from '../json.ts';
import {
  condition,
  controllerReference,
  generationOf,
  hashOf,
  isDying,
  isReady,
  podFrom,
  type Client,
} from './client.ts';

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

/** Pods that a controller has to make, or to take away when it has too many: the not ready ones first. */
export function fillUp(client: Client, pods: readonly Raw[], wanted: number, make: () => Raw): void {
  const alive = pods.filter((pod) => !isDying(pod));
  for (let missing = wanted - alive.length; missing > 0; missing -= 1) client.create('Pod', make());
  const order = alive.toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)));
  for (const pod of order.slice(0, Math.max(0, alive.length - wanted))) client.remove('Pod', pod);
}

/** ReplicaSets and ReplicationControllers. */
export function reconcileReplicas(client: Client, set: Raw): void {
  if (isDying(set)) return;
  const kind = textAt(set, 'kind');
  const template = recordAt(set, 'spec', 'template');
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  const ended = new Set(['Succeeded', 'Failed']);
  const pods = client.owned('Pod', set).filter((pod) => !ended.has(textAt(pod, 'status', 'phase')));
  fillUp(client, pods, wanted, () => podFrom(template, set, client.resource(kind), {}));
  const now = client.owned('Pod', set).filter((pod) => !isDying(pod));
  const ready = now.filter(isReady).length;
  client.setStatus(kind, set, {
    replicas: now.length,
    ...(now.length === 0 ? {} : { fullyLabeledReplicas: now.length }),
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    ...generationOf(set),
  });
}

const replicasOf = (set: Raw): number => numberAt(set, 'spec', 'replicas') ?? 0;
const statusOf = (set: Raw, key: string): number => numberAt(set, 'status', key) ?? 0;
const total = (sets: readonly Raw[], key: string): number => sets.reduce((sum, set) => sum + statusOf(set, key), 0);
const revisionOf = (object: Raw): number => Number(textAt(object, 'metadata', 'annotations', REVISION) || '0');

function newSet(client: Client, deployment: Raw, hash: string, revision: number): Raw {
  const template = recordAt(deployment, 'spec', 'template');
  const labels = { ...recordAt(template, 'metadata', 'labels'), [HASH]: hash };
  const selector = recordAt(deployment, 'spec', 'selector');
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [controllerReference(deployment, client.resource('Deployment'))],
    },
    spec: {
      replicas: replicasOf(deployment),
      selector: { ...selector, matchLabels: { ...recordAt(selector, 'matchLabels'), [HASH]: hash } },
      template: put(template, ['metadata', 'labels'], labels),
    },
  };
}

function deploymentStatus(deployment: Raw, current: Raw | undefined, sets: readonly Raw[], now: string): Raw {
  const wanted = replicasOf(deployment);
  const available = total(sets, 'availableReplicas');
  const old = recordsAt(deployment, 'status', 'conditions');
  const enough = available >= wanted;
  const updated = current === undefined ? 0 : statusOf(current, 'replicas');
  const rolled = enough && updated >= wanted && total(sets, 'replicas') === updated;
  const name = current === undefined ? '' : nameOf(current);
  const conditions = [
    condition(
      old,
      enough
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
      now,
    ),
    condition(
      old,
      rolled
        ? {
            type: 'Progressing',
            status: 'True',
            reason: 'NewReplicaSetAvailable',
            message: `ReplicaSet "${name}" has successfully progressed.`,
          }
        : {
            type: 'Progressing',
            status: 'True',
            reason: 'ReplicaSetUpdated',
            message: `ReplicaSet "${name}" is progressing.`,
          },
      now,
    ),
  ];
  const counts = {
    replicas: total(sets, 'replicas'),
    updatedReplicas: updated,
    readyReplicas: total(sets, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return { ...generationOf(deployment), ...shown, conditions };
}

function ensureCurrent(client: Client, deployment: Raw, sets: readonly Raw[]): void {
  const hash = hashOf(recordAt(deployment, 'spec', 'template'));
  const current = sets.find((set) => labelsOf(set)[HASH] === hash);
  const latest = Math.max(0, ...sets.map(revisionOf));
  if (current === undefined) client.create('ReplicaSet', newSet(client, deployment, hash, latest + 1));
  else {
    const revision = revisionOf(current) === latest ? latest : latest + 1;
    const marked = put(current, ['metadata', 'annotations', REVISION], String(revision));
    client.update('ReplicaSet', current, put(marked, ['spec', 'replicas'], replicasOf(deployment)));
  }
}

/** Takes over the revision of its ReplicaSet and says how far it is. */
function report(client: Client, deployment: Raw, current: Raw | undefined): void {
  const revision = current === undefined ? '1' : textAt(current, 'metadata', 'annotations', REVISION);
  const noted = put(deployment, ['metadata', 'annotations', REVISION], revision);
  const sets = client.owned('ReplicaSet', deployment);
  client.setStatus('Deployment', noted, deploymentStatus(deployment, current, sets, client.now));
}

/** Deployments: one ReplicaSet for each template; the old ones shrink once the new one is ready. */
export function reconcileDeployment(client: Client, deployment: Raw): void {
  if (isDying(deployment) || at(deployment, 'spec', 'paused') === true) return;
  ensureCurrent(client, deployment, client.owned('ReplicaSet', deployment));
  const sets = client.owned('ReplicaSet', deployment);
  const hash = hashOf(recordAt(deployment, 'spec', 'template'));
  const current = sets.find((set) => labelsOf(set)[HASH] === hash);
  const old = sets.filter((set) => set !== current);
  const ready = current !== undefined && statusOf(current, 'readyReplicas') >= replicasOf(deployment);
  const recreate = textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate';
  const done = ready || recreate ? old.filter((set) => replicasOf(set) > 0) : [];
  for (const set of done) client.update('ReplicaSet', set, put(set, ['spec', 'replicas'], 0));
  forgetOld(client, deployment, old);
  report(client, deployment, current);
}

function forgetOld(client: Client, deployment: Raw, old: readonly Raw[]): void {
  const limit = numberAt(deployment, 'spec', 'revisionHistoryLimit') ?? 10;
  const empty = old.filter((set) => replicasOf(set) === 0 && statusOf(set, 'replicas') === 0);
  const order = empty.toSorted((a, b) => revisionOf(b) - revisionOf(a));
  for (const set of order.slice(limit)) client.remove('ReplicaSet', set);
}
