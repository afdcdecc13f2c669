import type { OperationRule } from '#model/admission.ts';
import type { LabelSelector } from '#model/policy.ts';
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
