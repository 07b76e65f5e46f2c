// What `s3d` does instead of running a node: one file per command, each about the data directory of one node.

import { PredastoreError, messageOf } from '../../core/errors.ts';
import { parseS3dCommand } from '../s3d-settings.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';
import { exportRecords } from './export-records.ts';
import { rebuild } from './rebuild-index.ts';
import { rebuildMetadata } from './rebuild-metadata.ts';
import { rotate } from './rotate-key.ts';
import { segscan } from './segscan.ts';

const COMMANDS: Readonly<Record<string, MaintenanceCommand>> = {
  'rotate-key': rotate,
  'rebuild-index': rebuild,
  'rebuild-metadata': rebuildMetadata,
  'export-records': exportRecords,
  segscan,
};

export function maintenanceUsage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary, flags }]) => {
    return `  ${[name, ...flags.map((flag) => `[${flag}]`)].join(' ').padEnd(30)}${summary}`;
  });
  return `\nCommands about the data directory of a node, with the same options:\n\n${lines.join('\n')}\n`;
}

export function maintenanceCommand(name: string | undefined): MaintenanceCommand | undefined {
  return name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** Runs a command with what follows its name; resolves with the exit code. */
export async function runMaintenance(
  command: MaintenanceCommand,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const own = args.filter((arg) => command.flags.includes(arg));
  const rest = args.filter((arg) => !command.flags.includes(arg));
  const parsed = parseS3dCommand(rest, environment);
  if (parsed.kind !== 'run') {
    process.stdout.write(maintenanceUsage());
    return 0;
  }
  try {
    return await command.run(parsed.settings, new Set(own));
  } catch (error) {
    if (error instanceof PredastoreError) throw error;
    throw new PredastoreError('internal', messageOf(error), error);
  }
}
