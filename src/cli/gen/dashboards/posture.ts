import {
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PAGES } from '#report/formats/sarif.ts';
import { LEADER, SOURCE, dashboard, marks, series, stat, table, type PanelOf } from './parts.ts';

const IN_NAMESPACES = 'namespace=~"$namespace"';
const CRITICAL = 'sum by (namespace) (kubeposture_findings{severity="critical"}';

const CLUSTER: readonly PanelOf[] = [
  stat({
    title: 'Score of the cluster',
    description: '0 to 100. Any high finding caps it at 74, any critical one at 49.',
    expr: 'max(kubeposture_cluster_score)',
    colors: 'low is bad',
    limits: [65, 90],
  }),
  stat({
    title: 'Critical findings',
    description: 'Open, in the chosen namespaces.',
    expr: `sum(kubeposture_findings{severity="critical",${IN_NAMESPACES}}) or vector(0)`,
    colors: 'high is bad',
    limits: [1, 1],
  }),
  stat({
    title: 'High findings',
    description: 'Open, in the chosen namespaces.',
    expr: `sum(kubeposture_findings{severity="high",${IN_NAMESPACES}}) or vector(0)`,
    colors: 'high is bad',
    limits: [1, 10],
  }),
  stat({
    title: 'Coverage',
    description: 'Part of the kinds that can be read. Below 100 % a score rests on less than it should.',
    expr: 'max(kubeposture_cluster_coverage_ratio)',
    unit: 'percentunit',
    colors: 'low is bad',
    limits: [0.9, 1],
  }),
  series({
    title: 'Score',
    description: 'Of the cluster, and of the chosen namespaces.',
    queries: [
      ['max(kubeposture_cluster_score)', 'cluster'],
      [`max by (namespace) (kubeposture_score{${IN_NAMESPACES}})`, '{{namespace}}'],
    ],
  }),
  series({
    title: 'Open findings by severity',
    description: 'In the chosen namespaces.',
    queries: [[`sum by (severity) (kubeposture_findings{${IN_NAMESPACES}})`, '{{severity}}']],
  }),
];

const BEGIN: readonly PanelOf[] = [
  table({
    title: 'Namespaces with the lowest scores',
    description: 'kubectl get securityreports -n NAMESPACE',
    expr: `sort(bottomk(20, max by (namespace) (kubeposture_score{${IN_NAMESPACES}})))`,
  }),
  table({
    title: 'Checks that are open most often',
    description: 'In the whole cluster. The link leads to the page of the check: why it matters and how to fix it.',
    expr: 'sort_desc(topk(20, sum by (check, severity) (kubeposture_check_findings)))',
    link: ['check', 'Why it matters, how to fix it', '${docs}/${__value.text}'],
  }),
  series({
    title: 'Open findings by area',
    description: 'The second part of a check id: POD, RBAC, NET.',
    queries: [[`sum by (category) (kubeposture_findings{${IN_NAMESPACES}})`, '{{category}}']],
  }),
  series({
    title: 'Compliance by framework',
    description: 'Part of the controls that pass, of those that a program can assess. What is unknown does not pass.',
    unit: 'percentunit',
    queries: [['max by (framework) (kubeposture_compliance_ratio)', '{{framework}}']],
  }),
  table({
    title: 'Controls by status',
    description: 'Of each framework. Manual is what does not show in the API.',
    expr: 'max by (framework, status) (kubeposture_compliance_controls)',
  }),
  table({
    title: 'Exceptions by state',
    description:
      'Risks that somebody takes. NeverMatched is most often a slip; Expired and Invalid ones cover nothing.',
    expr: 'sort_desc(max by (state) (kubeposture_exceptions))',
  }),
  stat({
    title: 'The next exception ends',
    description: 'Then what it covers is open again: in so much time.',
    expr: 'max(kubeposture_exceptions_next_expiry_timestamp_seconds) - time()',
    unit: 's',
    colors: 'low is bad',
    limits: [86_400, 604_800],
  }),
  table({
    title: 'What could not be judged',
    description: 'Checks on subjects, by what stood in the way. Not knowing is never a pass.',
    expr: 'sort_desc(max by (reason) (kubeposture_checks_unknown)) or vector(0)',
  }),
];

const NAMESPACES = new QueryVariableBuilder('namespace')
  .label('Namespace')
  .datasource(SOURCE)
  .query('label_values(kubeposture_findings, namespace)')
  .refresh(VariableRefresh.OnTimeRangeChanged)
  .multi(true)
  .includeAll(true)
  .allValue('.*');

const DOCS = new TextBoxVariableBuilder('docs')
  .label('Pages of the checks')
  .description('Where the pages of docs/checks can be read.')
  .defaultValue(PAGES);

/** What was found: numbers for managers, lists for engineers. */
export function postureDashboard(): object {
  return dashboard({
    uid: 'kubeposture-posture',
    title: 'kubeposture / Posture',
    description: 'How safe the cluster is, what is open, and where.',
    variables: [NAMESPACES, DOCS],
    annotations: [
      marks(
        'New critical findings',
        `${CRITICAL}) > (${CRITICAL} offset 5m) or 0 * ${CRITICAL}))`,
        'critical: {{namespace}}',
        'red',
      ),
      LEADER,
    ],
    rows: [
      ['The cluster', CLUSTER],
      ['Where to begin', BEGIN],
    ],
  });
}
