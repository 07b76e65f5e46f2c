// predastore rebuild-metadata [--apply] [CLUSTER]: restores lost JetStream metadata of a stopped cluster from the views of its nodes.
//
// With --from-shards: from the sealed records beside the shards, when every view is lost too.
// Looks at every node whose data directory is on this machine; elsewhere `s3d rebuild-metadata` does the same for one node.

import { existsSync } from 'node:fs';
import { storageNodes } from '../../config/config.ts';
import { PredastoreError } from '../../core/errors.ts';
import { dataDirectoryOf } from '../../host/data-directory.ts';
import { describeShardMetadata, metadataFromShards } from '../maintenance/shard-metadata.ts';
import { describeView, markForRestoring, reportView } from '../maintenance/view-report.ts';
import type { LocalCluster } from '../../host/local-cluster.ts';
import { withStoreKeys } from '../../host/node-keys.ts';
import { namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';

const FLAGS = ['--from-shards', '--complete-uploads', '--apply'];

export const rebuildMetadata: Command = {
  parameters: '[--from-shards [--complete-uploads]] [--apply] [CLUSTER]',
  summary: 'JetStream is lost: say what can be restored; --apply: at the next start',
  run: async (args) => {
    const cluster = namedCluster(args, FLAGS);
    if (args.includes('--from-shards')) return fromShards(cluster, args);
    const directories = storageNodes(cluster.config)
      .map(({ id }) => ({ id, directory: dataDirectoryOf(cluster.directory, id) }))
      .filter(({ directory }) => existsSync(directory.view));
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
        `no view of a node is under ${cluster.directory}: what is left is --from-shards`,
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

async function fromShards(cluster: LocalCluster, args: readonly string[]): Promise<number> {
  const nodes = storageNodes(cluster.config)
    .map(({ id }) => ({ id, directory: dataDirectoryOf(cluster.directory, id) }))
    .filter(({ directory }) => existsSync(directory.segments));
  const [target] = nodes;
  if (target === undefined)
    throw new PredastoreError('invalid-config', `no shards of a node are under ${cluster.directory}`);
  const applies = args.includes('--apply');
  const completesUploads = args.includes('--complete-uploads');
  const report = await withStoreKeys(cluster, (keys) =>
    metadataFromShards({ nodes, target, keys, applies, completesUploads }),
  );
  say(describeShardMetadata(report));
  say(
    applies
      ? `Node ${target.id} restores the stream when it is started; the others wait for it. Start all of them.`
      : `Nothing was changed. --apply: node ${target.id} restores the stream when it is started.`,
  );
  return 0;
}
