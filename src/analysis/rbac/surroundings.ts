import { containersOf } from '#facts/containers.ts';
import { isOfEks } from '#facts/distribution.ts';
import type { Account } from '#facts/rbac.ts';
import { accountOf, accountOfSecret, mountedToken } from '#facts/token.ts';
import type { Inventory } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';
import { groupOf } from '#model/kinds.ts';
import { controllerOf, type OwnerReference } from '#model/metadata.ts';
import { isFinished, isTemplate } from '#model/workload.ts';

/** The kinds beside roles and bindings that say where a right leads. */
export type Neighbour = 'Namespace' | 'ServiceAccount' | 'Secret' | 'Pod' | 'Node';

/** What is taken to be so where no object says it. */
export interface Assumed {
  /** The Pod Security level of namespaces without a label. */
  readonly level?: string | undefined;
  /** `eks`; any other word is another platform. */
  readonly platform?: string | undefined;
}

const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** What is in the namespaces that rights lead into, as it is during one search: of changes it knows nothing. */
export class Surroundings {
  readonly #inventory: Inventory<Neighbour>;
  readonly #assumed: Assumed;
  #namespaces: ReadonlySet<string> | undefined;
  #isOfEks: boolean | undefined;

  constructor(inventory: Inventory<Neighbour>, assumed: Assumed = {}) {
    this.#inventory = inventory;
    this.#assumed = assumed;
  }

  /** Whether a ConfigMap of the cluster says who is a member of system:masters. */
  isOfEks(): boolean {
    const { platform } = this.#assumed;
    this.#isOfEks ??= platform === undefined ? this.#inventory.list('Node').some(isOfEks) : platform === 'eks';
    return this.#isOfEks;
  }

  /** Namespaces by their own object and by what is in them. */
  namespaces(): ReadonlySet<string> {
    this.#namespaces ??= this.#everyNamespace();
    return this.#namespaces;
  }

  #everyNamespace(): ReadonlySet<string> {
    const { list } = this.#inventory;
    const named = list('Namespace').map(({ metadata }) => metadata.name);
    const held = [...list('ServiceAccount'), ...list('Pod'), ...list('Secret')].map(
      ({ metadata }) => metadata.namespace,
    );
    return new Set([...named, ...held]);
  }

  /** The accounts that can be used in a namespace: those that are there, and `default`, which every namespace gets. */
  accounts(namespace: string): readonly Account[] {
    const objects = this.#inventory.list('ServiceAccount', namespace).map(({ metadata }) => metadata.name);
    const used = this.#pods(namespace).map((pod) => accountOf(pod).name);
    return [...new Set(['default', ...objects, ...used])].map((name) => ({ namespace, name }));
  }

  /** The accounts whose token lies in some pod that runs, or in the pod of a name. */
  accountsOfPods(namespace: string, name?: string): readonly Account[] {
    return this.#pods(namespace)
      .filter((pod) => !isTemplate(pod) && (name === undefined || pod.metadata.name === name))
      .filter(
        (pod) => mountedToken(pod, this.#inventory.get({ kind: 'ServiceAccount', ...accountOf(pod) })) !== undefined,
      )
      .map(accountOf);
  }

  /** The accounts of which a token lies in a Secret, in any or in that of a name. */
  accountsOfSecrets(namespace: string, name?: string): readonly Account[] {
    return this.#inventory
      .list('Secret', namespace)
      .filter(({ metadata }) => (name ?? metadata.name) === metadata.name)
      .flatMap((secret) => accountOfSecret(secret) ?? []);
  }

  /**
   * Whether an object that makes pods is there to be changed, known by the pods that it controls: of a kind of the API, or else of an extension. A Job's
   * template never changes.
   */
  hasMaker(namespace: string, kind: string | undefined, name?: string): boolean {
    const isMaker = (owner: OwnerReference): boolean =>
      kind === undefined ? this.#isOfExtension(owner) : owner.kind === kind && kind !== 'Job';
    return this.#pods(namespace)
      .flatMap((pod) => controllerOf(pod) ?? [])
      .some((owner) => isMaker(owner) && (name === undefined || owner.name === name));
  }

  /** No object tells the plural of its kind. */
  #isOfExtension({ apiVersion, kind }: OwnerReference): boolean {
    const maker = `${kind.toLowerCase()}s.${groupOf(apiVersion)}`;
    return this.#inventory.premises().podTemplateKinds.includes(maker);
  }

  /** Whether Pod Security lets a privileged pod into a namespace. */
  admitsPrivileged(namespace: string): boolean {
    const object = this.#inventory.get({ kind: 'Namespace', namespace: '', name: namespace });
    return (object?.metadata.labels[ENFORCE] ?? this.#assumed.level ?? 'privileged') === 'privileged';
  }

  /** Whether there is a privileged pod to get into. */
  hasPrivilegedPod(namespace: string, name?: string): boolean {
    return this.#pods(namespace).some(
      (pod) =>
        !isTemplate(pod) &&
        (name === undefined || pod.metadata.name === name) &&
        containersOf(pod.spec).some(({ container }) => container.securityContext?.privileged === true),
    );
  }

  hasPod(namespace: string, name?: string): boolean {
    return this.#pods(namespace).some((pod) => !isTemplate(pod) && (name ?? pod.metadata.name) === pod.metadata.name);
  }

  #pods(namespace: string): readonly Pod[] {
    return this.#inventory.list('Pod', namespace).filter((pod) => !isFinished(pod));
  }
}
