import { Tally, type Summary } from '#engine/tally.ts';
import { scoreOf, type Scope } from '#engine/score.ts';
import type { Engine } from '#engine/engine.ts';
import { byWorst } from '#engine/subject.ts';
import { CLUSTER_SUBJECT, isCluster } from '#model/cluster.ts';
import { areaOf, type Area } from '#model/check.ts';
import type { Store } from '#inventory/store.ts';
import { subjectText, type Subject } from '#model/ref.ts';
import type { Finding, Score, Verdict } from '#model/verdict.ts';
import type { Contents, Coverage, Rollup } from '#report/body.ts';
import { WATCHED } from './watched.ts';

const WORST_AT_MOST = 10;

/** What the report of one subject says. For a Namespace that is everything in it. */
export function contentsOf(verdict: Verdict, engine: Engine): Contents {
  const { subject, pods, findings, notEvaluated, declared = [], traits = {} } = verdict;
  const own = { subject, pods, findings, notEvaluated, declared, traits };
  if (!isNamespace(subject)) {
    const tally = new Tally();
    tally.add(verdict);
    return { ...own, ...scored(tally, 'resource'), score: verdict.score };
  }
  const tally = engine.tally(subject.name);
  return { ...own, ...scored(tally, 'namespace'), rollup: rollupOf(tally, engine, subject.name) };
}

/** What the report of the cluster says: the sums over everything, and what cannot be seen. */
export function clusterContents(engine: Engine, known: Known): Contents {
  const tally = engine.tally('');
  const { summary, ...scores } = scored(tally, 'cluster');
  const own = engine.verdict(CLUSTER_SUBJECT);
  return {
    subject: CLUSTER_SUBJECT,
    pods: 0,
    findings: [...(own?.findings ?? []), ...controlPlaneFindings(engine)].sort(byWorst),
    notEvaluated: own?.notEvaluated ?? [],
    declared: own?.declared ?? [],
    summary,
    ...scores,
    rollup: rollupOf(tally, engine, ''),
    coverage: coverageOf(known),
  };
}

const CONTROL_PLANE: readonly Area[] = ['API', 'CM', 'SCH', 'ETCD'];

/** What is wrong with the control plane, said of the cluster: each with the object that it was found on. */
function controlPlaneFindings(engine: Engine): readonly Finding[] {
  return [...engine.verdicts()]
    .filter(({ subject }) => !isCluster(subject))
    .flatMap(({ subject, findings }) =>
      findings
        .filter(({ check }) => CONTROL_PLANE.includes(areaOf(check)))
        .map((finding) => ({ ...finding, message: `${subjectText(subject)}: ${finding.message}` })),
    );
}

export function isNamespace(subject: Subject): boolean {
  return subject.kind === 'Namespace' && subject.apiVersion === 'v1';
}

function scored(
  tally: Tally,
  scope: Scope,
): { readonly summary: Summary; readonly score: Score; readonly scoreWithoutExceptions?: number } {
  const { summary } = tally;
  const plain = { summary, score: scoreOf(tally.open, scope) };
  if (summary.suppressed === 0) return plain;
  return { ...plain, scoreWithoutExceptions: scoreOf(tally.openWithoutExceptions, scope).exact };
}

function rollupOf(tally: Tally, engine: Engine, namespace: string): Rollup {
  return { objects: tally.subjects, workloads: tally.workloads, worst: worstOf(engine.verdictsIn(namespace)) };
}

/** The subjects with the lowest scores; those with nothing open are left out. */
function worstOf(verdicts: Iterable<Verdict>): Rollup['worst'] {
  const rows = [...verdicts]
    .filter(({ subject, findings }) => !isCluster(subject) && findings.some(({ status }) => status === 'fail'))
    .map(({ subject, score: { exact, grade } }) => ({ subject, exact, grade }))
    .filter(({ exact }) => exact < 100)
    .sort((a, b) => a.exact - b.exact || (keyOf(a.subject) < keyOf(b.subject) ? -1 : 1));
  return rows.slice(0, WORST_AT_MOST).map(({ subject: { apiVersion, kind, namespace, name }, grade, exact }) => ({
    apiVersion,
    kind,
    ...(namespace === '' ? {} : { namespace }),
    name,
    grade,
    score: Math.floor(exact),
  }));
}

function keyOf({ kind, namespace, name }: Subject): string {
  return `${namespace}/${kind}/${name}`;
}

/** What is known of kinds. */
export type Known = Pick<Store, 'missing' | 'serves'>;

/** The kinds that can be seen, those that the server does not have, and why the others cannot be seen. */
export function coverageOf({ missing, serves }: Known): Coverage {
  const kinds = WATCHED.map((kind) => {
    const reason = missing(kind);
    if (reason !== undefined) return { kind, state: 'unknown', reason };
    return { kind, state: serves(kind) ? 'synced' : 'notServed' };
  });
  const known = kinds.filter(({ state }) => state !== 'unknown').length;
  return { ratio: Math.round((1000 * known) / kinds.length) / 1000, kinds };
}
