// The shards of this node: the engine under them, and the face they show to the other nodes.

import type { Config } from '../config/config.ts';
import { isPredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { CommitOutcome, WitnessTable } from '../metadata/metadata-store.ts';
import { systemFiles } from '../platform/files.ts';
import { openLmdbTables } from '../segments/lmdb-tables.ts';
import { rebuildIndex } from '../segments/rebuild-index.ts';
import type { ShardStore } from '../segments/shard-store.ts';
import { openSegmentStore } from '../segments/segment-store.ts';
import type { StoreWitness } from '../segments/state-witness.ts';
import type { SegmentStoreOptions } from '../segments/store-options.ts';
import { createTransport } from '../transport/create-transport.ts';
import type { NodeKey } from '../transport/node-key.ts';
import type { Membership, Transport } from '../transport/transport.ts';
import type { NodeKeys } from './node-keys.ts';
import type { Runtime } from './node-settings.ts';
import { withStartPatience } from './start-patience.ts';

export interface StorePlan {
  readonly config: Config;
  readonly directory: string;
  readonly keys: Pick<NodeKeys, 'masterKey' | 'previousMasterKey'>;
  readonly self: NodeId;
  readonly witnesses: WitnessTable;
}

type Patience = <T>(what: string, work: () => Promise<T>) => Promise<T>;

/** The cluster metadata as the witness of this node's data directory. */
function witnessIn({ self, witnesses }: StorePlan, patiently: Patience): StoreWitness {
  return {
    read: (storeId) => patiently('reading the witness', () => witnesses.get(storeId)),
    write: async (record, revision) => {
      const put = (): Promise<CommitOutcome> => witnesses.put({ v: 1, node: self, ...record }, revision);
      // Trying again is safe: a write that arrived after all is a conflict, and then recognised by its process.
      const outcome = await patiently('telling the witness', put);
      return outcome.kind === 'committed' ? { kind: 'written', revision: outcome.revision } : outcome;
    },
  };
}

/** Opens the shards. The witness may have no leader yet when all nodes start at once: that is waited for, here only. */
export async function startStore(plan: StorePlan, runtime: Runtime): Promise<ShardStore> {
  let isStarting = true;
  const patiently: Patience = (what, work) => (isStarting ? withStartPatience(runtime, what, work) : work());
  try {
    return await openStore(plan, runtime, witnessIn(plan, patiently));
  } finally {
    isStarting = false;
  }
}

/** Opens the store; one whose index was lost gets it back from its sidecars first, because nobody may be near to do it. */
async function openStore(plan: StorePlan, runtime: Runtime, witness: StoreWitness): Promise<ShardStore> {
  const options = storeOptionsOf(plan, runtime, witness);
  try {
    return await openSegmentStore(options);
  } catch (error) {
    if (!isPredastoreError(error) || error.code !== 'index-missing') throw error;
    const { logger } = options;
    logger.error('the index of the shards is gone: it is made anew from the sidecars', {
      cause: error.message,
    });
    const report = await rebuildIndex({ ...options, files: systemFiles, openIndexTables: openLmdbTables });
    logger.warn('the index was made anew', { ...report });
    return openSegmentStore(options);
  }
}

function storeOptionsOf(plan: StorePlan, runtime: Runtime, witness: StoreWitness) {
  const { nearFullFraction, fullFraction } = plan.config.watermark;
  const { masterKey, previousMasterKey } = plan.keys;
  return {
    directory: plan.directory,
    masterKey,
    previousMasterKey,
    clock: runtime.clock,
    random: runtime.random,
    logger: runtime.log.child({ part: 'segments' }),
    metrics: runtime.metrics,
    witness,
    compaction: plan.config.compaction,
    sealWorkers: plan.config.segments.sealWorkers,
    watermarks: { nearFull: nearFullFraction, full: fullFraction },
  } satisfies SegmentStoreOptions;
}

export interface TransportPlan {
  readonly config: Config;
  readonly nodeKey: NodeKey;
  readonly membership: Membership;
}

export function startTransport(plan: TransportPlan, runtime: Runtime): Transport {
  return createTransport({
    kind: plan.config.transport,
    nodeKey: plan.nodeKey,
    membership: plan.membership,
    clock: runtime.clock,
    logger: runtime.log.child({ part: 'transport' }),
  });
}
