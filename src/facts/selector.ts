import type { LabelSelector } from '#model/policy.ts';

type Labels = Readonly<Record<string, string>>;
type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/**
 * Whether a label selector selects a set of labels: all of matchLabels and all of matchExpressions. An empty selector selects everything;
 * an operator that does not exist selects nothing (the API server refuses it, a file may hold it).
 */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  const { matchLabels, matchExpressions = [] } = selector;
  for (const key of Object.keys(matchLabels)) if (labelOf(labels, key) !== matchLabels[key]) return false;
  return matchExpressions.every((requirement) => meets(requirement, labels));
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function meets({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
