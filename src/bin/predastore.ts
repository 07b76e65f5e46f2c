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
import { status } from './commands/status.ts';
import { up } from './commands/up.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  dev,
  up,
  down,
  clean,
  status,
  env,
  keygen,
  'client-key': clientKey,
  certs,
};
const FAILED = 1;
const MISUSED = 2;

function usage(): string {
  const lines = Object.entries(COMMANDS).map(
    ([name, { parameters, summary }]) => `  ${`${name} ${parameters}`.padEnd(30)}${summary}`,
  );
  return `Usage: predastore COMMAND [options]\n\n${lines.join('\n')}\n\nA cluster is the name of a file in config/ (3node) or a path.\n`;
}

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help' || name === 'help' || args.includes('--help')) {
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
  return command.run(args);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`predastore: ${messageOf(error)}\n`);
    process.exit(isPredastoreError(error) && error.code === 'invalid-config' ? MISUSED : FAILED);
  },
);
