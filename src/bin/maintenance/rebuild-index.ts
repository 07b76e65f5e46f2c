// s3d rebuild-index: the index of a stopped node anew, from its sidecars.

import { claimDataDirectory, dataDirectoryOf, releaseDataDirectory } from '../../host/data-directory.ts';
import { withStoreKeys } from '../../host/node-keys.ts';
import { systemFiles } from '../../platform/files.ts';
import { createLogger } from '../../platform/log.ts';
import { openLmdbTables } from '../../segments/lmdb-tables.ts';
import { rebuildIndex, type RebuildReport } from '../../segments/rebuild-index.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';

export const rebuild: MaintenanceCommand = {
  summary: 'make the index anew from the sidecars (stopped node)',
  flags: ['--compare', '--json'],
  run: async (settings, flags) => {
    const directory = dataDirectoryOf(settings.basePath, settings.node.id);
    await claimDataDirectory(directory);
    try {
      const report = await withStoreKeys(settings, (keys) =>
        rebuildIndex({
          ...keys,
          directory: directory.segments,
          files: systemFiles,
          openIndexTables: openLmdbTables,
          logger: createLogger('warn', { node: settings.node.id }),
          compare: flags.has('--compare'),
        }),
      );
      process.stdout.write(flags.has('--json') ? `${JSON.stringify(report)}\n` : textOf(report));
      return 0;
    } finally {
      await releaseDataDirectory(directory);
    }
  },
};

function textOf({ comparison, ...report }: RebuildReport): string {
  const lines = [
    `${report.shards} shards with ${report.liveBytes} bytes in ${report.segments} segments.`,
    `${report.supersededRows} rows were superseded by later ones; ${report.damagedBytes} bytes of sidecars cannot be read.`,
  ];
  if (report.oldIndex !== undefined)
    lines.push(`The old index is ${report.oldIndex}: remove it when the node runs well.`);
  if (comparison !== undefined) {
    const { same, moved, added, missing } = comparison;
    lines.push(
      `Against the old index: ${same} the same, ${moved} moved, ${added} only new, ${missing} only old.`,
    );
  }
  lines.push(
    'Shards that had been deleted may be back; no object names them, and they go with the next sweep of orphans.',
  );
  return `${lines.join('\n')}\n`;
}
