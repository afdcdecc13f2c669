import lodash from 'lodash';
import { SERVED, type GroupVersion, type KindInfo } from './served.ts';

/** And the cluster itself: a subject as the others are, that every inventory holds and no server serves. */
export const KINDS = {
  ...SERVED,
  Cluster: { group: 'kubeposture.io', version: 'v1alpha1', plural: 'clusters', namespaced: false },
} as const satisfies Readonly<Record<string, KindInfo>>;

/** A kind whose objects the inventory can hold. */
export type Kind = keyof typeof KINDS;

/** The kinds that are served, in the order in which synchronisation starts: all but the cluster itself. */
export const ALL_KINDS = Object.keys(SERVED) as readonly Kind[];

/** The kinds that make pods from a template. */
export const TEMPLATE_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'DeploymentConfig',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const satisfies readonly Kind[];

/** The kinds by which people accept what is found. */
export const EXCEPTION_KINDS = ['SecurityException', 'ClusterSecurityException'] as const satisfies readonly Kind[];
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];

export function isExceptionKind(kind: string): kind is ExceptionKind {
  return (EXCEPTION_KINDS as readonly string[]).includes(kind);
}

export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

/** The `apiVersion` of a kind as objects spell it: `v1`, `apps/v1`. */
export function apiVersionOf(info: GroupVersion): string {
  return info.group === '' ? info.version : `${info.group}/${info.version}`;
}

interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** A resource as `rollouts.argoproj.io`, taken apart: each once, since there are few and every rule is asked about them. */
export const groupResourceOf = lodash.memoize((word: string): GroupResource => {
  const [resource = '', ...group] = word.split('.');
  return { group: group.join('.'), resource };
});

/** The API group in an `apiVersion`: `''` for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
}

/** Whether a word is one of our kinds. */
export function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}

export function isTemplateKind(kind: string): kind is TemplateKind {
  return (TEMPLATE_KINDS as readonly string[]).includes(kind);
}

/** Groups of the past that the same kinds were served under; their paths are the same (Kubernetes deprecated API migration guide). */
const FORMER_GROUPS: Readonly<Record<string, readonly string[]>> = {
  apps: ['extensions'],
  'apps.openshift.io': [''],
  'networking.k8s.io': ['extensions'],
};

/** Our kinds by group, also of the past, and the word that the API has for them: where two share one, the first has it. */
const BY_WORD: ReadonlyMap<string, Kind> = new Map(
  ALL_KINDS.toReversed().flatMap((kind) => {
    const groups = groupsOf(kind).flatMap((group) => [group, ...(FORMER_GROUPS[group] ?? [])]);
    return groups.map((group) => [`${group}/${wordOf(kind)}`, kind]);
  }),
);

/** Our kind for an `apiVersion` and `kind` as a manifest states them; undefined when we have none. */
export function kindFor(apiVersion: string, kind: string): Kind | undefined {
  return BY_WORD.get(`${groupOf(apiVersion)}/${kind}`);
}

/** The word that the API has for a kind, as people know it. */
export function wordOf(kind: Kind): string {
  return infoOf(kind).apiKind ?? kind;
}

/** What is known of a kind, with all that may be said of one. */
export function infoOf(kind: Kind): KindInfo {
  return KINDS[kind];
}

/** Where servers keep a kind, the best first. */
export function placesOf(kind: Kind): readonly GroupVersion[] {
  const { group, version, also = [] } = infoOf(kind);
  return [{ group, version }, ...also];
}

/** The groups that servers keep a kind in. */
export function groupsOf(kind: Kind): readonly string[] {
  return [...new Set(placesOf(kind).map(({ group }) => group))];
}

/** A kind as a live cluster is asked for it, at one of its places. */
export function servedAs(
  kind: Kind,
  { group, version }: GroupVersion = KINDS[kind],
): KindInfo & { readonly kind: Kind; readonly fieldSelector?: string } {
  const { only } = infoOf(kind);
  const asked = { kind, ...KINDS[kind], group, version };
  if (only === undefined) return asked;
  const fieldSelector = Object.entries(only)
    .map(([field, value]) => `${field}=${value}`)
    .join(',');
  return { ...asked, fieldSelector };
}
