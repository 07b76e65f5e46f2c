// Administration of JetStream streams: created once, verified ever after, purged by subject.
//
// Refuses to run on a stream whose settings break a promise of the store: a wrong setting found here is an operator's
// decision, so it is named and left alone, never changed behind their back. One ability is added where it is missing, because
// it takes nothing away: atomic batches, which a stream made by an earlier version of this program does not have.

import {
  DiscardPolicy,
  jetstreamManager,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { PredastoreError, wrapError } from '../core/errors.ts';
import { METADATA_REQUEST_TIMEOUT_MS } from '../core/limits.ts';
import type { BusConnection } from './connection.ts';

const NANOS_PER_MS = 1_000_000;
const STREAM_NOT_FOUND = 10_059;
/** Publish-subject-sequence checks inside the raft proposal, one fsync per append for `always`: both since 2.12. */
const SERVER_VERSION_MIN = [2, 12, 0] as const;

export interface StreamSettings {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly replicas: number;
  readonly purpose: 'key-value' | 'work-queue' | 'log';
  /** Messages kept of one subject (key-value only). */
  readonly history: number;
  readonly messageBytesMax: number;
  readonly duplicateWindowMs: number;
  readonly consumersMax: number;
  /** -1: as much as the server gives. */
  readonly bytesMax: number;
  /** Messages disappear after this; without it never. */
  readonly ageMaxMs?: number;
  /** Messages in all; unlimited without it. */
  readonly messagesMax?: number;
  /** `refuse` the next message, unless it is a journal that may `forget` its oldest. */
  readonly whenFull?: 'refuse' | 'forget';
}

export interface StreamState {
  /** When the stream was made, as the server says it: its identity. */
  readonly created: string;
  readonly lastSequence: number;
  readonly leader: string;
  readonly messages: number;
}

export class StreamAdmin {
  readonly #manager: JetStreamManager;

  private constructor(manager: JetStreamManager) {
    this.#manager = manager;
  }

  static async open(connection: BusConnection): Promise<StreamAdmin> {
    const manager = await jetstreamManager(connection.nats, {
      checkAPI: false,
      timeout: METADATA_REQUEST_TIMEOUT_MS,
    });
    return new StreamAdmin(manager);
  }

  /** The stream's state from its leader; `undefined` when there is no such stream. */
  async state(stream: string): Promise<StreamState | undefined> {
    const info = await this.#info(stream);
    return info === undefined ? undefined : stateOf(info);
  }

  /** Verifies an existing stream; `undefined` when there is none. */
  async verify(settings: StreamSettings): Promise<StreamState | undefined> {
    const info = await this.#info(settings.name);
    if (info === undefined) return undefined;
    refuseIncoherent(settings, info.config);
    if (settings.purpose === 'key-value' && info.config.allow_atomic !== true) {
      return stateOf(
        await this.#manager.streams.update(settings.name, { ...info.config, allow_atomic: true }),
      );
    }
    return stateOf(info);
  }

  /** Makes the stream (safe against several nodes doing it at once) or verifies the one that is there. */
  async ensure(settings: StreamSettings): Promise<StreamState> {
    const existing = await this.verify(settings);
    if (existing !== undefined) return existing;
    try {
      await this.#manager.streams.add(configOf(settings));
    } catch (error) {
      // Another node may have been faster with the same settings; anything else shows in the verification.
      if (!(error instanceof JetStreamApiError) || error.code === STREAM_NOT_FOUND) throw error;
      const made = await this.verify(settings);
      if (made === undefined) throw error;
      return made;
    }
    const created = await this.verify(settings);
    if (created === undefined) {
      throw new PredastoreError(
        'metadata-unavailable',
        `stream ${settings.name} vanished after its creation`,
      );
    }
    return created;
  }

  /** Removes every message of `subject` up to and including `sequence`; later ones stay. */
  async forget(stream: string, subject: string, sequence: number): Promise<void> {
    await this.#manager.streams.purge(stream, { filter: subject, seq: sequence + 1 });
  }

  get manager(): JetStreamManager {
    return this.#manager;
  }

  async #info(stream: string): Promise<StreamInfo | undefined> {
    try {
      return await this.#manager.streams.info(stream);
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return undefined;
      throw wrapError('metadata-unavailable', `cannot look at stream ${stream}`, error);
    }
  }
}

/** Throws `server-unsuitable` when the server is too old to keep what it acknowledges. */
export function requireSuitableServer(connection: BusConnection): void {
  const version = connection.nats.info?.version ?? '0.0.0';
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, least] of SERVER_VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least || Number.isNaN(part)) {
      throw new PredastoreError(
        'server-unsuitable',
        `nats-server ${version} is too old: metadata needs ${SERVER_VERSION_MIN.join('.')} or later (with sync_interval: always)`,
      );
    }
  }
}

function stateOf(info: StreamInfo): StreamState {
  return {
    created: info.created,
    lastSequence: info.state.last_seq,
    leader: info.cluster?.leader ?? '',
    messages: info.state.messages,
  };
}

function configOf(settings: StreamSettings): Partial<StreamConfig> & { name: string } {
  const keyValue = settings.purpose === 'key-value';
  return {
    name: settings.name,
    subjects: [...settings.subjects],
    storage: StorageType.File,
    retention: retentionOf(settings),
    num_replicas: settings.replicas,
    discard: discardOf(settings),
    max_msgs_per_subject: keyValue ? settings.history : -1,
    max_msgs: settings.messagesMax ?? -1,
    max_age: (settings.ageMaxMs ?? 0) * NANOS_PER_MS,
    max_bytes: settings.bytesMax,
    max_msg_size: settings.messageBytesMax,
    max_consumers: settings.consumersMax,
    duplicate_window: settings.duplicateWindowMs * NANOS_PER_MS,
    allow_rollup_hdrs: keyValue,
    allow_atomic: keyValue,
    allow_direct: false,
    deny_delete: false,
    deny_purge: false,
  };
}

function retentionOf({ purpose }: StreamSettings): RetentionPolicy {
  return purpose === 'work-queue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits;
}

function discardOf({ whenFull }: StreamSettings): DiscardPolicy {
  return whenFull === 'forget' ? DiscardPolicy.Old : DiscardPolicy.New;
}

/** Each check names the promise that the other setting would break. */
function refuseIncoherent(settings: StreamSettings, config: StreamConfig): void {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const keyValue = settings.purpose === 'key-value';
  const retention = retentionOf(settings);
  expect(config.storage === StorageType.File, 'storage must be file');
  expect(config.retention === retention, `retention must be ${retention}`);
  expect(
    config.num_replicas >= settings.replicas,
    `num_replicas is ${config.num_replicas}, the cluster needs ${settings.replicas}: nats stream update ${settings.name} --replicas ${settings.replicas}`,
  );
  const ageMaxMs = settings.ageMaxMs ?? 0;
  if (ageMaxMs === 0) expect(config.max_age === 0, 'max_age must be 0: records must not expire');
  else expect(config.max_age >= ageMaxMs * NANOS_PER_MS, `max_age must be ${ageMaxMs} ms or more`);
  if (settings.messagesMax === undefined) expect(config.max_msgs <= 0, 'max_msgs must be unlimited');
  if (settings.whenFull !== 'forget')
    expect(
      config.discard === DiscardPolicy.New,
      'discard must be new: a full stream must refuse, not forget',
    );
  expect(!config.sealed, 'the stream is sealed');
  expect(
    config.mirror === undefined && (config.sources ?? []).length === 0,
    'mirrors and sources are not supported',
  );
  expect(config.persist_mode !== 'async', 'persist_mode must not be async');
  for (const subject of settings.subjects) {
    expect(config.subjects.includes(subject), `subjects must include ${subject}`);
  }
  if (keyValue) {
    expect(!config.allow_direct, 'allow_direct must be false: any replica would answer reads');
    expect(
      config.max_msgs_per_subject >= settings.history,
      `max_msgs_per_subject must be ${settings.history} or more`,
    );
    expect(!config.deny_purge, 'deny_purge must be false: tombstones are collected');
  }
  if (problems.length > 0) {
    throw new PredastoreError('server-unsuitable', `stream ${settings.name}: ${problems.join('; ')}`);
  }
}
