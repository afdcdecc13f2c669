/** One run: every check of pods on every pod of a synthetic cluster, one by one. Prints its figures as JSON. Started by main.ts. */
import { CHECKS } from '#checks/index.ts';
import { evaluate, judgeFor } from '#engine/evaluate.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { isKind } from '#model/kinds.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { isTemplate } from '#model/workload.ts';
import { clusterOf } from './cluster.ts';
import type { Figures } from './figures.ts';

/** So many checks are shown on their own: those that take longest. */
const SLOWEST = 5;
const CONTEXT = { minor: 36, complete: true, parameters: DEFAULT_PARAMETERS };

const store = new Store();
for (const { kind, json } of clusterOf(Number(process.argv[2])).lines)
  if (isKind(kind)) store.put(shrink(kind, JSON.parse(json.toString()) as Raw));
const pods = store.list('Pod').filter((pod) => !isTemplate(pod));

const byCheck = CHECKS.flatMap((check): readonly Figures[] => {
  const judge = judgeFor(check, 'Pod');
  if (judge === undefined) return [];
  let failed = 0;
  const start = performance.now();
  for (const pod of pods)
    if (evaluate(judge, pod, { inventory: store, context: CONTEXT }).status === 'fail') failed += 1;
  const milliseconds = performance.now() - start;
  return [
    { step: `${check.id} ${check.name}`, milliseconds, longest: 0, count: pods.length, note: `${String(failed)} fail` },
  ];
});

const milliseconds = byCheck.reduce((sum, each) => sum + each.milliseconds, 0);
const count = byCheck.reduce((sum, each) => sum + each.count, 0);
const all: Figures = {
  step: `${String(byCheck.length)} checks on ${String(pods.length)} pods`,
  milliseconds,
  longest: 0,
  count,
  note: `${Math.round((count / milliseconds) * 1000).toLocaleString('en')} judgements a second`,
};
const slowest = byCheck.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
process.stdout.write(JSON.stringify([all, ...slowest]));
