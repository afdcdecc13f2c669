import { pssLevelOf, type Level } from '#facts/pss.ts';
import { isProblem, type Check, type CheckId, type PssLevel } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { POD } from './pod/index.ts';

/** The checks that the controls of the Pod Security Standards are. */
const CONTROLS = POD.filter(({ refs }) => refs.some((ref) => ref.startsWith('PSS:')));

/** Controls that are younger than every server that we know: a namespace may be pinned to rules from before them. */
const SINCE: Readonly<Partial<Record<CheckId, number>>> = {
  'KP-POD-011': 22,
  'KP-POD-013': 8,
  'KP-POD-014': 23,
  'KP-POD-018': 19,
  'KP-POD-019': 19,
};

/** Levels by what they rest on. Equal pods share it, and a namespace with thousands of pods is judged at each of their changes. */
const KNOWN = new WeakMap<Pod['spec'], WeakMap<Pod['metadata']['annotations'], Map<number, Level>>>();

/** The strictest level that a pod meets by the rules of a minor version. */
export function podLevel(pod: Pod, minor: number): Level {
  const levels = levelsOf(pod);
  const known = levels.get(minor);
  if (known !== undefined) return known;
  const level = pssLevelOf(CONTROLS.flatMap((control) => brokenBy(control, pod, minor)));
  levels.set(minor, level);
  return level;
}

function levelsOf({ spec, metadata: { annotations } }: Pod): Map<number, Level> {
  const ofSpec = KNOWN.get(spec) ?? new WeakMap<Pod['metadata']['annotations'], Map<number, Level>>();
  const levels = ofSpec.get(annotations) ?? new Map<number, Level>();
  KNOWN.set(spec, ofSpec.set(annotations, levels));
  return levels;
}

function brokenBy({ id, judges }: Check, pod: Pod, minor: number): readonly { readonly pss?: PssLevel }[] {
  if (minor < (SINCE[id] ?? 0)) return [];
  const context = { minor, complete: true, parameters: DEFAULT_PARAMETERS };
  return judges
    .filter(({ applies }) => applies(pod, context))
    .flatMap(({ evaluate }) => [...evaluate(pod, {}, context)].filter(isProblem));
}
