// Counters, gauges and histograms in Prometheus form. One registry per process; rooms ask for what they need by name.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

export interface CounterMetric {
  add(amount: number, labels?: Labels): void;
}

export interface GaugeMetric {
  set(value: number, labels?: Labels): void;
}

export interface HistogramMetric {
  observe(value: number, labels?: Labels): void;
}

export interface Metrics {
  counter(name: string, help: string, labelNames?: readonly string[]): CounterMetric;
  gauge(name: string, help: string, labelNames?: readonly string[]): GaugeMetric;
  /** `buckets` in the unit the name ends with (seconds, bytes). */
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames?: readonly string[],
  ): HistogramMetric;
  /** The whole registry in the Prometheus text format. */
  render(): Promise<string>;
}

/** Latencies of an object store: half a millisecond to half a minute. */
export const LATENCY_BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();

  constructor(prefix: string) {
    collectDefaultMetrics({ register: this.#registry, prefix });
  }

  counter(name: string, help: string, labelNames: readonly string[] = []): CounterMetric {
    const metric = new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    return { add: (amount, labels = {}) => metric.inc(labels, amount) };
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []): GaugeMetric {
    const metric = new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    return { set: (value, labels = {}) => metric.set(labels, value) };
  }

  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly string[] = [],
  ): HistogramMetric {
    const options = {
      name,
      help,
      buckets: [...buckets],
      labelNames: [...labelNames],
      registers: [this.#registry],
    };
    const metric = new Histogram(options);
    return { observe: (value, labels = {}) => metric.observe(labels, value) };
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}

export function createMetrics(): Metrics {
  return new PrometheusMetrics('predastore_');
}

/** Measures nothing; for tests and tools. */
export const noMetrics: Metrics = {
  counter: () => ({ add: () => {} }),
  gauge: () => ({ set: () => {} }),
  histogram: () => ({ observe: () => {} }),
  render: () => Promise.resolve(''),
};
