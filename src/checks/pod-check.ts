import { acceptanceOf } from '#facts/acceptances.ts';
import { runsOnWindows } from '#facts/containers.ts';
import {
  defineCheck,
  ifKnown,
  isProblem,
  type Check,
  type Examples,
  type Inputs,
  type JudgeSpec,
  type Meta,
  type Word,
} from '#model/check.ts';
import { windowsNodeOfPod } from '#relations/nodes.ts';

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

const ON_WINDOWS: readonly Word[] = [{ notApplicable: true }];

/** A check of what Windows does not have: it says nothing of a pod that names Windows, or whose Node runs it. */
export function defineLinuxCheck(spec: Omit<Spec<Record<string, never>>, 'inputs'>): Check {
  return definePodCheck({
    ...spec,
    inputs: { windows: ifKnown(windowsNodeOfPod) },
    applies: (pod, context) => !runsOnWindows(pod.spec) && spec.applies?.(pod, context) !== false,
    evaluate: (pod, { windows = [] }, context) => (windows.length > 0 ? ON_WINDOWS : spec.evaluate(pod, {}, context)),
  });
}
