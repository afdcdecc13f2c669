import { nameOf, namespaceOf, textAt, type Raw } from '../json.ts';
import type { Change } from '../storage.ts';
import type { World } from '../world.ts';
import { Client, controllerOf } from './client.ts';
import { reconcilePod } from './kubelet.ts';
import { reconcileDeployment, reconcileReplicas } from './replicas.ts';
import { reconcileNamespace, reconcileService } from './services.ts';
import { reconcileDaemonSet, reconcileJob, reconcileStatefulSet } from './sets.ts';

type Reconcile = (client: Client, object: Raw) => void;

const RECONCILERS: Readonly<Record<string, Reconcile>> = {
  DaemonSet: reconcileDaemonSet,
  Deployment: reconcileDeployment,
  Job: reconcileJob,
  Namespace: reconcileNamespace,
  Pod: reconcilePod,
  ReplicaSet: reconcileReplicas,
  ReplicationController: reconcileReplicas,
  Service: reconcileService,
  StatefulSet: reconcileStatefulSet,
};

/** Milliseconds of work before requests get their turn. */
const SLICE_MS = 8;

/** Runs the small controllers: a change names whom it concerns, and each of those is brought in order once. */
export class ControllerManager {
  readonly #client: Client;
  readonly #queue = new Map<string, readonly [kind: string, namespace: string, name: string]>();
  readonly #unlisten: () => void;
  #due: NodeJS.Immediate | undefined;

  constructor(world: World) {
    this.#client = new Client(world);
    this.#unlisten = world.storage.listen((change) => {
      this.#note(change);
    });
  }

  stop(): void {
    this.#unlisten();
    clearImmediate(this.#due);
    this.#queue.clear();
  }

  #note({ object, type }: Change): void {
    const kind = textAt(object, 'kind');
    const namespace = namespaceOf(object);
    if (type !== 'DELETED') this.#add(kind, namespace, nameOf(object));
    const owner = controllerOf(object);
    if (owner !== undefined) this.#add(textAt(owner, 'kind'), namespace, textAt(owner, 'name'));
    if (kind === 'Pod')
      for (const service of this.#client.list('Service', namespace)) this.#add('Service', namespace, nameOf(service));
    if (kind === 'ServiceAccount' && type === 'DELETED') this.#add('Namespace', '', namespace);
    if (kind === 'Node' && type !== 'MODIFIED')
      for (const set of this.#client.list('DaemonSet')) this.#add('DaemonSet', namespaceOf(set), nameOf(set));
  }

  #add(kind: string, namespace: string, name: string): void {
    if (!Object.hasOwn(RECONCILERS, kind)) return;
    this.#queue.set(`${kind}/${namespace}/${name}`, [kind, namespace, name]);
    this.#due ??= setImmediate(() => {
      this.#run();
    });
  }

  #run(): void {
    this.#due = undefined;
    const end = performance.now() + SLICE_MS;
    for (const [key, [kind, namespace, name]] of this.#queue) {
      this.#queue.delete(key);
      this.#reconcile(kind, namespace, name);
      if (performance.now() > end) break;
    }
    if (this.#queue.size > 0)
      this.#due ??= setImmediate(() => {
        this.#run();
      });
  }

  #reconcile(kind: string, namespace: string, name: string): void {
    const object = this.#client.get(kind, namespace, name);
    if (object === undefined) return;
    try {
      RECONCILERS[kind]?.(this.#client, object);
    } catch (error) {
      this.#client.world.logger.warn('sandbox controller failed', { kind, namespace, name, error: String(error) });
    }
  }
}
