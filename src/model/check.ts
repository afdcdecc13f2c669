import type { Declaration } from './declaration.ts';
import type { ExceptionRules } from './exception.ts';
import type { Kind } from './kinds.ts';
import type { AnyObject, ObjectOf } from './objects.ts';
import type { Parameters } from './parameters.ts';
import type { Ref } from './ref.ts';
import type { Relation, Terms } from './relation.ts';
import type { Severity } from './severity.ts';

/** Areas of the catalogue: the second part of a check id. */
export const AREAS = [
  'POD',
  'RBAC',
  'SA',
  'NET',
  'SEC',
  'IMG',
  'NS',
  'ADM',
  'API',
  'CM',
  'SCH',
  'ETCD',
  'KUBELET',
  'NODE',
  'LOG',
  'PATH',
] as const;
export type Area = (typeof AREAS)[number];
export type CheckId = `KP-${Area}-${string}`;

/** Whether a field was read from an object, is a declared configuration, or a product was recognised. */
export const EVIDENCE = ['observed', 'declared', 'heuristic'] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** The Pod Security Standard level that a problem breaks; independent of severity and acceptance (kubernetes.io/docs/concepts/security/pod-security-standards). */
export type PssLevel = 'baseline' | 'restricted';

/** One thing that is wrong with a subject. */
export interface Problem {
  /** Field path in the judged object. */
  readonly at: string;
  readonly message: string;
  /** Stable sub-key of the finding. */
  readonly aspect?: string;
  /** Where it differs from the check's headline severity. */
  readonly severity?: Severity;
  /** Other objects to blame. */
  readonly because?: readonly Ref[];
  readonly pss?: PssLevel;
  /** Where it differs from that of the check. */
  readonly evidence?: Evidence;
  /** Set by a built-in acceptance: shown with this reason, not scored. */
  readonly accepted?: string;
}

/** An evaluation's word for "the evidence is out of reach": never a pass. */
export interface Doubt {
  readonly unknown: string;
  readonly aspect?: string;
}

/**
 * An evaluation's word for "my answer changes then, though no object does": a moment ahead, in seconds since 1970. The subject is judged again
 * when it has come.
 */
export interface Until {
  readonly until: number;
}

/** An evaluation's word for "there is nothing to judge", where only its inputs tell: no pass, and it says nothing else. */
export interface Nothing {
  readonly notApplicable: true;
}

/** What an evaluation may say. */
export type Word = Problem | Doubt | Until | Nothing;

export type Outcome = (
  | { readonly status: 'pass' }
  | { readonly status: 'notApplicable' }
  | { readonly status: 'fail'; readonly problems: readonly Problem[]; readonly missing: readonly Doubt[] }
  | { readonly status: 'unknown'; readonly missing: readonly Doubt[] }
  | { readonly status: 'error'; readonly message: string }
) &
  Partial<Until>;

/** What is true of the whole run and no object says. */
export interface Context extends Terms {
  /** True on a live cluster and for a declared dump of one; false for files, which say nothing of what they do not hold. */
  readonly complete: boolean;
  /** What is declared of recommendations of a framework, by how checks refer to them: `CIS:1.1.1`. */
  readonly declared?: ReadonlyMap<string, Pick<Declaration, 'status' | 'expires'>>;
  /** The time in seconds since 1970; absent where the run has none. Who reads it says `until` when its answer holds. */
  readonly now?: () => number;
  /**
   * Whether subjects of a kind in a namespace are judged; all are where it is absent. Without a kind: whether any is. What is out of scope has
   * no findings, but stays in sight as the other end of relations: a policy there is a policy.
   */
  readonly inScope?: (namespace: string, kind?: string) => boolean;
  /** What exceptions may ask for; anything where it is absent. */
  readonly exceptions?: ExceptionRules;
}

/** An input that may be out of reach without stopping the check: what is known decides, `undefined` when it cannot be known. */
export interface Optional<S extends Kind, T> {
  readonly relation: Relation<S, T>;
  readonly optional: true;
  /** It is no reason to read the kinds: where nothing else needs them, it stays `undefined`. */
  readonly isIncidental: boolean;
}

export function ifKnown<S extends Kind, T>(relation: Relation<S, T>): Optional<S, T> {
  return { relation, optional: true, isIncidental: false };
}

/** As `ifKnown`, and the kinds are neither permitted nor watched for it: what others need is looked at too. */
export function ifReadAnyway<S extends Kind, T>(relation: Relation<S, T>): Optional<S, T> {
  return { relation, optional: true, isIncidental: true };
}

export type Input<K extends Kind> = Relation<K> | Optional<K, unknown>;
export type Inputs<K extends Kind> = Readonly<Record<string, Input<K>>>;

type GivenBy<I> =
  I extends Optional<Kind, infer T>
    ? readonly T[] | undefined
    : I extends Relation<Kind, infer T>
      ? readonly T[]
      : never;
/** The related objects of a judgement's inputs, by the names it gave them. */
export type Given<I> = { readonly [N in keyof I]: GivenBy<I[N]> };

/** How one kind of subject is judged. */
export interface JudgeSpec<K extends Kind, I extends Inputs<K>> {
  readonly subject: K;
  readonly inputs?: I;
  /** Where it answers false the outcome is `notApplicable`. */
  readonly applies?: (object: ObjectOf<NoInfer<K>>, context: Context) => boolean;
  /**
   * Yields what is wrong with the object, doubts where evidence is out of reach, and until when that holds. A run without problem and doubt is a pass. Judge one object, look
   * at declared others: it reports on `object` only and sees only its inputs.
   */
  readonly evaluate: (object: ObjectOf<NoInfer<K>>, given: Given<NoInfer<I>>, context: Context) => Iterable<Word>;
}

interface GivenInput {
  readonly name: string;
  readonly relation: Relation;
  readonly optional: boolean;
  readonly isIncidental: boolean;
}

/** A judgement with its generics sealed. */
export interface Judge {
  readonly subject: Kind;
  readonly inputs: readonly GivenInput[];
  readonly applies: (object: AnyObject, context: Context) => boolean;
  readonly evaluate: (
    object: AnyObject,
    given: Readonly<Record<string, readonly unknown[] | undefined>>,
    context: Context,
  ) => Iterable<Word>;
}

/** What a check says of itself. */
export interface Meta {
  readonly id: CheckId;
  /** kebab-case; the name of the file. */
  readonly name: string;
  readonly title: string;
  /** The headline: of most findings of the check. */
  readonly severity: Severity;
  readonly why: string;
  readonly fix: string;
  /** `CIS:5.2.2`, `PSS:hostNamespaces`, `NSA:N4`, `OWASP2022:K01`, `OWASP2025:K01`, `MITRE:T1611`. */
  readonly refs: readonly string[];
  readonly evidence?: Evidence;
  /** The aspects its problems may carry, each with what it means. */
  readonly aspects?: Readonly<Record<string, string>>;
  /** What is said of the cluster while nothing in it is a subject of the check, which is no good news: made by `unlessSeen`. */
  readonly withoutSubject?: Judge;
  /** What it can say of nothing, as the run is set up: said once, of the cluster. */
  readonly unsaid?: (context: Context) => Doubt | undefined;
  /** Also judge pods that have run to their end (areas SEC and IMG). */
  readonly alsoFinished?: true;
}

/** An object of an example as a manifest states it. */
export interface Manifest {
  readonly kind: Kind;
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

/** What an example must yield, exactly: a path, with aspect, severity and evidence where they differ from the headline. */
export interface Expected {
  readonly at: string;
  readonly aspect?: string;
  readonly severity?: Severity;
  readonly evidence?: Evidence;
  readonly accepted?: true;
}

export interface Example {
  readonly name: string;
  readonly subject: Manifest;
  /** Other objects that must be there. */
  readonly world?: readonly Manifest[];
  readonly context?: {
    readonly minor?: number;
    readonly complete?: boolean;
    readonly parameters?: Partial<Parameters>;
    readonly declared?: NonNullable<Context['declared']>;
  };
}

export interface BadExample extends Example {
  readonly finds: readonly Expected[];
  /** Other checks that fail too when this example is laid over a clean cluster. */
  readonly also?: readonly CheckId[];
}

export interface Examples {
  readonly bad: readonly BadExample[];
  readonly good: readonly Example[];
}

export interface Check extends Meta {
  readonly evidence: Evidence;
  readonly judges: readonly Judge[];
  /** As the run is set up. Counts where the check would be `unknown`, and nowhere else. */
  readonly declared?: readonly Declaration[];
  readonly examples: () => Examples;
}

export function isProblem(word: Word): word is Problem {
  return 'at' in word;
}

/** Seals the generics of inputs. */
export function sealedInputs<K extends Kind>(inputs: Inputs<K>): Judge['inputs'] {
  const sealed = Object.entries<Input<K>>(inputs).map(([name, input]) =>
    'optional' in input ? { name, ...input } : { name, relation: input, optional: false, isIncidental: false },
  );
  return Object.freeze(sealed as unknown as Judge['inputs']);
}

/** Seals the generics of one judgement, so that no check writes a cast. */
export function judge<K extends Kind, const I extends Inputs<K> = Record<string, never>>(spec: JudgeSpec<K, I>): Judge {
  return Object.freeze({
    subject: spec.subject,
    inputs: sealedInputs<K>(spec.inputs ?? {}),
    applies: (spec.applies ?? (() => true)) as Judge['applies'],
    evaluate: spec.evaluate as unknown as Judge['evaluate'],
  });
}

interface Told {
  readonly examples: () => Examples;
}

/** A check of one kind of subject: metadata first, judgement second, examples last. */
export function defineCheck<K extends Kind, const I extends Inputs<K> = Record<string, never>>(
  spec: Meta & JudgeSpec<K, I> & Told,
): Check {
  const { subject, inputs, applies, evaluate, ...rest } = spec;
  const only = {
    subject,
    evaluate,
    ...(inputs === undefined ? {} : { inputs }),
    ...(applies === undefined ? {} : { applies }),
  };
  return defineCheckOfMany({ ...rest, judges: [judge(only)] });
}

/** A check of several kinds of subjects, one `judge(...)` each. */
export function defineCheckOfMany(spec: Meta & { readonly judges: readonly Judge[] } & Told): Check {
  const judges = spec.withoutSubject === undefined ? spec.judges : [...spec.judges, spec.withoutSubject];
  return Object.freeze({ evidence: 'observed', ...spec, judges });
}

interface Seen<T> {
  readonly inputs: { readonly subjects: Relation<'Cluster', T> };
  readonly isSubject: (one: T, context: Context) => boolean;
  readonly unknown: string;
}

/** For `withoutSubject`: unknown, as long as none of the related is a subject of the check. */
export function unlessSeen<T>({ inputs, isSubject, unknown }: Seen<T>): Judge {
  return judge({
    subject: 'Cluster',
    inputs,
    *evaluate(_cluster, { subjects }, context) {
      if (subjects.some((one) => isSubject(one, context))) yield { notApplicable: true };
      else yield { unknown };
    },
  });
}

/** The check with each problem of its judgements changed, or left out where `change` answers nothing. */
export function withProblems(check: Check, change: (problem: Problem) => Problem | undefined): Check {
  return withWords(check, (word) => (isProblem(word) ? change(word) : word));
}

function withWords(check: Check, change: (word: Word) => Word | undefined): Check {
  const changed = (evaluate: Judge['evaluate']): Judge['evaluate'] =>
    function* (...given) {
      for (const word of evaluate(...given)) {
        const after = change(word);
        if (after !== undefined) yield after;
      }
    };
  return { ...check, judges: check.judges.map((each) => ({ ...each, evaluate: changed(each.evaluate) })) };
}

/** The part of a check that is about some of its aspects. What it cannot tell at all, it cannot tell of these. */
export function ofAspects(check: Check, names: readonly string[]): Check {
  const isOther = (aspect: string | undefined): boolean => aspect !== undefined && !names.includes(aspect);
  const { aspects, unsaid, declared, ...part } = withWords(check, (word) => {
    if (isProblem(word)) return word.aspect === undefined || isOther(word.aspect) ? undefined : word;
    return 'unknown' in word && isOther(word.aspect) ? undefined : word;
  });
  return {
    ...part,
    aspects: Object.fromEntries(Object.entries(aspects ?? {}).filter(([name]) => !isOther(name))),
    ...(declared === undefined ? {} : { declared: declared.filter(({ aspect }) => !isOther(aspect)) }),
    unsaid: (context) => {
      const doubt = unsaid?.(context);
      return isOther(doubt?.aspect) ? undefined : doubt;
    },
  };
}

/** The area in a check's id. */
export function areaOf(id: CheckId): Area {
  return id.split('-')[1] as Area;
}
