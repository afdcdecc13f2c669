import type { OperationRule } from '#model/admission.ts';
import type { LabelSelector } from '#model/policy.ts';
import type { Metadata } from '#model/metadata.ts';
import type { Pod } from '#model/objects.ts';
import { selects } from './selector.ts';

/** Resources of a rule that pods are among; `pods/*` are their subresources alone. */
const PODS: ReadonlySet<string> = new Set(['pods', '*', '*/*']);

/** Whether one of the rules asks about every pod that is created. */
export function asksAboutPods(rules: readonly OperationRule[] = []): boolean {
  return rules.some(
    ({ apiGroups, operations, resources = [], resourceNames = [] }) =>
      holds(apiGroups, '') &&
      holds(operations, 'CREATE') &&
      resources.some((resource) => PODS.has(resource)) &&
      resourceNames.length === 0,
  );
}

/** Whether a list names a word, itself or by the star that stands for all. */
export function holds(words: readonly string[] | undefined, word: string): boolean {
  return words?.some((each) => each === '*' || each === word) === true;
}

/** Whether a selector takes labels in; one that is not there takes in all. */
export function takesIn(
  selector: LabelSelector | undefined,
  { labels }: { readonly labels: Readonly<Record<string, string>> },
): boolean {
  return selector === undefined || selects(selector, labels);
}

/** A list that is not there leaves nothing out. */
export function isAmong(words: readonly string[] | undefined, is: (word: string) => boolean): boolean {
  return words === undefined || words.length === 0 || words.some(is);
}

/** What becomes of what a guard objects to: refused, refused if conditions hold that nobody here evaluates, or told of. */
export type Grip = 'refuses' | 'mayRefuse' | 'tells';

export function gripOf(isRefusing: boolean, condition: true | undefined): Grip {
  if (!isRefusing) return 'tells';
  return condition === undefined ? 'refuses' : 'mayRefuse';
}

interface Selectors {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly rules?: readonly OperationRule[];
}

/** Whether what selects requests as a webhook does is asked about a pod that is created in a namespace, or without a pod: about some pod there. */
export function selectsPod(
  { namespaceSelector, objectSelector, rules }: Selectors,
  namespace: Metadata,
  pod?: Pod,
): boolean {
  return (
    asksAboutPods(rules) &&
    takesIn(namespaceSelector, namespace) &&
    (pod === undefined || takesIn(objectSelector, pod.metadata))
  );
}
