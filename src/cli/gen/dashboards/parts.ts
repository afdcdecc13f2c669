import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Panel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as SeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

export type PanelOf = Builder<Panel>;
export type Colors = 'low is bad' | 'high is bad';

/** Where the readers' own Prometheus is: a variable of each dashboard. */
export const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const HEIGHT = 7;
const QUARTER = 6;
const HALF = 12;
const WHOLE = 24;

interface BoardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables?: readonly Builder<VariableModel>[];
  readonly annotations: readonly AnnotationQueryBuilder[];
  readonly rows: readonly (readonly [title: string, panels: readonly PanelOf[]])[];
}

/** A dashboard with what all of ours have: the choice of the data source, a refresh, a link to the others. */
export function dashboard({ uid, title, description, variables = [], annotations, rows }: BoardSpec): object {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- schema 1 is what files, ConfigMaps and every Grafana in use can read
  const board = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['kubeposture'])
    .refresh('1m')
    .time({ from: 'now-24h', to: 'now' })
    .timezone('browser')
    .variables([new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'), ...variables])
    .annotations([...annotations])
    .link(LINK);
  for (const [name, panels] of rows) {
    board.withRow(new RowBuilder(name));
    for (const panel of panels) board.withPanel(panel);
  }
  return board.build();
}

const LINK = new DashboardLinkBuilder('kubeposture')
  .type(DashboardLinkType.Dashboards)
  .tags(['kubeposture'])
  .keepTime(true)
  .asDropdown(true);

/** Marks the moments at which a query begins to have a value. */
export function marks(name: string, expr: string, titleFormat: string, iconColor: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(SOURCE)
    .enable(true)
    .iconColor(iconColor)
    .expr(expr)
    .titleFormat(titleFormat)
    .step('60s');
}

/** On both dashboards: after a change of leaders another replica says the numbers. */
export const LEADER = marks('Another leader', 'changes(kubeposture_leader[2m]) > 0', 'leader changed', 'blue');

function query(expr: string, legend = ''): DataqueryBuilder {
  return new DataqueryBuilder().datasource(SOURCE).expr(expr).legendFormat(legend);
}

function thresholds(colors: Colors, yellow: number, green: number): ThresholdsConfigBuilder {
  const [first, last] = colors === 'low is bad' ? ['red', 'green'] : ['green', 'red'];
  // The schema wants null for "from the start"; the builder's type does not know it.
  const start = { value: null as unknown as number, color: first };
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([start, { value: yellow, color: 'yellow' }, { value: green, color: last }]);
}

interface StatSpec {
  readonly title: string;
  readonly description: string;
  readonly expr: string;
  readonly unit?: string;
  readonly colors: Colors;
  readonly limits: readonly [yellow: number, last: number];
}

/** One number now, with its recent course. */
export function stat({ title, description, expr, unit = 'none', colors, limits }: StatSpec): PanelOf {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .unit(unit)
    .height(HEIGHT - 2)
    .span(QUARTER)
    .thresholds(thresholds(colors, ...limits))
    .withTarget(query(expr));
}

interface SeriesSpec {
  readonly title: string;
  readonly description: string;
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  readonly unit?: string;
}

/** Courses over time. */
export function series({ title, description, queries, unit = 'short' }: SeriesSpec): PanelOf {
  const panel = new SeriesBuilder()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .unit(unit)
    .min(0)
    .height(HEIGHT)
    .span(HALF);
  return panel.targets(queries.map(([expr, legend]): Builder<Dataquery> => query(expr, legend)));
}

interface TableSpec {
  readonly title: string;
  readonly description: string;
  readonly expr: string;
  /** Label to link, and where to. */
  readonly link?: readonly [label: string, title: string, url: string];
  readonly isWide?: boolean;
}

/** The newest value of each series, a row each. */
export function table({ title, description, expr, link, isWide = false }: TableSpec): PanelOf {
  const panel = new TableBuilder()
    .title(title)
    .description(description)
    .datasource(SOURCE)
    .height(HEIGHT + 2)
    .span(isWide ? WHOLE : HALF)
    .withTarget(query(expr).instant().format(PromQueryFormat.Table))
    .withTransformation({ id: 'organize', options: { excludeByName: { Time: true } } });
  if (link === undefined) return panel;
  const [label, text, url] = link;
  return panel.overrideByName(label, [{ id: 'links', value: [{ title: text, url, targetBlank: true }] }]);
}
