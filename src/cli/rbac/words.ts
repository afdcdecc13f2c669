import { accountIdentity, AUTHENTICATED, type Identity } from '#analysis/rbac/identity.ts';
import type { Request } from '#analysis/rbac/request.ts';
import { UsageError } from '../exit.ts';
import { placed, resourceNamed, verbNotes, type Found, type Resolved } from './resources.ts';

/** Where a question is asked: `namespace`, or over the whole cluster. */
export interface Where {
  readonly namespace?: string;
  readonly allNamespaces?: true;
}

/** What is asked, once it is known which resources there are. */
export type Question = (found: Found) => Resolved<Request>;

/**
 * The question of `VERB RESOURCE[.GROUP][/SUB] [NAME]`, or of `VERB /path`. The group may be left out where the resource is known. Throws UsageError.
 */
export function questionOf(
  words: { readonly verb: string; readonly resource: string; readonly name?: string },
  where: Where,
): Question {
  const { verb, resource: word, name = '' } = words;
  if (where.allNamespaces === true && where.namespace !== undefined)
    throw new UsageError('--namespace and --all-namespaces exclude one another');
  if (word.startsWith('/')) return () => ({ request: { verb, url: word }, notes: verbNotes(verb, true) });
  const [, simple = '', group, subresource] = /^([^./]+)(?:\.([^/]+))?(?:\/([^/]+))?$/.exec(word) ?? [];
  if (simple === '') throw new UsageError(`"${word}" is no resource, such as pods/exec or deployments.apps`);
  return (found) => {
    const named = resourceNamed(simple, group, found);
    const { plural } = named.request;
    const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
    const asked = { verb, group: named.request.group, resource, name, namespace: where.namespace ?? '' };
    // Of what nobody knows nobody knows either whether it has a namespace.
    const { request, notes } = named.notes.length > 0 ? { request: asked, notes: named.notes } : placed(asked, found);
    return { request, notes: [...verbNotes(verb, false), ...notes] };
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
  const [, spelled = 'user', name = word] = /^(User|Group|ServiceAccount):(.+)$/i.exec(word) ?? [];
  const kind = spelled.toLowerCase();
  if (kind === 'group') return { user: '', groups: [name] };
  return kind === 'serviceaccount' ? accountNamed(/^([^/]+)\/([^/]+)$/, name) : userNamed(name);
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
