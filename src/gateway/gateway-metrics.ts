// What the gateway counts.

import {
  LATENCY_BUCKETS_S,
  type CounterMetric,
  type GaugeMetric,
  type HistogramMetric,
  type Metrics,
} from '../platform/metrics.ts';

export class GatewayMetrics {
  readonly #requests: CounterMetric;
  readonly #seconds: HistogramMetric;
  readonly #received: CounterMetric;
  readonly #sent: CounterMetric;
  readonly #inFlight: GaugeMetric;

  constructor(metrics: Metrics) {
    this.#requests = metrics.counter('predastore_s3_requests_total', 'S3 requests by operation and status', [
      'operation',
      'status',
    ]);
    this.#seconds = metrics.histogram(
      'predastore_s3_request_seconds',
      'Time from the headers of a request to the last byte of its reply',
      LATENCY_BUCKETS_S,
      ['operation'],
    );
    this.#received = metrics.counter('predastore_s3_received_bytes_total', 'Bytes of request bodies');
    this.#sent = metrics.counter('predastore_s3_sent_bytes_total', 'Bytes of reply bodies');
    this.#inFlight = metrics.gauge('predastore_s3_in_flight', 'S3 requests that have begun and not ended');
  }

  running(requests: number): void {
    this.#inFlight.set(requests);
  }

  finished(operation: string, status: number, elapsedMs: number): void {
    this.#requests.add(1, { operation, status: String(status) });
    this.#seconds.observe(elapsedMs / 1000, { operation });
  }

  received(bytes: number): void {
    if (bytes > 0) this.#received.add(bytes);
  }

  sent(bytes: number): void {
    if (bytes > 0) this.#sent.add(bytes);
  }
}
