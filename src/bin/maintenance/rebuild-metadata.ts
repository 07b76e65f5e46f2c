// s3d rebuild-metadata: what the view of a stopped node could restore of a lost metadata stream; with --apply, its next start does it.

import { dataDirectoryOf } from '../../host/data-directory.ts';
import { withStoreKeys, type StoreKeyFiles } from '../../host/node-keys.ts';
import { systemClock } from '../../platform/clock.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';
import {
  copiesOf,
  describeCopies,
  describeShardMetadata,
  metadataFromShards,
  type StoppedNode,
} from './shard-metadata.ts';
import { describeView, markForRestoring, reportView } from './view-report.ts';

const APPLIED =
  'The next start of this node restores the stream; it refuses if the stream is there and holds records.';
const LOOKED = 'Nothing was changed. Look at every node, and say --apply at the one with the highest change.';

const LOOKED_AT_SHARDS =
  'Nothing was changed. Bring the files of the other nodes (s3d export-records) into rebuild/ of the data directory, then say --apply.';

export const rebuildMetadata: MaintenanceCommand = {
  summary: 'lost JetStream: what this stopped node can restore; --apply: at its next start',
  flags: ['--from-copies', '--from-shards', '--complete-uploads', '--apply', '--json'],
  run: async (settings, flags) => {
    const { basePath, node } = settings;
    const directory = dataDirectoryOf(basePath, node.id);
    if (flags.has('--from-shards') || flags.has('--from-copies'))
      return fromShards({ id: node.id, directory }, settings, flags);
    const copies = await copiesOf([{ id: node.id, directory }]);
    const known = describeCopies(copies, systemClock.nowMs());
    if (!flags.has('--json')) process.stdout.write(`${known}\n`);
    const report = await reportView(directory, node.id);
    const isApplied = flags.has('--apply');
    if (isApplied) await markForRestoring(directory);
    const text = `${describeView(report)}\n${isApplied ? APPLIED : LOOKED}\n`;
    process.stdout.write(flags.has('--json') ? `${JSON.stringify(report)}\n` : text);
    return 0;
  },
};

async function fromShards(
  target: StoppedNode,
  keyFiles: StoreKeyFiles,
  flags: ReadonlySet<string>,
): Promise<number> {
  const applies = flags.has('--apply');
  const completesUploads = flags.has('--complete-uploads');
  const fromCopies = flags.has('--from-copies');
  const report = await withStoreKeys(keyFiles, (keys) =>
    metadataFromShards({ nodes: [target], target, keys, applies, completesUploads, fromCopies }),
  );
  const text = `${describeShardMetadata(report)}\n${applies ? APPLIED : LOOKED_AT_SHARDS}\n`;
  process.stdout.write(flags.has('--json') ? `${JSON.stringify(report)}\n` : text);
  return 0;
}
