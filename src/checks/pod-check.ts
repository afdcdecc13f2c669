import { acceptanceOf } from '#facts/acceptances.ts';
import {
  defineCheck,
  isProblem,
  type Check,
  type Examples,
  type Inputs,
  type JudgeSpec,
  type Meta,
} from '#model/check.ts';

type Spec<I extends Inputs<'Pod'>> = Meta &
  Omit<JudgeSpec<'Pod', I>, 'subject'> & { readonly examples: () => Examples };

/** A check of pods whose problems are accepted where the table of acceptances says so. */
export function definePodCheck<const I extends Inputs<'Pod'> = Record<string, never>>(spec: Spec<I>): Check {
  return defineCheck<'Pod', I>({
    ...spec,
    subject: 'Pod',
    evaluate: (pod, given, context) =>
      Array.from(spec.evaluate(pod, given, context), (word) => {
        const accepted = isProblem(word) ? acceptanceOf(pod, spec.id, word, context) : undefined;
        return accepted === undefined ? word : { accepted, ...word };
      }),
  });
}
