import { accountIdentity, AUTHENTICATED, type Identity } from '#analysis/rbac/identity.ts';
import type { Request } from '#analysis/rbac/request.ts';
import { ALL_KINDS, KINDS } from '#model/kinds.ts';
import { UsageError } from '../exit.ts';

/** The group that a resource is in where nobody says it: of the kinds that we know, else core. */
const GROUPS: ReadonlyMap<string, string> = new Map(ALL_KINDS.map((kind) => [KINDS[kind].plural, KINDS[kind].group]));

/** Where a question is asked: `namespace`, or over the whole cluster. */
export interface Where {
  readonly namespace?: string;
  readonly allNamespaces?: true;
}

/** The request of `VERB RESOURCE[.GROUP][/SUB] [NAME]`, or of `VERB /path`. Throws UsageError. */
export function requestOf(
  words: { readonly verb: string; readonly resource: string; readonly name?: string },
  where: Where,
): Request {
  const { verb, resource, name = '' } = words;
  if (where.allNamespaces === true && where.namespace !== undefined)
    throw new UsageError('--namespace and --all-namespaces exclude one another');
  if (resource.startsWith('/')) return { verb, url: resource };
  return { verb, ...resourceOf(resource), name, namespace: where.namespace ?? '' };
}

/** `pods/exec`, `deployments.apps/scale`: the group may be left out where we know the resource. */
function resourceOf(word: string): { readonly group: string; readonly resource: string } {
  const [, simple = '', group, subresource] = /^([^./]+)(?:\.([^/]+))?(?:\/([^/]+))?$/.exec(word) ?? [];
  if (simple === '') throw new UsageError(`"${word}" is no resource, such as pods/exec or deployments.apps`);
  return {
    group: group ?? GROUPS.get(simple) ?? '',
    resource: subresource === undefined ? simple : `${simple}/${subresource}`,
  };
}

/** `VERB deployments.apps/scale web in namespace shop`: a request in words. */
export function requestText(request: Request): string {
  if ('url' in request) return `${request.verb} ${request.url}`;
  const { verb, group, resource, name, namespace } = request;
  const [plural = '', subresource] = resource.split('/');
  const full = `${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${verb} ${full}${name === '' ? '' : ` ${name}`} ${namespace === '' ? 'in the cluster' : `in namespace ${namespace}`}`;
}

/** `alice`, `User:alice`, `Group:ops`, `ServiceAccount:shop/web` or the user name of an account. Throws UsageError. */
export function identityNamed(word: string, more: readonly string[] = []): Identity {
  const identity = ofKind(word);
  if (identity === undefined)
    throw new UsageError(`"${word}" is nobody, such as alice, Group:ops or ServiceAccount:shop/web`);
  return { user: identity.user, groups: [...identity.groups, ...more] };
}

function ofKind(word: string): Identity | undefined {
  const [, kind = 'User', name = word] = /^(User|Group|ServiceAccount):(.+)$/.exec(word) ?? [];
  if (kind === 'Group') return { user: '', groups: [name] };
  return kind === 'ServiceAccount' ? accountNamed(/^([^/]+)\/([^/]+)$/, name) : userNamed(name);
}

function accountNamed(form: RegExp, word: string): Identity | undefined {
  const [, namespace, name] = form.exec(word) ?? [];
  return namespace === undefined || name === undefined ? undefined : accountIdentity({ namespace, name });
}

/** Everybody but the anonymous user is authenticated. */
function userNamed(user: string): Identity | undefined {
  if (user === '') return undefined;
  const group = user === 'system:anonymous' ? 'system:unauthenticated' : AUTHENTICATED;
  return accountNamed(/^system:serviceaccount:([^:]+):([^:]+)$/, user) ?? { user, groups: [group] };
}
