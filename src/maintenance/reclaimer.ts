// Gives back the space of blobs that no record references any more.
//
// Owns: the loop. Refuses: deciding what is garbage (the view's reclaim queue knows, metadata/).
// Every node deletes only its own shards, after a grace that lets readers with an old record finish. An entry leaves the queue after
// the deletion is durable, so a crash repeats work and loses none.

import { messageOf } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { MetadataStore, ReclaimEntry } from '../metadata/metadata-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { ShardClient } from '../shards/shard-client.ts';

export interface ReclaimerOptions {
  readonly self: NodeId;
  readonly metadata: MetadataStore;
  readonly shards: ShardClient;
  /** How long a replaced blob is kept for readers that found it in an older record. */
  readonly graceMs: number;
  /** Pause between two looks at the queue. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Reclaimer {
  /** Ends the loop after the batch under way. */
  stop(): Promise<void>;
}

/** Entries per deletion: one LMDB transaction of the engine each. */
const BATCH_ENTRIES = 500;

export function startReclaimer(options: ReclaimerOptions): Reclaimer {
  const stopping = new AbortController();
  const reclaimed = options.metrics.counter(
    'predastore_reclaimed_shards_total',
    'Shards of replaced blobs deleted',
  );
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const more = await reclaimBatch(options, (shards) => reclaimed.add(shards)).catch((error: unknown) => {
        options.logger.warn('reclaiming failed; it will be tried again', { reason: messageOf(error) });
        return false;
      });
      if (!more) await options.clock.sleep(options.intervalMs, stopping.signal);
    }
  };
  const running = loop();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

/** True when the batch was full and the next one should follow at once. */
async function reclaimBatch(options: ReclaimerOptions, count: (shards: number) => void): Promise<boolean> {
  const entries = await options.metadata.reclaimable(options.graceMs, BATCH_ENTRIES);
  if (entries.length === 0) return false;
  const keys = entries.flatMap((entry) => ownShards(entry, options.self));
  if (keys.length > 0) count(await options.shards.remove(options.self, keys));
  await options.metadata.reclaimed(entries.map((entry) => entry.id));
  return entries.length === BATCH_ENTRIES;
}

function ownShards({ blob }: ReclaimEntry, self: NodeId): ShardKey[] {
  const keys: ShardKey[] = [];
  blob.nodes.forEach((node, index) => {
    if (node === self) keys.push({ writeId: blob.write, index });
  });
  return keys;
}
