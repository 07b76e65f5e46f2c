// s3d rebuild-metadata: what the view of a stopped node could restore of a lost metadata stream; with --apply, its next start does it.

import { dataDirectoryOf } from '../../host/data-directory.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';
import { describeView, markForRestoring, reportView } from './view-report.ts';

const APPLIED =
  'The next start of this node restores the stream; it refuses if the stream is there and holds records.';
const LOOKED = 'Nothing was changed. Look at every node, and say --apply at the one with the highest change.';

export const rebuildMetadata: MaintenanceCommand = {
  summary: 'lost JetStream: what this stopped node can restore; --apply: at its next start',
  flags: ['--apply', '--json'],
  run: async ({ basePath, node }, flags) => {
    const directory = dataDirectoryOf(basePath, node.id);
    const report = await reportView(directory, node.id);
    const isApplied = flags.has('--apply');
    if (isApplied) await markForRestoring(directory);
    const text = `${describeView(report)}\n${isApplied ? APPLIED : LOOKED}\n`;
    process.stdout.write(flags.has('--json') ? `${JSON.stringify(report)}\n` : text);
    return 0;
  },
};
