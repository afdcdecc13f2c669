import { fitsGlob } from '#model/glob.ts';
import type { KyvernoFilter, KyvernoFilters, KyvernoRule, KyvernoSpec } from '#model/admission.ts';
import type { Metadata } from '#model/metadata.ts';
import type { Pod } from '#model/objects.ts';
import { isAmong, takesIn } from './admission.ts';

/** `Pod`, `v1/Pod`, and the stars that stand for them. */
const OF_PODS = /^(?:(?:\*|v1)\/){0,2}(?:Pod|\*)$/;

/** Whether a rule of Kyverno looks at a pod that is created in a namespace, or without a pod: at some pod there (kyverno.io, "Selecting Resources"). */
export function looksAt({ match, exclude }: KyvernoRule, namespace: Metadata, pod?: Pod): boolean {
  return fitsAll(match, namespace, pod, true) && !fitsAll(exclude, namespace, pod, false);
}

/** `some`: the answer where it hangs on the pod, and none is given. */
function fitsAll(
  filters: KyvernoFilters | undefined,
  namespace: Metadata,
  pod: Pod | undefined,
  some: boolean,
): boolean {
  const { any = [], all = [] } = filters ?? {};
  const fits = (filter: KyvernoFilter): boolean => fitsOne(filter, namespace, pod, some);
  return any.some(fits) || (all.length > 0 && all.every(fits)) || fits(filters ?? {});
}

/** What is only about some requesters, or about annotations, is about nobody for certain. */
function fitsOne(filter: KyvernoFilter, namespace: Metadata, pod: Pod | undefined, some: boolean): boolean {
  const { resources, subjects, roles, clusterRoles } = filter;
  if (resources === undefined) return false;
  const isOfSome = (subjects ?? roles ?? clusterRoles ?? resources.annotations) === true;
  return !isOfSome && fitsPlace(resources, namespace) && fitsPod(resources, pod, some);
}

type Resources = NonNullable<KyvernoFilter['resources']>;

function fitsPlace({ kinds, namespaces, operations, namespaceSelector }: Resources, namespace: Metadata): boolean {
  return (
    isAmong(kinds, (kind) => OF_PODS.test(kind)) &&
    isAmong(namespaces, (pattern) => fitsGlob(namespace.name, pattern, 'wildcard')) &&
    isAmong(operations, (operation) => operation === 'CREATE') &&
    takesIn(namespaceSelector, namespace)
  );
}

function fitsPod({ name, names = [], selector }: Resources, pod: Pod | undefined, some: boolean): boolean {
  const patterns = name === undefined ? names : [...names, name];
  if (patterns.length === 0 && selector === undefined) return true;
  if (pod === undefined) return some;
  const own = pod.metadata.name.slice(pod.metadata.name.indexOf('/') + 1);
  return takesIn(selector, pod.metadata) && isAmong(patterns, (pattern) => fitsGlob(own, pattern, 'wildcard'));
}

/** Whether what a rule objects to is refused in a namespace: by the policy's word for it, by that of the rule, or by that of the policy. */
export function isEnforcedIn(namespace: Metadata, spec: KyvernoSpec | undefined, ofRule: string | undefined): boolean {
  const overridden = spec?.validationFailureActionOverrides?.find(
    ({ namespaces, namespaceSelector }) =>
      isAmong(namespaces, (pattern) => fitsGlob(namespace.name, pattern, 'wildcard')) &&
      takesIn(namespaceSelector, namespace),
  );
  const action = overridden?.action ?? ofRule ?? spec?.validationFailureAction ?? 'Audit';
  return action.toLowerCase() === 'enforce';
}
