// s3d segscan: what lies in the segments of a node, running or not.

import { dataDirectoryOf } from '../../host/data-directory.ts';
import { withStoreKeys } from '../../host/node-keys.ts';
import { systemFiles } from '../../platform/files.ts';
import { openLmdbTablesReadOnly } from '../../segments/lmdb-tables.ts';
import { scanStore, type StoreScan } from '../../segments/segment-scan.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';

export const segscan: MaintenanceCommand = {
  summary: 'live, dead and orphaned bytes of every segment',
  flags: ['--json'],
  run: async (settings, flags) => {
    const directory = dataDirectoryOf(settings.basePath, settings.node.id);
    const scan = await withStoreKeys(settings, (keys) =>
      scanStore({
        ...keys,
        directory: directory.segments,
        files: systemFiles,
        openIndexTables: openLmdbTablesReadOnly,
      }),
    );
    process.stdout.write(flags.has('--json') ? `${JSON.stringify(scan)}\n` : textOf(scan));
    return 0;
  },
};

function textOf({ segments, totals }: StoreScan): string {
  const head = ['segment', 'live', 'bytes', 'dead', 'bytes', 'orphan bytes'];
  const rows = [...segments, { ...totals, segment: 'all' }].map((scan) => [
    scan.segment,
    ...[scan.liveShards, scan.liveBytes, scan.deadShards, scan.deadBytes, scan.orphanBytes].map(String),
  ]);
  const widths = [17, 9, 15, 9, 15, 15];
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('');
  return `${[head, ...rows].map(line).join('\n')}\n`;
}
