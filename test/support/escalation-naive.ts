/**
 * What somebody can come to have over the API, by brute force from the documentation: whoever he acts as is asked single questions, and whom these
 * answers lead to he acts as too, until nobody is new. Rights to bind and to escalate are left to the laws of the escalation check.
 */
import type { Manifest } from '#model/check.ts';
import { NaiveRbac, type Who } from './rbac-naive.ts';

const AUTHENTICATED = 'system:authenticated';
const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const WRITE = ['create', 'update', 'patch'];
const READ = ['get', 'list', 'watch'];
const CHANGE = ['update', 'patch'];

export const NAMESPACES = ['a', 'b'];
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

export class NaiveEscalation {
  readonly #rbac: NaiveRbac;
  readonly #objects: readonly Manifest[];
  readonly #acting: Who[] = [];
  /** What is had beside identities: `admin`, `node`, `any user`, `secrets NAMESPACE`, `any account NAMESPACE`, `accounts NAMESPACE`. */
  readonly had = new Set<string>();

  constructor(objects: readonly Manifest[], source: Who) {
    this.#objects = objects;
    this.#rbac = new NaiveRbac(objects);
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

  #become(who: Who): void {
    if (!this.#acting.some((each) => JSON.stringify(each) === JSON.stringify(who))) this.#acting.push(who);
  }

  /** Whether one identity may do one of some verbs on one of some resources: on all objects where no name is said. */
  #may(who: Who, verbs: readonly string[], what: string, { namespace = '', name = '' }: Partial<Place> = {}): boolean {
    const [group = '', resource = ''] = what.includes(':') ? what.split(':') : ['', what];
    return verbs.some((verb) => this.#rbac.can(who, { verb, group, resource, name, namespace }));
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
    return ['default', ...stated, ...pods.map(({ spec }) => spec.serviceAccountName)];
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
      if (this.#may(who, ['impersonate'], 'groups', { name: 'g' }))
        this.#become({ user: '', groups: ['g', AUTHENTICATED] });
    }
    for (const namespace of NAMESPACES) this.#walkIn(who, namespace);
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
    const makesPods = may(['create'], 'pods') || may(['create'], 'apps:deployments');
    if (makesPods || may(['create'], 'serviceaccounts/token')) this.#becomeAll(namespace);
    if (makesPods || may(READ, 'secrets')) this.had.add(`secrets ${namespace}`);
    this.#walkAccounts(who, namespace);
    this.#walkPods(who, namespace);
    if (makesPods && this.#admitsPrivileged(namespace)) this.had.add('node');
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
      if (this.#may(who, CHANGE, 'pods/ephemeralcontainers', { namespace }) && this.#admitsPrivileged(namespace))
        this.had.add('node');
      if (!adds && !isProxied && !may(['create'], 'pods/exec') && !may(CHANGE, 'pods')) continue;
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
        this.#may(who, CHANGE, `${CERTIFICATES}:certificatesigningrequests/approval`) &&
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
    const refills = may(CHANGE, 'secrets') && this.#tokens(namespace).length > 0;
    if (reads && (may(['create'], 'secrets') || refills)) this.#becomeAll(namespace);
    const makesPods = may(['create'], 'pods') || may(['create'], 'apps:deployments');
    // A volume that is a path of the node passes every level, and so does anything once the label is gone.
    if (makesPods && (this.#someMay(['create'], 'persistentvolumes') || may(CHANGE, 'namespaces', namespace)))
      this.had.add('node');
    // Whoever makes an account that bindings name already has what they give.
    if (this.had.has(`accounts ${namespace}`) && may(['create'], 'serviceaccounts'))
      for (const name of NAMES) {
        this.had.add(`any account ${namespace}`);
        this.#become(accountWho({ namespace, name }));
      }
  }
}
