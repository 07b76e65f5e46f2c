// predastore rebuild-metadata [--apply] [CLUSTER]: restores lost JetStream metadata of a stopped cluster from the views of its nodes.
//
// With --from-copies: from a copy of the metadata and what was sealed beside the shards since, when every view is lost too. With
// --from-shards: from the sealed records alone.
// Looks at every node whose data directory is on this machine; elsewhere `s3d rebuild-metadata` does the same for one node.

import { existsSync } from 'node:fs';
import { storageNodes } from '../../config/config.ts';
import { PredastoreError } from '../../core/errors.ts';
import { dataDirectoryOf } from '../../host/data-directory.ts';
import {
  copiesOf,
  describeCopies,
  describeShardMetadata,
  metadataFromShards,
  type StoppedNode,
} from '../maintenance/shard-metadata.ts';
import { describeView, markForRestoring, reportView } from '../maintenance/view-report.ts';
import type { LocalCluster } from '../../host/local-cluster.ts';
import { withStoreKeys, type StoreKeyFiles } from '../../host/node-keys.ts';
import { systemClock } from '../../platform/clock.ts';
import { namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';

const FLAGS = ['--from-copies', '--from-shards', '--complete-uploads', '--apply'];
const PREVIOUS_KEY = '--previous-encryption-key-file';

export const rebuildMetadata: Command = {
  parameters: `[--from-copies|--from-shards [--complete-uploads] [${PREVIOUS_KEY} FILE]] [--apply] [CLUSTER]`,
  summary: 'JetStream is lost: say what can be restored; --apply: at the next start',
  run: async (given) => {
    const { args, previousEncryptionKeyFile } = previousKeyIn(given);
    const cluster = namedCluster(args, FLAGS);
    if (args.includes('--from-shards') || args.includes('--from-copies')) {
      const { encryptionKeyFile } = cluster;
      const files = {
        encryptionKeyFile,
        ...(previousEncryptionKeyFile !== undefined && { previousEncryptionKeyFile }),
      };
      return fromShards(cluster, args, files);
    }
    const nodes = nodesOf(cluster);
    for (const node of nodes)
      say(`node ${node.id}  ${describeCopies(await copiesOf([node]), systemClock.nowMs())}`);
    const directories = nodes.filter(({ directory }) => existsSync(directory.view));
    const found = [];
    for (const { id, directory } of directories) {
      const report = await reportView(directory, id);
      say(`node ${id}  ${describeView(report)}`);
      found.push({ id, directory, report });
    }
    const [best] = found.sort((a, b) => b.report.applied - a.report.applied);
    if (best === undefined)
      throw new PredastoreError(
        'invalid-config',
        `no view of a node is under ${cluster.directory}: what is left is --from-copies, and without any copy --from-shards`,
      );
    if (!args.includes('--apply')) {
      say(`Nothing was changed. --apply: node ${best.id} restores the stream when it is started.`);
      return 0;
    }
    await markForRestoring(best.directory);
    say(`Node ${best.id} restores the stream when it is started; the others wait for it. Start all of them.`);
    return 0;
  },
};

function nodesOf({ config, directory }: LocalCluster): readonly StoppedNode[] {
  return storageNodes(config).map(({ id }) => ({ id, directory: dataDirectoryOf(directory, id) }));
}

/** While the encryption key is being changed, some stores are still wrapped with the one before. */
function previousKeyIn(args: readonly string[]): {
  readonly args: readonly string[];
  readonly previousEncryptionKeyFile: string | undefined;
} {
  const at = args.indexOf(PREVIOUS_KEY);
  if (at < 0) return { args, previousEncryptionKeyFile: undefined };
  const previousEncryptionKeyFile = args[at + 1];
  if (previousEncryptionKeyFile === undefined || previousEncryptionKeyFile.startsWith('-'))
    throw new PredastoreError('invalid-config', `${PREVIOUS_KEY} needs the name of a file`);
  return { args: args.toSpliced(at, 2), previousEncryptionKeyFile };
}

async function fromShards(
  cluster: LocalCluster,
  args: readonly string[],
  keyFiles: StoreKeyFiles,
): Promise<number> {
  const nodes = nodesOf(cluster).filter(({ directory }) => existsSync(directory.segments));
  const [target] = nodes;
  if (target === undefined)
    throw new PredastoreError('invalid-config', `no shards of a node are under ${cluster.directory}`);
  const applies = args.includes('--apply');
  const completesUploads = args.includes('--complete-uploads');
  const fromCopies = args.includes('--from-copies');
  const report = await withStoreKeys(keyFiles, (keys) =>
    metadataFromShards({ nodes, target, keys, applies, completesUploads, fromCopies }),
  );
  say(describeShardMetadata(report));
  say(
    applies
      ? `Node ${target.id} restores the stream when it is started; the others wait for it. Start all of them.`
      : `Nothing was changed. --apply: node ${target.id} restores the stream when it is started.`,
  );
  return 0;
}
