/**
 * What somebody can come to have over the API, by brute force from the documentation: whoever he acts as is asked single questions, and whom these
 * answers lead to he acts as too, until nobody is new. Each acts in a world of his own, in which he has given himself what he can.
 */
import type { Manifest } from '#model/check.ts';
import { NaiveRbac, type Rule, type Who } from './rbac-naive.ts';
import { selfGranted } from './self-grants-naive.ts';

const AUTHENTICATED = 'system:authenticated';
const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const WRITE = ['create', 'update', 'patch'];
const READ = ['get', 'list', 'watch'];
const CHANGE = ['update', 'patch'];

export const NAMESPACES = ['a', 'b', 'kube-system'];
const NAMES = ['x', 'y', 'default'];

interface Place {
  readonly namespace: string;
  readonly name: string;
}

export function accountWho({ namespace, name }: Place): Who {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
  };
}

interface Pod extends Manifest {
  readonly spec: {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken?: boolean;
    readonly containers: readonly { readonly securityContext?: { readonly privileged?: boolean } }[];
  };
}

/** How the server and the cluster are, beside the objects. */
export interface Ways {
  /** Whether `get` is enough to connect to pods. */
  readonly byGet: boolean;
}

interface Deployment {
  readonly spec: { readonly template: Pod };
}

export class NaiveEscalation {
  readonly #byGet: boolean;
  readonly #worlds = new Map<Who, NaiveRbac>();
  readonly #objects: readonly Manifest[];
  readonly #acting: Who[] = [];
  /** What is had beside identities: `admin`, `node`, `any user`, `secrets NAMESPACE`, `any account NAMESPACE`, `accounts NAMESPACE`. */
  readonly had = new Set<string>();

  constructor(objects: readonly Manifest[], source: Who, { byGet }: Ways) {
    this.#objects = objects;
    this.#byGet = byGet;
    this.#become(source);
    for (let before = -1; before < this.#size;) {
      before = this.#size;
      for (const who of [...this.#acting]) this.#walk(who);
      this.#together();
    }
  }

  get #size(): number {
    return this.#acting.length + this.had.size;
  }

  hasUser(user: string): boolean {
    return this.#acting.some((who) => who.user === user) || this.had.has('any user');
  }

  hasGroup(group: string): boolean {
    return this.#acting.some(({ groups }) => groups.includes(group));
  }

  hasAccount(account: Place): boolean {
    const { user } = accountWho(account);
    return this.#acting.some((who) => who.user === user) || this.had.has(`any account ${account.namespace}`);
  }

  /** Whether somebody has every right of a namespace, or every right of its admin role. */
  hasNamespace(namespace: string): boolean {
    const admin = this.#objects.find(
      ({ kind, metadata }) => kind === 'ClusterRole' && (metadata as Place).name === 'admin',
    );
    const rules = (admin?.['rules'] as readonly Rule[] | undefined) ?? [];
    return this.#acting.some(
      (who) =>
        this.#may(who, ['*'], '*:*', { namespace }) ||
        (rules.length > 0 && this.#worlds.get(who)!.covers(who, namespace, rules)),
    );
  }

  #become(who: Who): void {
    if (this.#acting.some((each) => JSON.stringify(each) === JSON.stringify(who))) return;
    this.#acting.push(who);
    this.#worlds.set(who, new NaiveRbac(selfGranted(this.#objects, who, NAMESPACES)));
  }

  /** Whether one identity may do one of some verbs on one of some resources: on all objects where no name is said. */
  #may(who: Who, verbs: readonly string[], what: string, { namespace = '', name = '' }: Partial<Place> = {}): boolean {
    const [group = '', resource = ''] = what.includes(':') ? what.split(':') : ['', what];
    return verbs.some((verb) => this.#worlds.get(who)!.can(who, { verb, group, resource, name, namespace }));
  }

  #someMay(verbs: readonly string[], what: string, at: Partial<Place> = {}): boolean {
    return this.#acting.some((who) => this.#may(who, verbs, what, at));
  }

  #list(kind: string, namespace: string): readonly (Manifest & { readonly metadata: Place })[] {
    return this.#objects.filter(
      (each): each is Manifest & { readonly metadata: Place } =>
        each.kind === kind && (each.metadata as { namespace?: string }).namespace === namespace,
    );
  }

  /** The accounts that are there; a namespace always has `default`, and a pod of an account shows that there was one. */
  #accounts(namespace: string): readonly string[] {
    const pods = this.#list('Pod', namespace) as unknown as readonly Pod[];
    const stated = this.#list('ServiceAccount', namespace).map(({ metadata }) => metadata.name);
    const made = this.#list('Deployment', namespace) as unknown as readonly Deployment[];
    const used = [...pods, ...made.map(({ spec }) => spec.template)].map(({ spec }) => spec.serviceAccountName);
    return ['default', ...stated, ...used];
  }

  #tokens(namespace: string): readonly { readonly secret: string; readonly account: string }[] {
    return this.#list('Secret', namespace).map(({ metadata }) => ({
      secret: metadata.name,
      account: (metadata as unknown as { annotations: Record<string, string> }).annotations[
        'kubernetes.io/service-account.name'
      ]!,
    }));
  }

  #walk(who: Who): void {
    if (this.#may(who, ['*'], '*:*')) this.had.add('admin');
    if (this.#may(who, WRITE, `${ADMISSION}:mutatingwebhookconfigurations`)) this.had.add('admin');
    if (who.groups.includes('system:masters')) this.had.add('admin');
    if (this.#may(who, ['impersonate'], 'users')) {
      this.had.add('any user');
      this.#become({ user: 'u', groups: [AUTHENTICATED] });
    }
    if (this.#may(who, ['impersonate'], 'users', { name: 'u' })) this.#become({ user: 'u', groups: [AUTHENTICATED] });
    if (this.#hasCarrier(who)) {
      if (this.#may(who, ['impersonate'], 'groups', { name: 'system:masters' })) this.had.add('admin');
      if (this.#may(who, ['impersonate'], 'groups', { name: 'g' })) this.#join(who);
    }
    if (this.#mapsRoles(who)) this.had.add('admin');
    for (const namespace of NAMESPACES) this.#walkIn(who, namespace);
  }

  /** A request may name a user or an account with the group; the account's own groups are left out then. */
  #join(who: Who): void {
    const groups = ['g', AUTHENTICATED];
    this.#become({ user: '', groups });
    if (this.#may(who, ['impersonate'], 'users', { name: 'u' })) this.#become({ user: 'u', groups });
    for (const namespace of NAMESPACES)
      for (const name of NAMES)
        if (this.#may(who, ['impersonate'], 'serviceaccounts', { namespace, name }))
          this.#become({ ...accountWho({ namespace, name }), groups });
  }

  /** Whether somebody writes which roles of the cloud are members of system:masters, on EKS. */
  #mapsRoles(who: Who): boolean {
    const at = { namespace: 'kube-system', name: 'aws-auth' };
    const writes =
      this.#may(who, ['create'], 'configmaps', { ...at, name: '' }) || this.#may(who, CHANGE, 'configmaps', at);
    return writes && this.#objects.some(({ kind }) => kind === 'Node');
  }

  /** Whether there is a user or an account to go with a group. */
  #hasCarrier(who: Who): boolean {
    const users = ['', 'u'].some((name) => this.#may(who, ['impersonate'], 'users', { name }));
    const accounts = ['', ...NAMESPACES].some((namespace) =>
      ['', ...NAMES].some((name) => this.#may(who, ['impersonate'], 'serviceaccounts', { namespace, name })),
    );
    return users || accounts;
  }

  #walkIn(who: Who, namespace: string): void {
    const may = (verbs: readonly string[], what: string, name = ''): boolean =>
      this.#may(who, verbs, what, { namespace, name });
    const makesPods = this.#makesPods(namespace, (...asked) => this.#may(who, ...asked));
    if (makesPods || may(['create'], 'serviceaccounts/token')) this.#becomeAll(namespace);
    if (makesPods || may(READ, 'secrets')) this.had.add(`secrets ${namespace}`);
    this.#walkAccounts(who, namespace);
    this.#walkPods(who, namespace);
    if (makesPods && this.#admitsPrivileged(namespace)) this.had.add('node');
  }

  /** Makes pods, or changes a Deployment that is there; what is applied has a name, and takes `patch` and `create` of that. */
  #makesPods(namespace: string, may: (verbs: readonly string[], what: string, at: Partial<Place>) => boolean): boolean {
    const makes = (what: string): boolean =>
      may(['create'], what, { namespace }) ||
      [...NAMES, 'p', 'q', 'd'].some(
        (name) => may(['create'], what, { namespace, name }) && may(['patch'], what, { namespace, name }),
      );
    const changes = this.#list('Deployment', namespace).some(({ metadata: { name } }) =>
      may(CHANGE, 'apps:deployments', { namespace, name }),
    );
    return makes('pods') || makes('apps:deployments') || changes;
  }

  #walkAccounts(who: Who, namespace: string): void {
    const may = (verbs: readonly string[], what: string, name = ''): boolean =>
      this.#may(who, verbs, what, { namespace, name });
    if (may(['impersonate'], 'serviceaccounts')) {
      this.had.add(`any account ${namespace}`);
      for (const name of NAMES) this.#become(accountWho({ namespace, name }));
    }
    for (const name of NAMES) {
      const isThere = this.#accounts(namespace).includes(name);
      if (may(['impersonate'], 'serviceaccounts', name) || (isThere && may(['create'], 'serviceaccounts/token', name)))
        this.#become(accountWho({ namespace, name }));
    }
    for (const { secret, account } of this.#tokens(namespace))
      if (may(READ, 'secrets') || may(['get'], 'secrets', secret))
        this.#become(accountWho({ namespace, name: account }));
  }

  #walkPods(who: Who, namespace: string): void {
    for (const { metadata, spec } of this.#list('Pod', namespace) as unknown as readonly (Pod & {
      metadata: Place;
    })[]) {
      const may = (verbs: readonly string[], what: string): boolean =>
        ['', metadata.name].some((name) => this.#may(who, verbs, what, { namespace, name }));
      const adds = may(CHANGE, 'pods/ephemeralcontainers');
      // A request for a subresource of nodes carries no namespace.
      const isProxied = this.#may(who, ['get', 'create'], 'nodes/proxy');
      if (adds && this.#admitsPrivileged(namespace)) this.had.add('node');
      const connects = may(this.#byGet ? ['get', 'create'] : ['create'], 'pods/exec');
      if (!adds && !isProxied && !connects && !may(CHANGE, 'pods')) continue;
      if (spec.automountServiceAccountToken !== false)
        this.#become(accountWho({ namespace, name: spec.serviceAccountName }));
      if (spec.containers.some(({ securityContext }) => securityContext?.privileged === true)) this.had.add('node');
    }
  }

  #becomeAll(namespace: string): void {
    this.had.add(`accounts ${namespace}`);
    for (const name of this.#accounts(namespace)) this.#become(accountWho({ namespace, name }));
  }

  #admitsPrivileged(namespace: string): boolean {
    const object = this.#objects.find(
      ({ kind, metadata }) => kind === 'Namespace' && (metadata as Place).name === namespace,
    );
    const labels = (object?.metadata as { readonly labels?: Record<string, string> } | undefined)?.labels ?? {};
    return (labels['pod-security.kubernetes.io/enforce'] ?? 'privileged') === 'privileged';
  }

  /** What two identities may hold between them. */
  #together(): void {
    const approves = this.#acting.some(
      (who) =>
        ['', 'c'].some((name) =>
          this.#may(who, CHANGE, `${CERTIFICATES}:certificatesigningrequests/approval`, { name }),
        ) &&
        ['', 'kubernetes.io/kube-apiserver-client'].some((name) =>
          this.#may(who, ['approve'], `${CERTIFICATES}:signers`, { name }),
        ),
    );
    if (approves && this.#someMay(['create'], `${CERTIFICATES}:certificatesigningrequests`)) this.had.add('admin');
    for (const namespace of NAMESPACES) this.#togetherIn(namespace);
  }

  #togetherIn(namespace: string): void {
    const may = (verbs: readonly string[], what: string, name = ''): boolean =>
      this.#someMay(verbs, what, { namespace, name });
    const reads = may(READ, 'secrets');
    const refills = this.#tokens(namespace).some(
      ({ secret }) => may(CHANGE, 'secrets', secret) && (reads || may(READ, 'secrets', secret)),
    );
    if ((reads && may(['create'], 'secrets')) || refills) this.#becomeAll(namespace);
    const makesPods = this.#acting.some((who) => this.#makesPods(namespace, (...asked) => this.#may(who, ...asked)));
    const adds = this.#list('Pod', namespace).some(({ metadata: { name } }) =>
      may(CHANGE, 'pods/ephemeralcontainers', name),
    );
    // A volume that is a path of the node passes every level, and so does anything once the label is gone.
    if (makesPods && this.#someMay(['create'], 'persistentvolumes')) this.had.add('node');
    if ((makesPods || adds) && may(CHANGE, 'namespaces', namespace)) this.had.add('node');
    // Whoever makes an account that bindings name already has what they give.
    if (this.had.has(`accounts ${namespace}`) && may(['create'], 'serviceaccounts'))
      for (const name of NAMES) {
        this.had.add(`any account ${namespace}`);
        this.#become(accountWho({ namespace, name }));
      }
  }
}
