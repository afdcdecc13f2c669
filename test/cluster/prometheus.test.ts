import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { METRICS } from '#sinks/metric-table.ts';
import { Api } from '../support/api.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { deployment, reportWhere } from '../support/operator-scenarios.ts';
import { Prometheus, prometheusMissing, promtool } from '../support/prometheus.ts';
import { needControlPlane, sharedControlPlane } from '../support/shared-control-plane.ts';
import { exceptionOf } from '../support/exception-scenarios.ts';
import { waitFor } from '../support/wait.ts';

interface RuleGroups {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly annotations: { readonly runbook: string } }[];
  }[];
}

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly { readonly type: string; readonly name: string; readonly query: string }[];
  };
}

const objectIn = <T>(file: string): T => load(readFileSync(file, 'utf8')) as T;
const { groups } = objectIn<{ readonly spec: RuleGroups }>('manifests/monitoring/prometheusrule.yaml').spec;
const ALERTS = groups.flatMap(({ rules }) => rules);
const DASHBOARDS = ['posture', 'operation'].map((name) => ({
  name,
  ...objectIn<Dashboard>(`manifests/monitoring/${name}.json`),
}));

/** A query as Grafana asks it with all namespaces chosen. */
const asked = (expr: string): string => expr.replaceAll('$namespace', '.*');

function needPrometheus(context: Mocha.Context): void {
  const missing = prometheusMissing();
  if (missing === undefined) return;
  console.log(`      skipped: ${missing}`);
  context.skip();
}

describe('[cluster] the alert rules', function () {
  this.timeout(60_000);
  let dir = '';

  before(function () {
    needPrometheus(this);
    dir = mkdtempSync(join(tmpdir(), 'kubeposture-rules-'));
    writeFileSync(join(dir, 'rules.yaml'), JSON.stringify({ groups }));
    writeFileSync(join(dir, 'tests.yaml'), readFileSync('test/prometheus/rules.yaml'));
  });
  after(() => {
    if (dir !== '') rmSync(dir, { recursive: true });
  });

  it('are rules, as promtool says', () => {
    expect(promtool(dir, 'check', 'rules', 'rules.yaml')).to.include(`SUCCESS: ${String(ALERTS.length)} rules found`);
  });

  it('each fires when it should and is silent when it should, as promtool says', () => {
    const { tests } = objectIn<RuleTests>('test/prometheus/rules.yaml');
    const cases = tests.flatMap(({ alert_rule_test: rows }) => rows);
    const tested = (fires: boolean): readonly string[] =>
      [
        ...new Set(
          cases.filter(({ exp_alerts: alerts }) => alerts.length > 0 === fires).map(({ alertname }) => alertname),
        ),
      ].sort();
    const names = ALERTS.map(({ alert }) => alert).sort();
    expect([tested(true), tested(false)]).to.deep.equal([names, names]);
    expect(promtool(dir, 'test', 'rules', 'tests.yaml')).to.include('SUCCESS');
  });
});

describe('[cluster] a real Prometheus and the operator', function () {
  this.timeout(90_000);
  let operator: OperatorProcess | undefined;
  let prometheus: Prometheus | undefined;
  let api: Api | undefined;

  before(async function () {
    needControlPlane(this, { controllerManager: true, kwok: true });
    needPrometheus(this);
    const plane = await sharedControlPlane(this);
    await plane.kubectl('apply', '-f', 'crds');
    api = new Api(plane.kubeconfig);
    operator = new OperatorProcess(['--kubeconfig', plane.kubeconfig, '--leader-elect=false']);
    await operator.says('publishing reports');
    prometheus = await Prometheus.start(scrapeOf(await operator.url()), { 'rules.yaml': { groups } });
    await waitFor('a scrape', async () => (await prometheus!.query('kubeposture_leader == 1')).length === 1);
    // Something changes while it is watched: rates have a value.
    const namespace = await api.newNamespace('scraped');
    await api.apply(deployment(namespace, false), exceptionOf(namespace, { expires: '2999-12-31T00:00:00Z' }));
    await reportWhere(api, namespace, ({ subject }) => subject.pods === 3);
  });

  after(async () => {
    await prometheus?.stop();
    await operator?.stop();
    api?.close();
  });

  /** As the Prometheus Operator makes it of our ServiceMonitor: the target's labels name where the operator runs. */
  function scrapeOf(url: string): object {
    const monitor = objectIn<{
      readonly spec: {
        readonly endpoints: readonly [
          { readonly honorLabels: boolean; readonly relabelings: readonly object[]; readonly path: string },
        ];
      };
    }>('manifests/monitoring/servicemonitor.yaml');
    const [{ honorLabels, relabelings, path }] = monitor.spec.endpoints;
    return {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yaml'],
      scrape_configs: [
        {
          job_name: 'kubeposture',
          metrics_path: path,
          honor_labels: honorLabels,
          relabel_configs: relabelings,
          static_configs: [
            { targets: [new URL(url).host], labels: { namespace: 'kubeposture', pod: 'kubeposture-0' } },
          ],
        },
      ],
    };
  }

  it('the operator exports what promtool and Prometheus find right, and every metric of the table that has a value', async () => {
    const { text } = await operator!.get('/metrics');
    const names = Object.values(METRICS).map(({ name }) => name);
    const absent = names.filter((name) => !text.includes(`# TYPE ${name} `));
    expect(absent).to.deep.equal([]);
    const rows = await prometheus!.query('up{job="kubeposture"}');
    expect(rows.map(({ value }) => value[1])).to.deep.equal(['1']);
  });

  it('the label namespace says where a finding is, and stays empty for what is in none', async () => {
    const spaces = await waitFor('the namespace of the test', async () => {
      const names = await prometheus!.labelValues('namespace', 'kubeposture_score');
      return names.some((name) => name.startsWith('scraped-')) ? names : undefined;
    });
    expect(spaces).to.not.include('kubeposture');
    const rows = await prometheus!.query('kubeposture_cluster_score');
    expect(rows.map(({ metric }) => metric['namespace'])).to.deep.equal([undefined]);
  });

  it('the rules are loaded and healthy', async () => {
    const names = ALERTS.map(({ alert }) => [alert, 'ok']).sort();
    await waitFor('the first evaluation', async () =>
      (await prometheus!.rules()).every(([, health]) => health === 'ok'),
    );
    expect([...(await prometheus!.rules())].sort()).to.deep.equal(names);
  });

  for (const { name, panels, annotations, templating } of DASHBOARDS) {
    for (const { title, targets = [] } of panels) {
      for (const { expr } of targets) {
        it(`${name}: "${title}" has data: ${expr}`, async () => {
          const rows = await waitFor('data', async () => {
            const found = await prometheus!.query(asked(expr));
            return found.length > 0 && found.every(({ value }) => value[1] !== 'NaN') ? found : undefined;
          });
          expect(rows.length).to.be.above(0);
        });
      }
    }

    it(`${name}: its annotations and variables are understood`, async () => {
      for (const { expr } of annotations.list) await prometheus!.query(asked(expr));
      for (const { type, query } of templating.list.filter((each) => each.type === 'query')) {
        const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
        expect(await prometheus!.labelValues(label, metric), `${type} ${query}`).to.not.deep.equal([]);
      }
    });
  }

  it('the queries of docs/metrics.md are understood', async () => {
    const page = readFileSync('docs/metrics.md', 'utf8');
    const queries = [...page.matchAll(/^```promql\n(.+)\n```$/gm)].map(([, query = '']) => query);
    expect(queries.length).to.be.above(5);
    for (const query of queries) await prometheus!.query(query);
  });
});
