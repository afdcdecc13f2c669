import { acceptanceOf } from '#facts/acceptances.ts';
import {
  defineCheck,
  isProblem,
  type Check,
  type Examples,
  type Inputs,
  type JudgeSpec,
  type Meta,
  type Word,
} from '#model/check.ts';

type Spec<I extends Inputs<'Pod'>> = Meta &
  Omit<JudgeSpec<'Pod', I>, 'subject'> & { readonly examples: () => Examples };

const NOTHING: readonly never[] = [];

/** A check of pods whose problems are accepted where the table of acceptances says so. */
export function definePodCheck<const I extends Inputs<'Pod'> = Record<string, never>>(spec: Spec<I>): Check {
  return defineCheck<'Pod', I>({
    ...spec,
    subject: 'Pod',
    evaluate: (pod, given, context) => {
      let words: Word[] | undefined;
      for (const word of spec.evaluate(pod, given, context)) {
        const accepted = isProblem(word) ? acceptanceOf(pod, spec.id, word, context) : undefined;
        (words ??= []).push(accepted === undefined ? word : { accepted, ...word });
      }
      return words ?? NOTHING;
    },
  });
}
