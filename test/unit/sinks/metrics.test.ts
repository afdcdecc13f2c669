import { expect } from 'chai';
import { Metrics } from '#sinks/metrics.ts';

/** The lines of a metric, as Prometheus reads them. */
async function exposed(metrics: Metrics, name: string): Promise<readonly string[]> {
  const { text } = await metrics.scrape();
  return text.split('\n').filter((line) => line.includes(name));
}

const workload = (name: string, value: number, namespace = 'shop') => ({
  labels: { namespace, kind: 'Deployment', name },
  value,
});

describe('[unit] metrics', () => {
  it('what mirrors state is read at each scrape: a series that is not answered is gone', async () => {
    const metrics = new Metrics();
    let read = [workload('web', 54.5), workload('db', 100)];
    metrics.gauge('workloadScore', () => read);
    const head = [
      '# HELP kubeposture_workload_score Score of a workload, 0 to 100. Only with metrics.workloadScore.',
      '# TYPE kubeposture_workload_score gauge',
    ];
    const web = 'kubeposture_workload_score{namespace="shop",kind="Deployment",name="web"} 54.5';
    const db = 'kubeposture_workload_score{namespace="shop",kind="Deployment",name="db"} 100';
    expect(await exposed(metrics, 'workload_score')).to.deep.equal([...head, web, db]);
    read = read.slice(1);
    expect(await exposed(metrics, 'workload_score')).to.deep.equal([...head, db]);
  });

  it('a metric without labels is absent where nothing is to be said, not zero', async () => {
    const metrics = new Metrics();
    let isKnown = false;
    metrics.gauge('clusterScore', () => (isKnown ? [{ labels: {}, value: 7 }] : []));
    metrics.totals('drift', () => [{ labels: {}, value: 0 }]);
    expect((await exposed(metrics, 'cluster_score')).length).to.equal(2);
    isKnown = true;
    expect(await exposed(metrics, 'cluster_score ')).to.deep.equal([
      '# HELP kubeposture_cluster_score Score of the cluster, 0 to 100.',
      '# TYPE kubeposture_cluster_score gauge',
      'kubeposture_cluster_score 7',
    ]);
    expect((await exposed(metrics, 'drift_detected_total')).slice(1)).to.deep.equal([
      '# TYPE kubeposture_drift_detected_total counter',
      'kubeposture_drift_detected_total 0',
    ]);
  });

  it('no name breaks the text, and no two samples are one series', async () => {
    const metrics = new Metrics();
    metrics.gauge('workloadScore', () => [workload('a"b\\c\nd', 1), workload('web', 2), workload('web', 3)]);
    expect((await exposed(metrics, 'workload_score')).slice(2)).to.deep.equal([
      String.raw`kubeposture_workload_score{namespace="shop",kind="Deployment",name="a\"b\\c\nd"} 1`,
      'kubeposture_workload_score{namespace="shop",kind="Deployment",name="web"} 3',
    ]);
  });
});
