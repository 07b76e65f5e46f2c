// What the shard client tells the metrics registry: operations by node, kind and outcome, their latency, node conditions.

import { LATENCY_BUCKETS_S, type Metrics } from '../platform/metrics.ts';
import type { NodeId } from '../core/ids.ts';
import type { NodeCondition } from './shard-client.ts';
import type { ShardOperation } from './wire-format.ts';

/** Counts one finished operation; `outcome` is `ok`, `absent` or an error code. */
export type OperationRecorder = (operation: ShardOperation, outcome: string, durationMs: number) => void;

export interface ShardClientMetrics {
  recorder(node: NodeId): OperationRecorder;
  condition(node: NodeId, condition: NodeCondition): void;
}

const CONDITION_VALUES: Readonly<Record<NodeCondition, number>> = { up: 1, suspect: 0.5, down: 0 };

export function createShardClientMetrics(metrics: Metrics): ShardClientMetrics {
  const operations = metrics.counter(
    'predastore_shard_operations_total',
    'Finished shard operations on remote nodes',
    ['node', 'operation', 'outcome'],
  );
  const seconds = metrics.histogram(
    'predastore_shard_operation_seconds',
    'Time from the start of a remote shard operation to its end',
    LATENCY_BUCKETS_S,
    ['node', 'operation'],
  );
  const up = metrics.gauge('predastore_shard_node_up', '1 up, 0.5 suspect, 0 down', ['node']);
  return {
    recorder: (id) => {
      const node = String(id);
      return (operation, outcome, durationMs) => {
        operations.add(1, { node, operation, outcome });
        seconds.observe(durationMs / 1000, { node, operation });
      };
    },
    condition: (id, condition) => up.set(CONDITION_VALUES[condition], { node: String(id) }),
  };
}
