import { expect } from 'chai';
import fc from 'fast-check';
import { CHECKS } from '#checks/index.ts';
import { Engine } from '#engine/engine.ts';
import { shrink } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { definePostureMetrics } from '#operator/posture-metrics.ts';
import { METRICS, type MetricRow } from '#sinks/metric-table.ts';
import { Metrics } from '#sinks/metrics.ts';

type Settings = ReturnType<Parameters<typeof definePostureMetrics>[1]['settings']>;

const POSTURE = (Object.values(METRICS) as readonly MetricRow[]).filter(({ scope }) => scope === 'posture');

/** An engine that has judged a cluster of so many namespaces with two workloads each: a good one, and one that is privileged. */
function judged(namespaces: number): Engine {
  const store = new Store();
  const engine = new Engine(CHECKS, store, { minor: 36, complete: true, parameters: DEFAULT_PARAMETERS });
  for (let index = 0; index < namespaces; index += 1) {
    const namespace = `team-${String(index).padStart(3, '0')}`;
    store.put(shrink('Namespace', { metadata: { name: namespace } }));
    for (const privileged of [true, false]) {
      const containers = [{ name: 'app', image: 'web:1', securityContext: { privileged } }];
      const metadata = { namespace, name: privileged ? 'bad' : 'better' };
      store.put(shrink('Deployment', { metadata, spec: { template: { spec: { containers } } } }));
    }
  }
  for (const job of engine.planAll().values()) engine.judge(job);
  return engine;
}

async function scraped(engine: Engine, settings: Settings, isSpeaking = true): Promise<readonly string[]> {
  const metrics = new Metrics();
  definePostureMetrics(metrics, {
    engine,
    inventory: new Store(),
    sink: { count: () => 0 },
    isSpeaking: () => isSpeaking,
    settings: () => settings,
    reportBytes: () => 0,
  });
  const { text } = await metrics.scrape();
  return text
    .split('\n')
    .filter((line) => POSTURE.some(({ name }) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)));
}

const named = (lines: readonly string[], metric: string): ReadonlySet<string> =>
  new Set(
    lines.flatMap((line) => (line.startsWith(`${metric}{`) ? [/namespace="([^"]*)"/.exec(line)?.[1] ?? ''] : [])),
  );
const total = (lines: readonly string[], metric: string): number =>
  lines
    .filter((line) => line.startsWith(metric))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);

describe('[unit] operator: posture metrics', () => {
  const engine = judged(20);

  it('has every namespace, no workload and nothing folded where there is room', async () => {
    const lines = await scraped(engine, { maxSeries: 10_000, workloadScore: false });
    expect(named(lines, 'kubeposture_score').size).to.equal(20);
    expect(lines.filter((line) => /workload_score|_other/.test(line))).to.deep.equal([]);
    expect(lines).to.include('kubeposture_series_folded{metric="kubeposture_findings"} 0');
  });

  it('folds the last namespaces by name into one, says how many, and loses no finding', async () => {
    const all = await scraped(engine, { maxSeries: 10_000, workloadScore: false });
    const few = await scraped(engine, { maxSeries: 200, workloadScore: false });
    const shown = [...named(few, 'kubeposture_score')];
    expect(shown.length).to.be.within(2, 18);
    expect(shown).to.deep.equal([...named(all, 'kubeposture_score')].slice(0, shown.length));
    expect(named(few, 'kubeposture_findings')).to.include('_other');
    expect(few).to.include(`kubeposture_series_folded{metric="kubeposture_findings"} ${String(20 - shown.length)}`);
    expect(total(few, 'kubeposture_findings')).to.equal(total(all, 'kubeposture_findings'));
  });

  it('shows the workloads with the lowest scores where not all have room, and says how many have none', async () => {
    const without = await scraped(engine, { maxSeries: 10_000, workloadScore: false });
    const lines = await scraped(engine, { maxSeries: without.length + 45, workloadScore: true });
    const workloads = lines.filter((line) => line.startsWith('kubeposture_workload_score{'));
    expect(workloads.length).to.be.within(1, 39);
    expect(workloads.slice(0, 20).every((line) => line.includes('name="bad"'))).to.equal(true);
    expect(lines).to.include(
      `kubeposture_series_folded{metric="kubeposture_workload_score"} ${String(40 - workloads.length)}`,
    );
  });

  it('says nothing where another replica leads', async () => {
    expect(await scraped(engine, { maxSeries: 10_000, workloadScore: true }, false)).to.deep.equal([]);
  });

  it('keeps to any number of series that leaves room for what no namespace makes', async () => {
    const least = (await scraped(engine, { maxSeries: 0, workloadScore: false })).length;
    await fc.assert(
      fc.asyncProperty(fc.nat(600), fc.boolean(), async (more, workloadScore) => {
        const maxSeries = 2 * least + more;
        expect((await scraped(engine, { maxSeries, workloadScore })).length).to.be.at.most(maxSeries);
      }),
      { numRuns: 30 },
    );
  });
});
