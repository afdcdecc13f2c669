import { LEADER, dashboard, marks, series, stat, table, type PanelOf } from './parts.ts';

const WHO = '{{instance}}';
const QUANTILES = [0.5, 0.95, 0.99];
const lag = (quantile: number): string =>
  `histogram_quantile(${String(quantile)}, sum by (le) (rate(kubeposture_event_to_report_seconds_bucket[10m])))`;

const HEALTH: readonly PanelOf[] = [
  stat({
    title: 'Replicas',
    description: 'That are scraped.',
    expr: 'count(kubeposture_build_info)',
    colors: 'low is bad',
    limits: [1, 2],
  }),
  stat({
    title: 'Leaders',
    description: 'One writes reports. None: they are old. Two: a bug.',
    expr: 'sum(kubeposture_leader)',
    colors: 'low is bad',
    limits: [1, 1],
  }),
  stat({
    title: 'Kinds that are not known',
    description: 'By the replica that knows least. Findings that need them say unknown.',
    expr: 'max(count by (instance) (kubeposture_kind_synced == 0)) or vector(0)',
    colors: 'high is bad',
    limits: [1, 3],
  }),
  stat({
    title: 'Its own errors',
    description: 'Checks that failed, verdicts that a sweep found wrong, changes that a watch missed: each a bug.',
    expr: 'sum(kubeposture_drift_detected_total) + (sum(kubeposture_check_errors_total) or vector(0)) + (sum(kubeposture_watch_audit_misses_total) or vector(0))',
    colors: 'high is bad',
    limits: [1, 1],
  }),
  series({
    title: 'From a change to its report',
    description: 'Empty while nothing changes.',
    unit: 's',
    queries: QUANTILES.map((quantile) => [lag(quantile), `p${String(quantile * 100)}`] as const),
  }),
  series({
    title: 'Since the last word of a watch',
    description: 'Bookmarks come every minute or two, even where nothing happens.',
    unit: 's',
    queries: [['max by (kind) (kubeposture_watch_last_event_age_seconds)', '{{kind}}']],
  }),
];

const WORK: readonly PanelOf[] = [
  series({
    title: 'Judgements',
    description: 'Evaluations of a check on a subject, by outcome.',
    unit: 'ops',
    queries: [['sum by (outcome) (rate(kubeposture_evaluations_total[5m]))', '{{outcome}}']],
  }),
  series({
    title: 'Writes of reports',
    description: 'By what became of them.',
    unit: 'ops',
    queries: [['sum by (result) (rate(kubeposture_report_writes_total[5m]))', '{{result}}']],
  }),
  series({
    title: 'Events written',
    description: 'On workloads, by what became of them; throttled is what a limit left out.',
    unit: 'ops',
    queries: [['sum by (result) (rate(kubeposture_event_writes_total[5m]))', '{{result}}']],
  }),
  series({
    title: 'Requests to the API server',
    description: 'By verb.',
    unit: 'reqps',
    queries: [['sum by (verb) (rate(kubeposture_apiserver_requests_total[5m]))', '{{verb}}']],
  }),
  series({
    title: 'Subjects that wait',
    description: 'To be judged.',
    queries: [['max by (instance) (kubeposture_queue_depth)', WHO]],
  }),
  table({
    title: 'Requests that failed',
    description: 'By what they asked for. A code of 403 is a right that is missing; 410 is usual.',
    expr: 'sort_desc(sum by (verb, resource, code) (kubeposture_apiserver_requests_total{code!~"2.."})) or vector(0)',
  }),
  table({
    title: 'Lists that were read anew',
    description: 'Beyond the first of a kind.',
    expr: 'sort_desc(sum by (kind, reason) (kubeposture_relists_total)) or vector(0)',
  }),
];

const COST: readonly PanelOf[] = [
  series({
    title: 'Memory',
    description: 'Resident, and the heap in it.',
    unit: 'bytes',
    queries: [
      ['process_resident_memory_bytes and on (instance) kubeposture_build_info', `resident ${WHO}`],
      ['nodejs_heap_size_used_bytes and on (instance) kubeposture_build_info', `heap ${WHO}`],
    ],
  }),
  series({
    title: 'Processor',
    description: 'Cores.',
    queries: [['rate(process_cpu_seconds_total[5m]) and on (instance) kubeposture_build_info', WHO]],
  }),
  series({
    title: 'Event loop',
    description: 'How long work keeps probes and the lease waiting: 99th percentile.',
    unit: 's',
    queries: [['nodejs_eventloop_lag_p99_seconds and on (instance) kubeposture_build_info', WHO]],
  }),
  series({
    title: 'Objects in memory',
    description: 'By kind.',
    queries: [['max by (kind) (kubeposture_objects)', '{{kind}}']],
  }),
  series({
    title: 'Reports',
    description: 'That the API server holds.',
    queries: [['max by (kind) (kubeposture_reports)', '{{kind}}']],
  }),
  series({
    title: 'Without series of their own',
    description: 'Namespaces and workloads beyond metrics.maxSeries.',
    queries: [['max by (metric) (kubeposture_series_folded)', '{{metric}}']],
  }),
];

const RELISTS = marks(
  'Relists',
  'sum by (kind, reason) (changes(kubeposture_relists_total[2m])) > 0',
  '{{kind}}: {{reason}}',
  'orange',
);

/** How the operator itself is doing. */
export function operationDashboard(): object {
  return dashboard({
    uid: 'kubeposture-operation',
    title: 'kubeposture / Operation',
    description: 'Whether the operator is well, and what it costs.',
    annotations: [LEADER, RELISTS],
    rows: [
      ['Is it well?', HEALTH],
      ['What it does', WORK],
      ['What it costs', COST],
    ],
  });
}
