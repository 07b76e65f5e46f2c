// A whole cluster on this machine, as separate processes: for development, for scripts and for tests.
//
// Owns: one directory with everything of the cluster. `logs/`, `run/` (which processes are ours), `certs/`,
// `encryption.key`, `node-<id>/`.
// Invariants:
//   1. Processes are stopped by their records, never by name; a process of somebody else is never hit.
//   2. Nothing here is needed to run a cluster in earnest: `s3d` is all there is.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, rm, rmdir } from 'node:fs/promises';
import { request } from 'node:https';
import { request as plainRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { nodeOf, type Config, type NodeConfig } from '../config/config.ts';
import { PredastoreError, systemCodeOf } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { createMasterKey } from '../platform/master-key.ts';
import { PRIVATE_MODE } from '../platform/owned-file.ts';
import type { Random } from '../platform/random.ts';
import { certificateFilesIn, ensureCertificates, type CertificateFiles } from './certificates.ts';
import { dataDirectoryOf, ensurePrivateDirectory, runningNode } from './data-directory.ts';
import { natsRecordFile } from './nats-supervisor.ts';
import { DRAIN_LIMIT_MS } from './node.ts';
import { runningProcess, signalProcess, stopRecorded, writeRecord } from './process-record.ts';

/** What the endpoint answers when the node can serve requests. */
export const READY_PATH = '/-/readyz';
const PROBE_TIMEOUT_MS = 2_000;
const PROBE_BYTES_MAX = 64 * 1024;
const POLL_MS = 100;
const LOG_TAIL_BYTES = 2_000;
/** A node that is told to stop has its own bound; we wait a little longer. */
const STOP_GRACE_MS = DRAIN_LIMIT_MS + 5_000;
/** Settings of s3d that must come from us and not from whoever started us. */
const OWN_VARIABLES = ['CONFIG', 'NODE', 'PORT', 'TLS_KEY', 'TLS_CERT', 'ENCRYPTION_KEY_FILE'];

export interface LocalClusterOptions {
  readonly config: Config;
  readonly directory: string;
  /** The built `s3d.js`. */
  readonly entry: string;
  /** A file of its own for a node that sees the others at other addresses (behind proxies); else `config.file`. */
  readonly configFileOf?: (id: NodeId) => string;
  /** How `node` is started for an s3d. Default NODE_PROCESS_FLAGS. */
  readonly processFlags?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logLevel?: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * How `node` is started for an s3d, here and in `bin/s3d`. Bodies pass through memory outside the JavaScript heap, and V8 counts it towards
 * the size at which it collects everything: with its own first limit, a node that takes 25 MiB/s does so twice a second, for a sixth
 * of its CPU and pauses of 50 ms. MiB; nothing is reserved (docs/benchmarks.md).
 */
export const NODE_PROCESS_FLAGS = ['--initial-old-space-size=256'] as const;

export class LocalCluster {
  readonly config: Config;
  readonly directory: string;
  readonly certificates: CertificateFiles;
  readonly #options: LocalClusterOptions;
  #authority: Buffer | undefined;

  /** Looks at nothing yet: a cluster may be there, running, or not. */
  constructor(options: LocalClusterOptions) {
    this.config = options.config;
    this.directory = options.directory;
    this.certificates = certificateFilesIn(join(options.directory, 'certs'));
    this.#options = options;
  }

  /** Makes the directory with key and certificates, where they are missing. Starts nothing. */
  async prepare(): Promise<void> {
    const { config, directory, clock, random } = this.#options;
    for (const path of ['', 'logs', 'run']) await ensurePrivateDirectory(join(directory, path));
    if (!existsSync(this.encryptionKeyFile)) await createMasterKey(this.encryptionKeyFile, random);
    const hosts = config.nodes.flatMap(({ host, gateway }) => [
      host,
      ...(gateway === undefined ? [] : [gateway.host]),
    ]);
    await ensureCertificates({ directory: join(directory, 'certs'), hosts, clock, random });
  }

  get encryptionKeyFile(): string {
    return join(this.directory, 'encryption.key');
  }

  get nodes(): readonly NodeConfig[] {
    return this.config.nodes;
  }

  /** `https://127.11.12.1:8443` */
  endpoint(id: NodeId): string {
    const { gateway } = nodeOf(this.config, id);
    if (gateway === undefined) throw new PredastoreError('invalid-config', `node ${id} has no S3 endpoint`);
    return `${this.config.s3.tls ? 'https' : 'http'}://${gateway.host}:${gateway.port}`;
  }

  logFile(id: NodeId): string {
    return join(this.directory, 'logs', `node-${id}.log`);
  }

  /** The pid of a node that runs. */
  async pidOf(id: NodeId): Promise<number | undefined> {
    return (await runningProcess(this.#recordFile(id)))?.pid;
  }

  /** Starts a node in the background; false when it runs already. */
  async start(id: NodeId): Promise<boolean> {
    if ((await this.pidOf(id)) !== undefined) return false;
    const environment = { ...this.#options.environment };
    for (const name of OWN_VARIABLES) Reflect.deleteProperty(environment, name);
    const { processFlags = NODE_PROCESS_FLAGS } = this.#options;
    const log = await open(this.logFile(id), 'a', PRIVATE_MODE);
    try {
      const child = spawn(process.execPath, [...processFlags, this.#options.entry, ...this.#flags(id)], {
        stdio: ['ignore', log.fd, log.fd],
        detached: true,
        env: environment,
      });
      const pid = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('spawn', () => resolve(child.pid ?? 0));
      });
      await writeRecord(this.#recordFile(id), pid);
      child.unref();
      return true;
    } finally {
      await log.close();
    }
  }

  /** Waits until every node of `ids` answers; fails early when one has ended. */
  async untilReady(ids: readonly NodeId[], limitMs: number): Promise<void> {
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + limitMs;
    for (const id of ids) {
      while ((await this.probe(id, READY_PATH))?.status !== 200) {
        if ((await this.pidOf(id)) === undefined) throw await this.#failure(id, 'ended');
        if (clock.monotonicMs() > deadlineMs)
          throw await this.#failure(id, `is not ready after ${limitMs / 1000} s`);
        await clock.sleep(POLL_MS);
      }
    }
  }

  /** Asks a node's endpoint; undefined when it does not answer. */
  async probe(id: NodeId, path: string): Promise<ProbeAnswer | undefined> {
    this.#authority ??= await readFile(this.certificates.caFile);
    const url = new URL(path, this.endpoint(id));
    const options = { agent: false, timeout: PROBE_TIMEOUT_MS, ca: this.#authority };
    const send = this.config.s3.tls ? request : plainRequest;
    return new Promise((resolve) => {
      const sent = send(url, options, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
          if (body.length > PROBE_BYTES_MAX) sent.destroy();
        });
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.once('close', () => resolve(undefined));
      });
      sent.once('timeout', () => sent.destroy());
      sent.once('error', () => resolve(undefined));
      sent.end();
    });
  }

  /** Sends a signal to a node; false when it does not run. */
  async signal(id: NodeId, signal: NodeJS.Signals): Promise<boolean> {
    const pid = await this.pidOf(id);
    return pid !== undefined && signalProcess(pid, signal);
  }

  /** Sends a signal to a node and to its NATS server, as when a machine loses power (SIGKILL) or freezes (SIGSTOP). */
  async signalMachine(id: NodeId, signal: NodeJS.Signals): Promise<void> {
    const nats = await runningProcess(this.#natsRecord(id));
    await this.signal(id, signal);
    if (nats !== undefined) signalProcess(nats.pid, signal);
  }

  /** Sends a signal to the NATS server of a node only; false when it has none that runs. */
  async signalNats(id: NodeId, signal: NodeJS.Signals): Promise<boolean> {
    const nats = await runningProcess(this.#natsRecord(id));
    return nats !== undefined && signalProcess(nats.pid, signal);
  }

  /** Drains and ends a node, and a NATS server it may have left behind. */
  async stop(id: NodeId): Promise<boolean> {
    const { clock } = this.#options;
    const stopped = await stopRecorded(this.#recordFile(id), { clock, graceMs: STOP_GRACE_MS });
    await stopRecorded(this.#natsRecord(id), { clock, graceMs: STOP_GRACE_MS });
    return stopped;
  }

  /** Stops every node; resolves with how many were running. */
  async stopAll(): Promise<number> {
    const stopped = await Promise.all(this.nodes.map((node) => this.stop(node.id)));
    return stopped.filter(Boolean).length;
  }

  /**
   * Processes that look like nodes of this cluster and that nobody started here, or whose records were removed under them: one line
   * each, which says how to end it. They are never signalled (invariant 1).
   */
  async strangers(): Promise<readonly string[]> {
    const found = await Promise.all(
      this.nodes.map(async ({ id, gateway }) => {
        if ((await this.pidOf(id)) !== undefined) return undefined;
        const directory = dataDirectoryOf(this.directory, id);
        const process = await runningNode(directory);
        if (process !== undefined)
          return `node ${id}: process ${process.pid}, of which run/ has no record, uses ${directory.path}. End it with: kill ${process.pid}`;
        if (gateway === undefined || !(await isListening(gateway))) return undefined;
        return `node ${id}: a process of which there is no record listens on ${gateway.host}:${gateway.port}. Find it with: ss -ltnp 'sport = :${gateway.port}'`;
      }),
    );
    return found.filter((line) => line !== undefined);
  }

  /** Stops everything and removes what is the cluster's; the directory itself only when nothing else is in it. */
  async remove(): Promise<void> {
    await this.stopAll();
    const data = this.nodes.map(({ id }) => dataDirectoryOf(this.directory, id).path);
    const rest = ['logs', 'run', 'certs', 'encryption.key'].map((name) => join(this.directory, name));
    for (const path of [...data, ...rest]) await rm(path, { recursive: true, force: true });
    try {
      await rmdir(this.directory);
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY'].includes(systemCodeOf(error) ?? '')) throw error;
    }
  }

  #flags(id: NodeId): readonly string[] {
    const { certFile, keyFile } = this.certificates;
    const flags = {
      config: this.#options.configFileOf?.(id) ?? this.config.file,
      node: String(id),
      'base-path': this.directory,
      'encryption-key-file': this.encryptionKeyFile,
      'tls-cert': certFile,
      'tls-key': keyFile,
      'log-level': this.#options.logLevel ?? 'info',
    };
    return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  }

  #recordFile(id: NodeId): string {
    return join(this.directory, 'run', `node-${id}.json`);
  }

  #natsRecord(id: NodeId): string {
    return natsRecordFile(dataDirectoryOf(this.directory, id).nats);
  }

  async #failure(id: NodeId, what: string): Promise<PredastoreError> {
    const log = await readFile(this.logFile(id), 'utf8');
    const tail = log.slice(-LOG_TAIL_BYTES).trim();
    return new PredastoreError('internal', `node ${id} ${what}; the end of ${this.logFile(id)}:\n${tail}`);
  }
}

/** Whether somebody takes connections there. */
function isListening(address: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, timeout: PROBE_TIMEOUT_MS });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
