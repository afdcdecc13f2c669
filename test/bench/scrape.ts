/**
 * One run of the bench of a scrape in a process of its own: 10,000 workloads in 200 namespaces, a series for each as far as there is room. Between
 * two scrapes a workload of every tenth namespace changes.
 */
import { CHECKS } from '#checks/index.ts';
import { Engine } from '#engine/engine.ts';
import { shrink } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { definePostureMetrics } from '#operator/posture-metrics.ts';
import { Metrics } from '#sinks/metrics.ts';
import type { Figures } from './figures.ts';

const NAMESPACES = 200;
const SCRAPES = 20;

const store = new Store();
const engine = new Engine(CHECKS, store, { minor: 36, complete: true, parameters: DEFAULT_PARAMETERS });
const workloads = Number(process.argv[2]);
for (let index = 0; index < NAMESPACES; index += 1)
  store.put(shrink('Namespace', { metadata: { name: `team-${String(index)}` } }));
function deployment(index: number, image = index % 2 === 0 ? 'web:1' : 'web'): ReturnType<typeof shrink> {
  const securityContext = { privileged: index % 7 === 0, runAsNonRoot: index % 3 === 0 };
  const containers = [{ name: 'app', image, securityContext }];
  const metadata = { namespace: `team-${String(index % NAMESPACES)}`, name: `app-${String(index)}` };
  return shrink('Deployment', { metadata, spec: { template: { spec: { containers } } } });
}

function change(turn: number): void {
  for (let index = 0; index < NAMESPACES; index += 10) {
    const image = `web${turn % 2 === 0 ? '' : ':latest'}`;
    for (const changed of store.put(deployment(index, image))) {
      for (const job of engine.plan(changed).values()) engine.judge(job);
    }
  }
}

for (let index = 0; index < workloads; index += 1) store.put(deployment(index));
for (const job of engine.planAll().values()) engine.judge(job);

async function measured(
  step: string,
  settings: { readonly maxSeries: number; readonly workloadScore: boolean },
): Promise<Figures> {
  const metrics = new Metrics();
  definePostureMetrics(metrics, {
    engine,
    inventory: store,
    sink: { count: () => workloads },
    isSpeaking: () => true,
    settings: () => settings,
    reportBytes: () => 0,
  });
  const times: number[] = [];
  let processor = 0;
  let text = '';
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    change(scrape);
    const since = performance.now();
    const before = process.cpuUsage();
    text = (await metrics.scrape()).text;
    times.push(performance.now() - since);
    const { user, system } = process.cpuUsage(before);
    processor += (user + system) / 1000;
  }
  const milliseconds = times.sort((a, b) => a - b)[SCRAPES / 2] ?? 0;
  const series = text
    .split('\n')
    .filter((line) => line.startsWith('kubeposture_') && !line.includes('_seconds_')).length;
  const note =
    `series of maxSeries ${String(settings.maxSeries)}; ${String(Math.round(text.length / 1024))} KiB; ` +
    `${(processor / SCRAPES).toFixed(1)} ms of processor each`;
  return { step, milliseconds, longest: times.at(-1) ?? 0, count: series, note };
}

const figures = [
  await measured('scrape', { maxSeries: 10_000, workloadScore: false }),
  await measured('scrape with a score for each workload', { maxSeries: 10_000, workloadScore: true }),
  await measured('scrape with few series allowed', { maxSeries: 1000, workloadScore: false }),
];
process.stdout.write(JSON.stringify(figures));
