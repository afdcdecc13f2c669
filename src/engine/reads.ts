import { ALL_KINDS, EXCEPTION_KINDS, TEMPLATE_KINDS, type Kind } from '#model/kinds.ts';
import type { Asked } from './plan.ts';

/** What is read whatever the checks are: the owners of pods, on which is reported, the Namespaces, which sum, and what is accepted. */
export const OWN_READS: readonly Kind[] = ['Namespace', ...EXCEPTION_KINDS, ...TEMPLATE_KINDS, 'Pod'];

/** The kinds that a check or a trait is about or looks at through its inputs. */
export function readsOf({ judges }: Pick<Asked, 'judges'>): ReadonlySet<Kind> {
  return new Set(
    judges.flatMap(({ subject, inputs }) => [
      subject,
      ...inputs.flatMap(({ relation, isIncidental }) =>
        isIncidental ? [] : [...relation.reads, ...relation.alsoReads],
      ),
    ]),
  );
}

/** Every kind that must be read to run these checks and traits, in the order in which synchronisation starts. No other is watched or permitted. */
export function readKinds(asked: readonly Asked[]): readonly Kind[] {
  const read = new Set([...OWN_READS, ...asked.flatMap((each) => [...readsOf(each)])]);
  return ALL_KINDS.filter((kind) => read.has(kind));
}
