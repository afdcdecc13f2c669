import { METRICS, type MetricRow } from '#sinks/metric-table.ts';
import { HEADER, type GeneratedFile } from './files.ts';
import { markdownTable } from './markdown.ts';

/** Queries to begin with. Each may use only metrics and labels of the table: test/unit/docs holds them to that. */
const QUERIES: readonly (readonly [what: string, query: string])[] = [
  ['The namespaces with the lowest scores', 'bottomk(10, kubeposture_score)'],
  ['Open findings by severity', 'sum by (severity) (kubeposture_findings)'],
  ['The checks that are open most often', 'topk(10, sum by (check) (kubeposture_check_findings))'],
  [
    'New critical findings in the last hour',
    'sum(kubeposture_findings{severity="critical"}) > (sum(kubeposture_findings{severity="critical"} offset 1h) or vector(0))',
  ],
  ['Something cannot be seen: a score rests on less than it should', 'max(kubeposture_cluster_coverage_ratio) < 1'],
  ['Controls that fail, by framework', 'max by (framework) (kubeposture_compliance_controls{status="fail"})'],
  ['Kinds that are not known, as every replica sees it', 'kubeposture_kind_synced == 0'],
  [
    'How long a change takes to its report, 95th percentile',
    'histogram_quantile(0.95, sum by (le) (rate(kubeposture_event_to_report_seconds_bucket[10m])))',
  ],
  ['Nobody writes reports', 'max(kubeposture_leader) < 1'],
  ['Writes that were refused', 'sum by (result) (rate(kubeposture_report_writes_total{result!="written"}[10m])) > 0'],
  ['A bug, please report it', 'kubeposture_drift_detected_total > 0 or kubeposture_check_errors_total > 0'],
];

/** docs/metrics.md. */
export function metricsPage(): GeneratedFile {
  const rows: readonly MetricRow[] = Object.values(METRICS);
  const of = (scope: MetricRow['scope']): string =>
    markdownTable(
      ['Name', 'Type', 'Labels', 'What it says'],
      rows
        .filter((row) => row.scope === scope)
        .map(({ name, type, labels, help }) => [
          `\`${name}\``,
          type,
          labels.map((label) => `\`${label}\``).join(', '),
          help,
        ]),
    );
  const sections = [
    `<!-- ${HEADER} -->`,
    '# Metrics',
    'The operator serves them under `/metrics` at the address of `--listen`. The table is `src/sinks/metric-table.ts`; no metric is declared anywhere else.',
    '## Posture: the leader alone',
    'What was found. Only the replica that writes reports says it, so that two replicas never count the same finding twice: on another one there are no such series. Ask with `max` or `sum` over the replicas. A series goes with what it describes.',
    of('posture'),
    'In the label `namespace`, an empty value stands for what is in no namespace, and `_other` for the namespaces beyond `metrics.maxSeries`: `kubeposture_series_folded` counts them, and the workloads that have no `kubeposture_workload_score` for the same reason. All posture series together keep to that number, but for those that no namespace makes: the catalogue bounds them. `category` is the second part of a check id: `POD`, `RBAC`, `NET`. The grade is no label: it follows from the score.',
    '## Operation: every replica',
    'How the operator itself is doing. The process and event-loop metrics of prom-client (`process_…`, `nodejs_…`) come with them.',
    of('operation'),
    '## Queries to begin with',
    ...QUERIES.map(([what, query]) => `${what}:\n\n\`\`\`promql\n${query}\n\`\`\``),
  ];
  return { path: 'docs/metrics.md', text: `${sections.join('\n\n')}\n` };
}
