import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { METRICS, type MetricKey } from './metric-table.ts';

type LabelsOf<K extends MetricKey> = Readonly<Record<(typeof METRICS)[K]['labels'][number], string>>;

/** A value with its labels. */
export interface Sample<K extends MetricKey> {
  readonly labels: LabelsOf<K>;
  readonly value: number;
}

type KeyOf<T extends 'gauge' | 'counter' | 'histogram'> = {
  [K in MetricKey]: (typeof METRICS)[K]['type'] extends T ? K : never;
}[MetricKey];

const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** The instruments of METRICS over prom-client. Gauges and counters that mirror state are read when Prometheus asks: nothing can go stale. */
export class Metrics {
  readonly #registry = new Registry();
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
  gauge<K extends KeyOf<'gauge'>>(key: K, read: () => Iterable<Sample<K>>): void {
    const { name, help, labels } = METRICS[key];
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect() {
        // Not reset(): it would leave a gauge without labels at zero, where nothing at all is to be said.
        if (labels.length === 0) this.remove();
        else this.reset();
        for (const { labels: values, value } of read()) this.set(values, value);
      },
    });
  }

  /** A counter whose totals are kept elsewhere and asked for at each scrape. */
  totals<K extends KeyOf<'counter'>>(key: K, read: () => Iterable<Sample<K>>): void {
    const { name, help, labels } = METRICS[key];
    new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { labels: values, value } of read()) this.inc(values, value);
      },
    });
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
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
