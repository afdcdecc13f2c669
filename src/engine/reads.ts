import type { Check } from '#model/check.ts';
import { ALL_KINDS, TEMPLATE_KINDS, type Kind } from '#model/kinds.ts';

/** What is read whatever the checks are: the owners of pods, on which is reported, and the Namespaces, which sum. */
export const OWN_READS: readonly Kind[] = ['Namespace', ...TEMPLATE_KINDS, 'Pod'];

/** The kinds that a check judges or looks at through its inputs. */
export function readsOf({ judges }: Check): ReadonlySet<Kind> {
  return new Set(
    judges.flatMap(({ subject, inputs }) => [
      subject,
      ...Object.values(inputs).flatMap(({ relation, isIncidental }) => (isIncidental ? [] : relation.reads)),
    ]),
  );
}

/** Every kind that must be read to run these checks, in the order in which synchronisation starts. No other is watched or permitted. */
export function readKinds(checks: readonly Check[]): readonly Kind[] {
  const read = new Set([...OWN_READS, ...checks.flatMap((check) => [...readsOf(check)])]);
  return ALL_KINDS.filter((kind) => read.has(kind));
}
