/** Every metric of the product, once: from here come the instruments, docs/metrics.md and the test of the label allow-list. */
export interface MetricRow {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Posture is exported by the leader only: two replicas must not count the same finding twice. */
  readonly scope: 'posture' | 'operation';
}

export const METRICS = {
  findings: {
    name: 'kubeposture_findings',
    type: 'gauge',
    help: 'Open findings.',
    labels: ['namespace', 'severity', 'category'],
    scope: 'posture',
  },
  checkFindings: {
    name: 'kubeposture_check_findings',
    type: 'gauge',
    help: 'Open findings by check.',
    labels: ['check', 'severity'],
    scope: 'posture',
  },
  score: {
    name: 'kubeposture_score',
    type: 'gauge',
    help: 'Score of a namespace, 0 to 100.',
    labels: ['namespace'],
    scope: 'posture',
  },
  clusterScore: {
    name: 'kubeposture_cluster_score',
    type: 'gauge',
    help: 'Score of the cluster, 0 to 100.',
    labels: [],
    scope: 'posture',
  },
  coverage: {
    name: 'kubeposture_cluster_coverage_ratio',
    type: 'gauge',
    help: 'Part of the kinds that can be seen, 0 to 1.',
    labels: [],
    scope: 'posture',
  },
  complianceRatio: {
    name: 'kubeposture_compliance_ratio',
    type: 'gauge',
    help: 'Part of the controls of a framework that pass, 0 to 1, of those that a program can assess. What is unknown does not pass.',
    labels: ['framework'],
    scope: 'posture',
  },
  complianceControls: {
    name: 'kubeposture_compliance_controls',
    type: 'gauge',
    help: 'Controls of a framework: pass, fail, unknown, or manual, of which nothing shows in the API.',
    labels: ['framework', 'status'],
    scope: 'posture',
  },
  unknown: {
    name: 'kubeposture_checks_unknown',
    type: 'gauge',
    help: 'Checks that could not judge, by what stood in the way.',
    labels: ['reason'],
    scope: 'posture',
  },
  reports: {
    name: 'kubeposture_reports',
    type: 'gauge',
    help: 'Reports that the API server holds.',
    labels: ['kind'],
    scope: 'posture',
  },
  reportsBytes: {
    name: 'kubeposture_reports_bytes',
    type: 'gauge',
    help: 'Bytes of the reports that this process wrote last.',
    labels: [],
    scope: 'posture',
  },
  workloadScore: {
    name: 'kubeposture_workload_score',
    type: 'gauge',
    help: 'Score of a workload, 0 to 100. Only with metrics.workloadScore.',
    labels: ['namespace', 'kind', 'name'],
    scope: 'posture',
  },
  seriesFolded: {
    name: 'kubeposture_series_folded',
    type: 'gauge',
    help: 'Namespaces (of kubeposture_findings) and workloads (of kubeposture_workload_score) without series of their own because of metrics.maxSeries.',
    labels: ['metric'],
    scope: 'posture',
  },
  eventToReport: {
    name: 'kubeposture_event_to_report_seconds',
    type: 'histogram',
    help: 'From an event of the API server to the report that it changed.',
    labels: [],
    scope: 'operation',
  },
  lastEventAge: {
    name: 'kubeposture_watch_last_event_age_seconds',
    type: 'gauge',
    help: 'Since the last event or bookmark of a watch.',
    labels: ['kind'],
    scope: 'operation',
  },
  kindServed: {
    name: 'kubeposture_kind_served',
    type: 'gauge',
    help: '1 when the API server serves a kind, else 0: kinds of an extension are watched while it is installed.',
    labels: ['kind'],
    scope: 'operation',
  },
  kindSynced: {
    name: 'kubeposture_kind_synced',
    type: 'gauge',
    help: '1 when a kind that is served is known, else 0.',
    labels: ['kind'],
    scope: 'operation',
  },
  objects: {
    name: 'kubeposture_objects',
    type: 'gauge',
    help: 'Objects held in memory.',
    labels: ['kind'],
    scope: 'operation',
  },
  queueDepth: {
    name: 'kubeposture_queue_depth',
    type: 'gauge',
    help: 'Subjects that wait to be judged.',
    labels: [],
    scope: 'operation',
  },
  evaluations: {
    name: 'kubeposture_evaluations_total',
    type: 'counter',
    help: 'Evaluations of a check on a subject.',
    labels: ['outcome'],
    scope: 'operation',
  },
  checkErrors: {
    name: 'kubeposture_check_errors_total',
    type: 'counter',
    help: 'Evaluations that broke: always a bug.',
    labels: ['check'],
    scope: 'operation',
  },
  reportWrites: {
    name: 'kubeposture_report_writes_total',
    type: 'counter',
    help: 'Writes of reports.',
    labels: ['result'],
    scope: 'operation',
  },
  eventWrites: {
    name: 'kubeposture_event_writes_total',
    type: 'counter',
    help: 'Writes of Events on workloads; throttled is what a limit left out.',
    labels: ['result'],
    scope: 'operation',
  },
  requests: {
    name: 'kubeposture_apiserver_requests_total',
    type: 'counter',
    help: 'Requests to the API server; code is a status or the class of a network failure.',
    labels: ['verb', 'resource', 'code'],
    scope: 'operation',
  },
  relists: {
    name: 'kubeposture_relists_total',
    type: 'counter',
    help: 'Full lists beyond the first one of a kind.',
    labels: ['kind', 'reason'],
    scope: 'operation',
  },
  watchAuditMisses: {
    name: 'kubeposture_watch_audit_misses_total',
    type: 'counter',
    help: 'Objects that a watch had missed when the sweep asked the API server for all of them: always a bug.',
    labels: ['kind'],
    scope: 'operation',
  },
  leader: {
    name: 'kubeposture_leader',
    type: 'gauge',
    help: '1 on the replica that writes, else 0.',
    labels: [],
    scope: 'operation',
  },
  drift: {
    name: 'kubeposture_drift_detected_total',
    type: 'counter',
    help: 'Subjects whose verdict a full sweep found wrong: always a bug.',
    labels: [],
    scope: 'operation',
  },
  configReloads: {
    name: 'kubeposture_config_reloads_total',
    type: 'counter',
    help: 'Changes of the configuration file: applied, or refused with the last good one kept.',
    labels: ['result'],
    scope: 'operation',
  },
  buildInfo: {
    name: 'kubeposture_build_info',
    type: 'gauge',
    help: '1, with the version of the product and of its catalogue.',
    labels: ['version', 'catalogue'],
    scope: 'operation',
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricKey = keyof typeof METRICS;
