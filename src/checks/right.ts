import { allowsResource, isIn, isNamed } from '#analysis/rbac/request.ts';
import type { BadExample, Context } from '#model/check.ts';
import type { PolicyRule } from '#model/policy.ts';
import type { Severity } from '#model/severity.ts';

/** Whether a rule gives a right: for all objects, or less than that, only for those that it names. */
export type Reach = 'all' | 'limited' | undefined;

/** A rule as a manifest states it. */
export type Sample = Readonly<Record<string, unknown>>;

/** A right that is more than it looks: one row of the catalogue. */
export interface Right {
  readonly aspect?: string;
  /** Completes `the rule …`: `lets read Secrets`. */
  readonly says: string;
  readonly reach: (rule: PolicyRule, context: Context) => Reach;
  /** What the other rules of the role must give as well, and what they must not. */
  readonly beside?: readonly Right['reach'][];
  readonly unless?: readonly Right['reach'][];
  /** By where it is granted. Limited it is the same where no word is said. */
  readonly severity: {
    readonly cluster: Severity;
    /** In a namespace of the system, or one with an account that is as good as cluster-admin: as in the cluster where no word is said. */
    readonly strong?: Severity;
    readonly namespace: Severity;
    readonly limited?: Severity;
  };
  /** Means nothing in a namespace: of resources that have none. */
  readonly clusterOnly?: true;
  /** Means nothing in other namespaces. */
  readonly onlyIn?: readonly string[];
  /** A rule that gives it, for the examples, with what stands beside it; the ids of other checks that these trip. */
  readonly sample: Sample;
  /** Names its examples, where the aspect does not. */
  readonly example?: string;
  readonly more?: readonly Sample[];
  /** A rule that gives it in a limited way; the sample for one name where it is not said. */
  readonly limited?: Sample;
  readonly also?: BadExample['also'];
  /** Those of them that it trips in a namespace, where these are fewer. */
  readonly alsoInNamespace?: BadExample['also'];
}

/** Verbs that make an object or change it. */
export const WRITE = ['create', 'update', 'patch'] as const;

/** Verbs whose requests carry no name: a rule that is limited to names does not allow them. */
const NAMELESS = new Set(['create', 'deletecollection']);

/** The reach of a rule over verbs on resources of a group, any of each. */
export function reaching(verbs: readonly string[], group: string, ...resources: readonly string[]): Right['reach'] {
  return (rule) => {
    const speaks = resources.filter((resource) => allowsResource(rule, { group, resource }));
    if (speaks.length === 0) return undefined;
    const allowed = verbs.filter((verb) => isIn(verb, rule.verbs));
    if ((rule.resourceNames ?? []).length === 0) return allowed.length > 0 ? 'all' : undefined;
    return allowed.some((verb) => !NAMELESS.has(verb) || speaks.some((each) => each.includes('/')))
      ? 'limited'
      : undefined;
  };
}

/** Whether a rule lets read all Secrets, wherever it is granted: to list or watch them is to read them. */
export function readsSecrets(rule: PolicyRule): boolean {
  return (
    isNamed(rule, '') &&
    ['get', 'list', 'watch'].some((verb) => isIn(verb, rule.verbs)) &&
    allowsResource(rule, { group: '', resource: 'secrets' })
  );
}

/** Any of several reaches, the widest. */
export function anyOf(...reaches: readonly Right['reach'][]): Right['reach'] {
  return (rule, context) => {
    const found = reaches.map((reach) => reach(rule, context));
    return found.includes('all') ? 'all' : found.find((each) => each !== undefined);
  };
}
