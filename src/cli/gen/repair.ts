import { stringify } from 'yaml';
import { cleanCluster } from '#checks/clean-cluster.ts';
import { aDeployment, aPod } from '#checks/samples.ts';
import { wordOf } from '#model/kinds.ts';
import type { BadExample, Check, Example, Manifest } from '#model/check.ts';

/** What an example looks like before and after its repair. */
export interface Repair {
  readonly before: BadExample;
  readonly after: Example;
}

/** Objects that pass every check on their own. */
const CLEAN: readonly Manifest[] = [aPod(), aDeployment(), ...cleanCluster()];

/**
 * The repair that a check's page shows: of its first bad example. An example is a clean object with one thing changed, so the clean one in the same
 * world is the repair; where the fault lies in that, the first good example of the kind is.
 */
export function repairOf(check: Check): Repair | undefined {
  const { bad, good } = check.examples();
  const [before] = bad;
  if (before === undefined) return undefined;
  const clean = CLEAN.find((object) => isSame(object, before.subject));
  if (clean !== undefined && yamlOf(clean) !== yamlOf(before.subject))
    return { before, after: { ...before, subject: clean } };
  const after = good.find(({ subject }) => isSame(subject, before.subject)) ?? good[0];
  return after === undefined ? undefined : { before, after };
}

function isSame(a: Manifest, b: Manifest): boolean {
  return a.kind === b.kind && nameOf(a) === nameOf(b);
}

function nameOf({ metadata }: Manifest): string {
  const { namespace = '', name = '' } = (metadata ?? {}) as { readonly namespace?: string; readonly name?: string };
  return `${namespace}/${name}`;
}

/** The objects of an example that a manifest states: the cluster itself is none. */
export function manifestsOf({ subject, world = [] }: Pick<Example, 'subject' | 'world'>): readonly Manifest[] {
  return [subject, ...world].filter(({ kind }) => kind !== 'Cluster');
}

/** The documents of an example as a manifest. */
export function documentsOf({ subject, world = [] }: Example): string {
  return manifestsOf({ subject, world }).map(yamlOf).join('---\n');
}

function yamlOf(manifest: Manifest): string {
  // As the API spells it: of one kind name in two groups ours is another.
  const kind = wordOf(manifest.kind);
  return stringify(JSON.parse(JSON.stringify({ ...manifest, kind })), { lineWidth: 0 });
}

/** Both as one text, line by line: `- ` what goes, `+ ` what comes, two blanks what stays. The fewest lines change. */
export function difference(before: string, after: string): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  const common = commonLengths(a, b);
  const sign = (i: number, j: number): ' ' | '-' | '+' => {
    if (i >= a.length) return '+';
    if (j >= b.length) return '-';
    if (a[i] === b[j]) return ' ';
    return (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0) ? '-' : '+';
  };
  const lines: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const what = sign(i, j);
    lines.push(`${what} ${(what === '+' ? b[j] : a[i]) ?? ''}`);
    if (what !== '+') i += 1;
    if (what !== '-') j += 1;
  }
  return lines.join('\n');
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.trimEnd().split('\n');
}

/** For each place in both, how many lines their rests have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = [b.map(() => 0)];
  for (const line of a.toReversed()) {
    const [below = []] = rows;
    const row: number[] = [];
    for (let j = b.length - 1; j >= 0; j -= 1)
      row[j] = line === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    rows.unshift(row);
  }
  return rows;
}
