// What a store tells about itself.

import {
  LATENCY_BUCKETS_S,
  type CounterMetric,
  type HistogramMetric,
  type Metrics,
} from '../platform/metrics.ts';

export interface StoreMetrics {
  readonly writtenBytes: CounterMetric;
  readonly corruptReads: CounterMetric;
  readonly movedShards: CounterMetric;
  readonly movedBytes: CounterMetric;
  readonly reclaimedBytes: CounterMetric;
  readonly failedCompactions: CounterMetric;
  readonly abandonedWriters: CounterMetric;
  readonly lostSealWorkers: CounterMetric;
  readonly commitSeconds: HistogramMetric;
  readonly batch: HistogramMetric;
}

const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export function storeMetrics(metrics: Metrics): StoreMetrics {
  return {
    writtenBytes: metrics.counter('predastore_segments_written_bytes_total', 'Bytes of committed shards'),
    corruptReads: metrics.counter('predastore_segments_corrupt_reads_total', 'Reads that met damage'),
    movedShards: metrics.counter('predastore_compaction_moved_shards_total', 'Shards moved by compaction'),
    movedBytes: metrics.counter('predastore_compaction_moved_bytes_total', 'Bytes moved by compaction'),
    reclaimedBytes: metrics.counter(
      'predastore_compaction_reclaimed_bytes_total',
      'Dead bytes in segments that compaction emptied',
    ),
    failedCompactions: metrics.counter(
      'predastore_compaction_failures_total',
      'Segments that compaction had to leave because of an error',
    ),
    abandonedWriters: metrics.counter(
      'predastore_segments_abandoned_writers_total',
      'Writers that were ended because they made no progress',
    ),
    lostSealWorkers: metrics.counter(
      'predastore_segments_lost_seal_workers_total',
      'Seal workers that ended by themselves',
    ),
    commitSeconds: metrics.histogram(
      'predastore_segments_commit_seconds',
      'From the last byte of a shard to its visibility',
      LATENCY_BUCKETS_S,
    ),
    batch: metrics.histogram(
      'predastore_segments_commit_batch',
      'Commits and deletes that shared their fsyncs',
      BATCH_BUCKETS,
    ),
  };
}
