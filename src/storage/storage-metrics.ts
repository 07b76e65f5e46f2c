// What a storage node tells the metrics registry of the requests of its peers.

import { LATENCY_BUCKETS_S, type Metrics } from '../platform/metrics.ts';

export interface StorageMetrics {
  /** `outcome` is `ok` or an error code. */
  served(operation: string, outcome: string, durationMs: number): void;
}

export function createStorageMetrics(metrics: Metrics): StorageMetrics {
  const requests = metrics.counter('predastore_storage_requests_total', 'Shard requests of peers answered', [
    'operation',
    'outcome',
  ]);
  const seconds = metrics.histogram(
    'predastore_storage_request_seconds',
    'Time from the first byte of a shard request of a peer to the end of its answer',
    LATENCY_BUCKETS_S,
    ['operation'],
  );
  return {
    served: (operation, outcome, durationMs) => {
      requests.add(1, { operation, outcome });
      seconds.observe(durationMs / 1000, { operation });
    },
  };
}
