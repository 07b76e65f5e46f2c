#!/usr/bin/env node
// The operator's tool: one file per subcommand under commands/.

import { isPredastoreError, messageOf } from '../core/errors.ts';
import { predastoreVersion } from '../host/version.ts';
import { certs } from './commands/certs.ts';
import { clean } from './commands/clean.ts';
import { clientKey } from './commands/client-key.ts';
import type { Command } from './commands/command.ts';
import { dev } from './commands/dev.ts';
import { down } from './commands/down.ts';
import { env } from './commands/env.ts';
import { keygen } from './commands/keygen.ts';
import { copies, lifecycle, orphans, repair, scrub } from './commands/maintenance.ts';
import { node } from './commands/node.ts';
import { natsUsers } from './commands/nats-users.ts';
import { rebuildMetadata } from './commands/rebuild-metadata.ts';
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';
import { STORE_COMMANDS, STORE_HELP } from './store/commands.ts';

const OPERATOR_COMMANDS: Readonly<Record<string, Command>> = {
  dev,
  up,
  down,
  clean,
  status,
  repair,
  scrub,
  orphans,
  lifecycle,
  copies,
  node,
  'rebuild-metadata': rebuildMetadata,
  env,
  keygen,
  'client-key': clientKey,
  'nats-users': natsUsers,
  certs,
};
const COMMANDS: Readonly<Record<string, Command>> = { ...OPERATOR_COMMANDS, ...STORE_COMMANDS };
const FAILED = 1;
const MISUSED = 2;
const UNAVAILABLE = 5;
/** 128 + SIGPIPE, as a shell has it for a program whose reader went away (`predastore ls | head`). */
const NOT_READ = 141;

function usage(): string {
  return [
    'Usage: predastore COMMAND [options]\n',
    'Objects:',
    ...linesOf(STORE_COMMANDS),
    '\nClusters (a cluster is the name of a file in config/, such as 3node, or a path):',
    ...linesOf(OPERATOR_COMMANDS),
    `\n${STORE_HELP}`,
  ].join('\n');
}

/** Where the words about a command begin. */
const SUMMARY_COLUMN = 36;

function linesOf(commands: Readonly<Record<string, Command>>): string[] {
  return Object.entries(commands).map(([name, { parameters, summary }]) => {
    const usage = `  ${name} ${parameters}`;
    const isLong = usage.length >= SUMMARY_COLUMN;
    return isLong
      ? `${usage}\n${' '.repeat(SUMMARY_COLUMN)}${summary}`
      : usage.padEnd(SUMMARY_COLUMN) + summary;
  });
}

/** What one command does, for `predastore put --help`. */
function helpOf(name: string, { parameters, summary }: Command): string {
  const more = Object.hasOwn(STORE_COMMANDS, name) ? `\n${STORE_HELP}` : '';
  return `Usage: predastore ${name} ${parameters}\n\n${summary}\n${more}`;
}

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage());
    return name === undefined ? MISUSED : 0;
  }
  if (name === '--version') {
    process.stdout.write(`predastore ${predastoreVersion()}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`predastore: there is no command "${name}".\n\n${usage()}`);
    return MISUSED;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpOf(name, command));
    return 0;
  }
  return command.run(args);
}

function exitCodeOf(error: unknown): number {
  if (!isPredastoreError(error)) return FAILED;
  if (error.code === 'peer-unreachable') return UNAVAILABLE;
  return error.code === 'invalid-config' ? MISUSED : FAILED;
}

const isNotRead = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => process.exit(isNotRead(error) ? NOT_READ : FAILED));
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (isNotRead(error)) process.exit(NOT_READ);
    process.stderr.write(`predastore: ${messageOf(error)}\n`);
    process.exit(exitCodeOf(error));
  },
);
