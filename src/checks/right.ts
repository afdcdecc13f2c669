import type { Known } from '#analysis/rbac/engine.ts';
import { allowsResource, isIn, isNamed } from '#analysis/rbac/request.ts';
import type { BadExample, Context, Expected, Manifest } from '#model/check.ts';
import { groupResourceOf } from '#model/kinds.ts';
import type { Pod } from '#model/objects.ts';
import type { PolicyRule, RbacSubject } from '#model/policy.ts';
import type { Severity } from '#model/severity.ts';
import type { Targets } from '#relations/targets.ts';
import type { Provisioned } from '#relations/volumes.ts';

/** Whether a rule gives a right: for all objects, or less than that, only for those that it names. */
export type Reach = 'all' | 'limited' | undefined;

/** A rule as a manifest states it. */
export type Sample = Readonly<Record<string, unknown>>;

/** By where it is granted. Limited to names it is the same where no word is said. */
interface Severities {
  readonly cluster: Severity;
  /** In a namespace of the system, or one with an account that is as good as cluster-admin: as in the cluster where no word is said. */
  readonly strong?: Severity;
  readonly namespace: Severity;
  readonly limited?: Severity;
  /** Where Pod Security labels alone keep pods out. */
  readonly enforced?: Severity;
  /** Limited to names of which one is as good as all: as without limits where no word is said. */
  readonly grave?: Severity;
}

interface GraveName {
  readonly name: string;
  readonly world?: readonly Manifest[];
  readonly also?: BadExample['also'];
  /** In a namespace, where it differs from what it is everywhere. */
  readonly inNamespace?: Severity;
}

/** What a right becomes with others. */
export interface Together extends Pick<Right, 'aspect' | 'says' | 'severity' | 'example' | 'also'> {
  readonly beside: readonly Right['reach'][];
  /** Those may be granted in whatever namespace. */
  readonly anywhere?: true;
  /** Of which rules that is true, where not of all. */
  readonly reach?: Right['reach'];
  readonly sample?: Sample;
  readonly more: readonly Sample[];
  /** What its example finds beside it. */
  readonly finds?: readonly Expected[];
}

/** A right that is more than it looks: one row of the catalogue. */
export interface Right {
  readonly aspect?: string;
  /** Completes `alice can …`: `read Secrets`. */
  readonly says: string | ((rule: PolicyRule) => string);
  readonly reach: (rule: PolicyRule, context: Context) => Reach;
  /** What its holder must have as well, by the same role or by another one. */
  readonly beside?: readonly Right['reach'][];
  /** And what else, while the API server runs the admission plugin that asks for it. */
  readonly guard?: { readonly plugin: string; readonly beside: readonly Right['reach'][] };
  /** Whose it may be while all API servers run an admission plugin that keeps them to what is their own. */
  readonly spares?: { readonly plugin: string; readonly subject: (subject: RbacSubject) => boolean };
  /** What it is instead for a holder who has even more. */
  readonly together?: Together;
  /** What it is instead on EKS. */
  readonly onEks?: Right;
  readonly severity: Severities;
  /** Whether an object that a limited rule names is as good as all, in the namespace where it is granted, `''` for everywhere. */
  readonly named?: (rule: PolicyRule, namespace: string, targets: Targets, context: Context) => Known<boolean>;
  /**
   * Whose work it is to have it everywhere: accepted where all pods of all whom its bindings name are such, and each has one; and the reason, none where
   * what they make tells otherwise.
   */
  readonly accepts?: {
    readonly pod: (pod: Pod, context: Context) => boolean;
    readonly reason: (provisioned: Provisioned) => string | undefined;
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
  readonly limitedWorld?: readonly Manifest[];
  readonly also?: BadExample['also'];
  /** For its examples, an object whose name is as good as all, with what makes it that. */
  readonly graveName?: GraveName;
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

/** The same over resources as `rollouts.argoproj.io`. */
export function reachingAny(verbs: readonly string[], resources: readonly string[]): Right['reach'] {
  return anyOf(
    ...resources.map((each) => {
      const { group, resource } = groupResourceOf(each);
      return reaching(verbs, group, resource);
    }),
  );
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

/** Whether one of several names is as good as all. */
export function anyTarget<T>(names: readonly T[], ask: (name: T) => Known<boolean>): Known<boolean> {
  const found = names.map(ask);
  return { answer: found.some(({ answer }) => answer), unseen: [...new Set(found.flatMap(({ unseen }) => unseen))] };
}
