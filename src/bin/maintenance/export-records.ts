// s3d export-records: what a stopped node knows of its shards, to standard output, for rebuilding metadata on another machine.

import { claimDataDirectory, dataDirectoryOf, releaseDataDirectory } from '../../host/data-directory.ts';
import { withStoreKeys } from '../../host/node-keys.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';
import { writeRecordFile } from './record-file.ts';
import { shardsOf } from './shard-metadata.ts';

export const exportRecords: MaintenanceCommand = {
  summary: 'sealed records of this stopped node as a file, for rebuild-metadata elsewhere',
  flags: [],
  run: async (settings) => {
    const { basePath, node } = settings;
    const directory = dataDirectoryOf(basePath, node.id);
    await claimDataDirectory(directory);
    try {
      let damagedBytes = 0;
      const count = await withStoreKeys(settings, (keys) => {
        const shards = shardsOf({ id: node.id, directory }, keys, (bytes) => (damagedBytes += bytes));
        return writeRecordFile(node.id, shards, process.stdout);
      });
      process.stderr.write(`${count} shards; ${damagedBytes} bytes of sidecars are damaged\n`);
      return 0;
    } finally {
      await releaseDataDirectory(directory);
    }
  },
};
