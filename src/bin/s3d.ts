#!/usr/bin/env node
// One node of a Predastore cluster, as a process: flags in, signals heard, exit code out.
//
// Exit codes: 0 after a drain, 1 after a failure while running, 2 when it was told something that cannot work.

import { availableParallelism } from 'node:os';
import { messageOf, isPredastoreError } from '../core/errors.ts';
import { natsEnvironment } from '../host/nats-supervisor.ts';
import { startNode, type RunningNode } from '../host/node.ts';
import type { Runtime } from '../host/node-settings.ts';
import { predastoreVersion } from '../host/version.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { systemRandom } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import { maintenanceCommand, maintenanceUsage, runMaintenance } from './maintenance/maintenance.ts';
import { S3D_USAGE, parseS3dCommand } from './s3d-settings.ts';

const FAILED = 1;
const MISUSED = 2;
const MISUSES: readonly string[] = ['invalid-config', 'invalid-key-file'];

async function main(): Promise<number> {
  const [first, ...rest] = process.argv.slice(2);
  const maintenance = maintenanceCommand(first);
  if (maintenance !== undefined) return runMaintenance(maintenance, rest, process.env);
  await runNode();
  return 0;
}

async function runNode(): Promise<void> {
  const command = parseS3dCommand(process.argv.slice(2), process.env);
  if (command.kind === 'help') {
    process.stdout.write(S3D_USAGE + maintenanceUsage());
    return;
  }
  if (command.kind === 'version') {
    process.stdout.write(`s3d ${predastoreVersion()}\n`);
    return;
  }
  const { logLevel } = command;
  const natsServerEnvironment = natsEnvironment(process.env, availableParallelism());
  const settings = { ...command.settings, natsServerEnvironment };
  const log = createLogger(logLevel, { node: settings.node.id });
  exitOnBugs(log);
  const runtime: Runtime = { clock: systemClock, random: systemRandom, log, metrics: createMetrics() };
  const asked = signalled();
  let ready: RunningNode | undefined = undefined as RunningNode | undefined;
  process.on('SIGHUP', () => {
    // A node that is starting has read its key file just now.
    if (ready !== undefined) supervise(ready.rotateMasterKey(), log, 'reading the encryption key again');
  });
  log.info('starting', { version: predastoreVersion(), pid: process.pid, config: settings.config.file });
  const node = await Promise.race([startNode(settings, runtime), asked]);
  if (typeof node === 'string') {
    // Nothing was served yet, so there is nothing to drain; whatever was started ends with the process.
    log.info('told to end while starting', { signal: node });
    return;
  }
  log.info('ready');
  ready = node;
  const signal = await asked;
  log.info('draining', { signal });
  await node.stop();
  log.info('stopped');
}

/** Resolves with the first signal to end; the second one ends the process at once. */
function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const listen = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(FAILED);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', listen);
    process.on('SIGINT', listen);
  });
}

/** After a bug nothing that this process believes can be trusted: it ends, and its supervisor starts it again. */
function exitOnBugs(log: Logger): void {
  const end = (what: string) => (error: unknown) => {
    log.error(what, { error });
    process.exit(FAILED);
  };
  process.on('uncaughtException', end('uncaught exception'));
  process.on('unhandledRejection', end('unhandled rejection'));
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`s3d: ${messageOf(error)}\n`);
    process.exit(isPredastoreError(error) && MISUSES.includes(error.code) ? MISUSED : FAILED);
  },
);
