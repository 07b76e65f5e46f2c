// s3d export-records: what a stopped node knows of its shards, to standard output, for rebuilding metadata on another machine.

import { claimDataDirectory, dataDirectoryOf, releaseDataDirectory } from '../../host/data-directory.ts';
import { loadMasterKey } from '../../platform/master-key.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';
import { writeRecordFile } from './record-file.ts';
import { shardsOf } from './shard-metadata.ts';

export const exportRecords: MaintenanceCommand = {
  summary: 'sealed records of this stopped node as a file, for rebuild-metadata elsewhere',
  flags: [],
  run: async ({ basePath, node, encryptionKeyFile }) => {
    const directory = dataDirectoryOf(basePath, node.id);
    const masterKey = await loadMasterKey(encryptionKeyFile);
    await claimDataDirectory(directory);
    try {
      let damagedBytes = 0;
      const shards = shardsOf({ id: node.id, directory }, masterKey, (bytes) => (damagedBytes += bytes));
      const count = await writeRecordFile(node.id, shards, process.stdout);
      process.stderr.write(`${count} shards; ${damagedBytes} bytes of sidecars are damaged\n`);
      return 0;
    } finally {
      masterKey.fill(0);
      await releaseDataDirectory(directory);
    }
  },
};
