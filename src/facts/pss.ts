import type { PssLevel } from '#model/check.ts';

/** The levels of the Pod Security Standards; `privileged` is the one that everything meets. */
export type Level = 'privileged' | PssLevel;

const STRICTNESS: readonly Level[] = ['privileged', 'baseline', 'restricted'];

/** The strictest Pod Security level that a pod meets, by the problems that the checks of pods have with it. */
export function pssLevelOf(problems: Iterable<{ readonly pss?: PssLevel }>): Level {
  const broken = new Set([...problems].map(({ pss }) => pss));
  if (broken.has('baseline')) return 'privileged';
  return broken.has('restricted') ? 'baseline' : 'restricted';
}

/** Whether a level lets in more than another. */
export function isWeaker(level: Level, than: Level): boolean {
  return STRICTNESS.indexOf(level) < STRICTNESS.indexOf(than);
}

export type PssMode = 'enforce' | 'audit' | 'warn';

type Labels = Readonly<Record<string, string>>;

/** The path of the label that sets the level of a mode, or of the one that sets its version. */
export function pssLabelPath(mode: PssMode, of: '' | '-version' = ''): string {
  return `metadata.labels['${labelName(mode, of)}']`;
}

function labelName(mode: PssMode, of: '' | '-version'): string {
  return `pod-security.kubernetes.io/${mode}${of}`;
}

/** What the label of a mode says, be it a level or not. */
export function statedLevel(labels: Labels, mode: PssMode): string | undefined {
  const name = labelName(mode, '');
  return Object.hasOwn(labels, name) ? labels[name] : undefined;
}

/** The level that admission takes a namespace to have: what is no level is the strictest where it enforces, and none where it only tells. */
export function levelOfLabels(labels: Labels, mode: PssMode): Level {
  const stated = statedLevel(labels, mode) ?? 'privileged';
  return STRICTNESS.find((level) => level === stated) ?? (mode === 'enforce' ? 'restricted' : 'privileged');
}

/** The minor version that the rules of a mode are pinned to; undefined where they follow the server, as they do where admission cannot read it. */
export function pinnedMinor(labels: Labels, mode: PssMode): number | undefined {
  const name = labelName(mode, '-version');
  const minor = /^v1\.(0|[1-9]\d*)$/.exec(Object.hasOwn(labels, name) ? (labels[name] ?? '') : '')?.[1];
  return minor === undefined ? undefined : Number(minor);
}
