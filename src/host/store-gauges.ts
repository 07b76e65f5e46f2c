// What the shard store holds, as gauges that are brought up to date at a gentle pace.

import { messageOf } from '../core/errors.ts';
import type { ShardStore } from '../segments/shard-store.ts';
import type { Runtime } from './node-settings.ts';

const INTERVAL_MS = 10_000;

export interface StoreGauges {
  /** Ends after the look under way. */
  stop(): Promise<void>;
}

export function startStoreGauges(store: ShardStore, { clock, log, metrics }: Runtime): StoreGauges {
  const gauges = {
    freeFraction: metrics.gauge(
      'predastore_segments_free_fraction',
      'Free part of the disk under the shards',
    ),
    segments: metrics.gauge('predastore_segments_files', 'Segment files'),
    shards: metrics.gauge('predastore_segments_shards', 'Committed shards'),
    liveBytes: metrics.gauge('predastore_segments_live_bytes', 'Bytes of committed shards on disk'),
    deadBytes: metrics.gauge('predastore_segments_dead_bytes', 'Bytes on disk that nothing references'),
  };
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const status = await store.status();
        for (const name of ['freeFraction', 'segments', 'shards', 'liveBytes', 'deadBytes'] as const) {
          gauges[name].set(status[name]);
        }
      } catch (error) {
        log.warn('the shard store does not say how it is', { reason: messageOf(error) });
      }
      await clock.sleep(INTERVAL_MS, stopping.signal);
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
