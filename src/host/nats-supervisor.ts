// The NATS server that belongs to this process: started, watched, restarted, stopped.
//
// Invariants:
//   1. At most one server runs on a data directory: one left over from a run that was killed is ended first, found by its
//      process record and never by name.
//   2. A server that dies is started again, later each time; it is never left dead while this process lives.
//   3. `stop` ends it within its bound, whatever state it is in; a process that exits in any way but kill -9 takes it along.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { PredastoreError, messageOf, systemCodeOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { PRIVATE_MODE, replaceFile } from '../platform/owned-file.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import { stopRecorded, writeRecord } from './process-record.ts';

const READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 50;
const READY_PROBE_TIMEOUT_MS = 1_000;
/** A server that dies this often before it was ever ready cannot be started by trying again. */
const EARLY_EXITS_MAX = 3;
/** From SIGTERM to SIGKILL: JetStream hands leadership over and closes its files. */
const STOP_GRACE_MS = 10_000;
const RESTART_DELAY_MS = { least: 200, base: 400, max: 15_000 };
/** A server that ran this long was healthy: the delays start over. */
const HEALTHY_UPTIME_MS = 60_000;
const LOG_TAIL_BYTES = 2_000;
const INFO_BYTES_MAX = 64 * 1024;
const DIRECTORY_MODE = 0o700;

/** Threads that run Go code at once, at least: with two of them a small message waits behind bulk for Go's time slice of 10 ms, at each of its turns. */
const GO_PROCESSORS_MIN = 4;

/**
 * What a nats-server is started with: on a small machine the kernel's scheduler, whose slices are shorter, decides between bulk and small
 * messages (docs/benchmarks.md). An operator's own GOMAXPROCS stands.
 */
export function natsEnvironment(environment: NodeJS.ProcessEnv, cores: number): NodeJS.ProcessEnv {
  if (cores >= GO_PROCESSORS_MIN || environment['GOMAXPROCS'] !== undefined) return environment;
  return { ...environment, GOMAXPROCS: String(GO_PROCESSORS_MIN) };
}

export interface NatsSupervisorOptions {
  readonly binary: string;
  /** What it is started with; absent: what this process was. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Configuration, process record, log and JetStream store live here. */
  readonly directory: string;
  /** The text of nats.conf. */
  readonly conf: string;
  readonly serverName: string;
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Where the record of the server's process lies in its directory. */
export function natsRecordFile(directory: string): string {
  return join(directory, 'nats.process.json');
}

export class NatsSupervisor {
  readonly #options: NatsSupervisorOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #exits = 0;
  #guarding: Promise<void> = Promise.resolve();
  readonly #endWithUs = (): void => void this.#child?.kill('SIGTERM');

  private constructor(options: NatsSupervisorOptions) {
    this.#options = options;
  }

  /** Resolves when the server answers. */
  static async start(options: NatsSupervisorOptions): Promise<NatsSupervisor> {
    const { directory, clock } = options;
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
    const record = natsRecordFile(directory);
    if (await stopRecorded(record, { clock, graceMs: STOP_GRACE_MS })) {
      options.log.warn('ended the nats-server of an earlier run', { directory });
    }
    await replaceFile(join(directory, 'nats.conf'), options.conf, PRIVATE_MODE);
    const supervisor = new NatsSupervisor(options);
    process.once('exit', supervisor.#endWithUs);
    supervisor.#guarding = supervisor.#guard();
    supervise(supervisor.#guarding, options.log, 'watching nats-server');
    try {
      await supervisor.#untilReady();
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return supervisor;
  }

  /** The process that runs now, if any. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often the server has ended without being asked to. */
  get exits(): number {
    return this.#exits;
  }

  /** Ends the server and the watch over it. Calling it twice is harmless. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const { clock, directory } = this.#options;
    await stopRecorded(natsRecordFile(directory), { clock, graceMs: STOP_GRACE_MS });
    this.#child?.kill('SIGKILL'); // when it ended up without a record
    await this.#guarding;
    process.off('exit', this.#endWithUs);
  }

  async #guard(): Promise<void> {
    const { clock, random, log } = this.#options;
    let attempt = 0;
    while (!this.#stopping.signal.aborted) {
      const startedMs = clock.monotonicMs();
      const ending = await this.#runOnce().catch((error: unknown) => messageOf(error));
      if (this.#isStopping()) return;
      this.#exits += 1;
      attempt = clock.monotonicMs() - startedMs > HEALTHY_UPTIME_MS ? 0 : attempt + 1;
      const { least, base, max } = RESTART_DELAY_MS;
      const delayMs = least + backoffMs(random, attempt, base, max);
      log.error('nats-server ended, starting it again', { ending, delayMs, output: await this.#logTail() });
      await clock.sleep(delayMs, this.#stopping.signal);
    }
  }

  /** Runs the server until it ends; resolves with how. */
  async #runOnce(): Promise<string> {
    const { binary, directory, environment } = this.#options;
    const output = await open(join(directory, 'nats.out'), 'w', PRIVATE_MODE);
    try {
      // A session of its own: Ctrl-C at a terminal reaches s3d only, which then stops the server in order.
      const child = spawn(binary, ['-c', join(directory, 'nats.conf')], {
        stdio: ['ignore', output.fd, output.fd],
        detached: true,
        ...(environment === undefined ? {} : { env: environment }),
      });
      const ended = endingOf(child);
      this.#child = child;
      if (child.pid !== undefined) await this.#record(child.pid);
      if (this.#isStopping()) child.kill('SIGKILL');
      const ending = await ended;
      this.#child = undefined;
      return ending;
    } finally {
      await output.close();
    }
  }

  /** A server without a record runs all the same: only one that outlives a killed s3d would not be found. */
  async #record(pid: number): Promise<void> {
    try {
      await writeRecord(natsRecordFile(this.#options.directory), pid);
    } catch (error) {
      this.#options.log.error('the process of nats-server was not recorded', { pid, error });
    }
  }

  async #untilReady(): Promise<void> {
    const { clock, host, port, serverName } = this.#options;
    const deadlineMs = clock.monotonicMs() + READY_TIMEOUT_MS;
    while (clock.monotonicMs() < deadlineMs && this.#exits < EARLY_EXITS_MAX) {
      if ((await serverNameAt(host, port)) === serverName) return;
      await clock.sleep(READY_POLL_MS);
    }
    const reason = this.#exits > 0 ? `ended ${this.#exits} times` : `did not answer on ${host}:${port}`;
    const output = (await this.#logTail()).trim();
    throw new PredastoreError('server-unsuitable', `nats-server ${reason}: ${output}`);
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** The last lines that the server wrote, for the one who has to find out why. */
  async #logTail(): Promise<string> {
    const tails = ['nats.out', 'nats.log'].map(async (name) => {
      try {
        const text = await readFile(join(this.#options.directory, name), 'utf8');
        return text.slice(-LOG_TAIL_BYTES);
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT') return '';
        return messageOf(error);
      }
    });
    return (await Promise.all(tails)).join('');
  }
}

function endingOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${String(code)}`));
  });
}

/** The name a NATS server at this address greets with; undefined when nobody answers like one. */
function serverNameAt(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let greeting = '';
    const finish = (name?: string): void => {
      socket.destroy();
      resolve(name);
    };
    socket.setTimeout(READY_PROBE_TIMEOUT_MS, () => finish());
    socket.once('error', () => finish());
    socket.once('close', () => finish());
    socket.on('data', (chunk) => {
      greeting += chunk.toString('latin1');
      const end = greeting.indexOf('\r\n');
      if (end >= 0) finish(/"server_name":"([^"]*)"/.exec(greeting.slice(0, end))?.[1]);
      else if (greeting.length > INFO_BYTES_MAX) finish();
    });
  });
}
