import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { METRICS, type MetricKey, type MetricRow } from './metric-table.ts';

type LabelsOf<K extends MetricKey> = Readonly<Record<(typeof METRICS)[K]['labels'][number], string>>;

/** A value with its labels. */
export interface Sample<K extends MetricKey> {
  readonly labels: LabelsOf<K>;
  readonly value: number;
}

type KeyOf<T extends 'gauge' | 'counter' | 'histogram'> = {
  [K in MetricKey]: (typeof METRICS)[K]['type'] extends T ? K : never;
}[MetricKey];

/** What is read when Prometheus asks. */
export type GaugeKey = KeyOf<'gauge'>;

const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** A metric that is read when Prometheus asks. */
interface Pulled {
  readonly row: MetricRow;
  readonly read: () => Iterable<{ readonly labels: Readonly<Record<string, string>>; readonly value: number }>;
}

/**
 * The instruments of METRICS. What mirrors state is read when Prometheus asks, so nothing can go stale, and written out here: with thousands
 * of series, prom-client's gauges would take most of a scrape. Events are counted and observed by prom-client, and so is the process.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #pulled: Pulled[] = [];
  readonly #counters = new Map<MetricKey, Counter>();
  readonly #histograms = new Map<MetricKey, Histogram>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const [key, { name, help, type }] of Object.entries(METRICS)) {
      if (type !== 'histogram') continue;
      const histogram = new Histogram({ name, help, buckets: BUCKETS, registers: [this.#registry] });
      this.#histograms.set(key as MetricKey, histogram);
    }
  }

  /** A gauge whose samples are asked for at each scrape; a series that is not answered is gone. */
  gauge<K extends GaugeKey>(key: K, read: () => Iterable<Sample<K>>): void {
    this.#pulled.push({ row: METRICS[key], read });
  }

  /** A counter whose totals are kept elsewhere and asked for at each scrape. */
  totals<K extends KeyOf<'counter'>>(key: K, read: () => Iterable<Sample<K>>): void {
    this.#pulled.push({ row: METRICS[key], read });
  }

  /** Puts series at zero before their first event: a rate needs a value to begin with. */
  zero<K extends KeyOf<'counter'>>(key: K, series: readonly LabelsOf<K>[]): void {
    for (const labels of series) this.#counter(key).inc(labels, 0);
  }

  count<K extends KeyOf<'counter'>>(key: K, labels: LabelsOf<K>): void {
    this.#counter(key).inc(labels);
  }

  /** For histograms, in seconds. */
  observe(key: KeyOf<'histogram'>, seconds: number): void {
    this.#histograms.get(key)?.observe(seconds);
  }

  #counter(key: KeyOf<'counter'>): Counter {
    let counter = this.#counters.get(key);
    if (counter === undefined) {
      const { name, help, labels: labelNames } = METRICS[key];
      counter = new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
      this.#counters.set(key, counter);
    }
    return counter;
  }

  /** The exposition text, and its content type. */
  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    const pulled = this.#pulled.map(({ row, read }) => exposed(row, read()));
    return { contentType: this.#registry.contentType, text: `${pulled.join('')}${await this.#registry.metrics()}` };
  }
}

/** A metric in the text format 0.0.4 of Prometheus. Two samples with the same labels are one series, which keeps the last value. */
function exposed({ name, help, type, labels: names }: MetricRow, samples: ReturnType<Pulled['read']>): string {
  const series = new Map<string, number>();
  for (const { labels, value } of samples) {
    const pairs = names.map((label) => `${label}="${escaped(labels[label] ?? '')}"`).join(',');
    series.set(pairs === '' ? name : `${name}{${pairs}}`, value);
  }
  const lines = Array.from(series, ([key, value]) => `${key} ${String(value)}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}\n`;
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"') : value;
}
