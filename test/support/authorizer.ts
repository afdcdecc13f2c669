/** Asks the API server's authorizer what a user may do: every verb on every resource that the server knows. */
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
/** Verbs that only some resources know. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  users: ['impersonate'],
  groups: ['impersonate'],
  serviceaccounts: ['impersonate'],
  'roles.rbac.authorization.k8s.io': ['bind', 'escalate'],
  'clusterroles.rbac.authorization.k8s.io': ['bind', 'escalate'],
  'signers.certificates.k8s.io': ['approve', 'sign', 'attest'],
};
const AT_ONCE = 32;

/** Where a right is asked for: in all namespaces, or in one, of an object of this name or of any. */
export interface Scope {
  readonly namespace?: string;
  readonly name?: string;
}

/** A kind of resource. */
export interface Place {
  readonly group: string;
  readonly resource: string;
}

export interface Asked extends Place {
  readonly subresource?: string;
  readonly verb: string;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly group?: string }[];
}

/** `list pods`, `create pods/exec`, `get leases.coordination.k8s.io`. */
function textOf({ group, resource, subresource, verb }: Asked): string {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${group === '' ? full : `${full}.${group}`}`;
}

export class Authorizer {
  readonly #transport: Transport;

  constructor(kubeconfig: string) {
    this.#transport = new Transport({ cluster: loadCluster({ kubeconfig, userAgent: 'tests/1.0' }) });
  }

  close(): void {
    this.#transport.close();
  }

  /**
   * What a user may do in this scope, sorted. Rights of every authenticated ServiceAccount are left out. `also` are resources that the
   * server does not know yet.
   */
  async allowed(user: string, scope: Scope, also: readonly Place[]): Promise<readonly string[]> {
    const all = await this.#everything(also);
    const his = await this.#filter(all, user, scope);
    const everybodys = new Set((await this.#filter(his, 'system:serviceaccount:nobody:nobody', scope)).map(textOf));
    return his
      .map(textOf)
      .filter((text) => !everybodys.has(text))
      .sort();
  }

  /** Whether a user may do this. */
  async can(user: string, asked: Asked, scope: Scope): Promise<boolean> {
    return this.#isAllowed(asked, user, scope);
  }

  async #filter(asked: readonly Asked[], user: string, scope: Scope): Promise<readonly Asked[]> {
    const allowed: Asked[] = [];
    const queue = [...asked];
    const worker = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop())
        if (await this.#isAllowed(next, user, scope)) allowed.push(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return allowed;
  }

  async #isAllowed(asked: Asked, user: string, scope: Scope): Promise<boolean> {
    const [, , namespace = ''] = user.split(':');
    const body = (await this.#ask('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user,
        groups: ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`],
        resourceAttributes: { ...asked, ...scope },
      },
    })) as { readonly status: { readonly allowed: boolean } };
    return body.status.allowed;
  }

  async #everything(also: readonly Place[]): Promise<readonly Asked[]> {
    const { groups } = (await this.#ask('GET', '/apis')) as {
      readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
    };
    const versions = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
    const lists = await Promise.all(
      versions.map(async (path) => ({ path, list: (await this.#ask('GET', path)) as ResourceList })),
    );
    const served = lists.flatMap(({ path, list }) =>
      list.resources.flatMap(({ name }) => {
        const [resource = '', subresource] = name.split('/');
        const group = path === '/api/v1' ? '' : (path.split('/')[2] ?? '');
        const at = { group, resource, ...(subresource === undefined ? {} : { subresource }) };
        return VERBS.map((verb) => ({ ...at, verb }));
      }),
    );
    const special = Object.entries(SPECIAL).flatMap(([full, verbs]) => {
      const [resource = '', ...group] = full.split('.');
      return verbs.map((verb) => ({ group: group.join('.'), resource, verb }));
    });
    const known = new Set(
      served.map(({ group, resource, subresource }) => `${[resource, subresource ?? []].flat().join('/')}.${group}`),
    );
    const unknown = also.filter(({ group, resource }) => !known.has(`${resource}.${group}`));
    return [...served, ...special, ...unknown.flatMap((place) => VERBS.map((verb) => ({ ...place, verb })))];
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await this.#transport.request({
      verb: method === 'GET' ? 'get' : 'create',
      resource: 'reviews',
      method,
      path,
      pool: 'write',
      ...(body === undefined ? {} : { body }),
    });
    return answer.body;
  }
}
