// KV buckets that somebody else writes: single keys read from the stream leader, and changes heard as they are made.
//
// Owns: patience with a read and the life of a watch. Refuses: writing, and knowing what the values mean.
//   1. A read answers a value, "there is none", or throws: trouble is never taken for an absent key.
//   2. A watch never gives up. While it is `live`, every change made since is told, in order; `onDoubt` comes before anything
//      can be missed. A bucket that does not exist is live too: it is looked for every ABSENT_POLL_MS.

import { METADATA_REQUEST_TIMEOUT_MS } from '../core/limits.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import type { BusConnection } from './connection.ts';
import { StreamAdmin } from './stream-admin.ts';
import { StreamClient } from './stream-client.ts';
import { StreamSession } from './stream-session.ts';

/** What NATS allows in a key, so that no wildcard and no empty token reaches a subject. */
const KEY = /^[-/_=a-zA-Z0-9]+(\.[-/_=a-zA-Z0-9]+)*$/;
const KEY_CHARACTERS_MAX = 512;
/** A read as a whole, tries together. Somebody waits with an HTTP request for it. */
const READ_PATIENCE_MS = 3_000;
const RETRY_BASE_MS = 50;
const RETRY_MAX_MS = 1_000;
const ABSENT_POLL_MS = 1_000;
const WATCH_BATCH_MESSAGES = 256;

export interface KvReaderOptions {
  readonly connection: BusConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface KvListener {
  /** From now on every change is told. */
  onLive(): void;
  onChange(key: string): void;
  /** Changes may be missed until the next `onLive`. */
  onDoubt(): void;
}

type ReadOutcome =
  | { readonly kind: 'answered'; readonly value: Buffer | undefined }
  | { readonly kind: 'again'; readonly reason: string };

export class KvReader {
  readonly #options: KvReaderOptions;
  readonly #watches: KvWatch[] = [];

  constructor(options: KvReaderOptions) {
    this.#options = options;
  }

  /** The value of a key; undefined when the key or the bucket does not exist. */
  async read(bucket: string, key: string): Promise<Buffer | undefined> {
    if (key.length > KEY_CHARACTERS_MAX || !KEY.test(key)) return undefined;
    const { clock, random } = this.#options;
    const deadlineMs = clock.monotonicMs() + READ_PATIENCE_MS;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#tryRead(bucket, key, Math.max(1, deadlineMs - clock.monotonicMs()));
      if (outcome.kind === 'answered') return outcome.value;
      const waitMs = backoffMs(random, attempt, RETRY_BASE_MS, RETRY_MAX_MS);
      if (clock.monotonicMs() + waitMs >= deadlineMs) {
        throw new PredastoreError(
          'metadata-unavailable',
          `bucket ${bucket} cannot be read: ${outcome.reason}`,
        );
      }
      await clock.sleep(waitMs);
    }
  }

  /** Follows a bucket until `close`. */
  watch(bucket: string, listener: KvListener): void {
    const watch = new KvWatch(this.#options, bucket, listener);
    this.#watches.push(watch);
    supervise(watch.run(), this.#options.log, `watching bucket ${bucket}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()));
  }

  async #tryRead(bucket: string, key: string, limitMs: number): Promise<ReadOutcome> {
    const timeoutMs = Math.min(limitMs, METADATA_REQUEST_TIMEOUT_MS);
    try {
      const client = new StreamClient(this.#options.connection, `KV_${bucket}`);
      const outcome = await client.last(`$KV.${bucket}.${key}`, timeoutMs);
      if (outcome.kind === 'none') return { kind: 'answered', value: undefined };
      if (outcome.kind === 'message') {
        const { isTombstone, payload } = outcome.message;
        return { kind: 'answered', value: isTombstone ? undefined : payload };
      }
      // A bucket that was never made holds nothing.
      if (outcome.withoutStream === true) return { kind: 'answered', value: undefined };
      return { kind: 'again', reason: outcome.reason };
    } catch (error) {
      return { kind: 'again', reason: messageOf(error) };
    }
  }
}

/** One bucket, followed for ever: a session after another, each from the end of the stream as it was before. */
class KvWatch {
  readonly #options: KvReaderOptions;
  readonly #bucket: string;
  readonly #listener: KvListener;
  readonly #stopping = new AbortController();
  #session: StreamSession | undefined;

  constructor(options: KvReaderOptions, bucket: string, listener: KvListener) {
    this.#options = options;
    this.#bucket = bucket;
    this.#listener = listener;
  }

  async run(): Promise<void> {
    const { clock, random, log } = this.#options;
    for (let attempt = 0; !this.#isStopping(); attempt += 1) {
      try {
        await this.#follow(() => {
          attempt = 0;
        });
      } catch (error) {
        if (!this.#isStopping())
          log.warn('a watch was interrupted', { bucket: this.#bucket, reason: messageOf(error) });
      }
      this.#listener.onDoubt();
      await clock.sleep(backoffMs(random, attempt, RETRY_BASE_MS, RETRY_MAX_MS), this.#stopping.signal);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#session?.close();
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #follow(isWell: () => void): Promise<void> {
    const admin = await StreamAdmin.open(this.#options.connection);
    const lastSequence = await this.#whenThere(admin, isWell);
    if (lastSequence === undefined) return;
    const prefix = `$KV.${this.#bucket}.`;
    const session = await StreamSession.open({
      ...this.#options,
      admin,
      stream: `KV_${this.#bucket}`,
      filter: `${prefix}>`,
      consumer: `predastore-iam-${this.#options.random.bytes(8).toString('hex')}`,
      startSequence: lastSequence + 1,
    });
    this.#session = session;
    try {
      this.#listener.onLive();
      isWell();
      while (!this.#isStopping()) {
        for (const { subject } of await session.next(WATCH_BATCH_MESSAGES)) {
          this.#listener.onChange(subject.slice(prefix.length));
        }
      }
    } finally {
      this.#session = undefined;
      await session.close();
    }
  }

  /** The last sequence of the bucket's stream, once there is one; undefined when the watch is to end. */
  async #whenThere(admin: StreamAdmin, isWell: () => void): Promise<number | undefined> {
    for (let isFirst = true; !this.#isStopping(); isFirst = false) {
      const state = await admin.state(`KV_${this.#bucket}`);
      if (state !== undefined) {
        // What the bucket holds may have been written since it was taken for absent.
        if (!isFirst) this.#listener.onDoubt();
        return state.lastSequence;
      }
      if (isFirst) this.#listener.onLive();
      isWell();
      await this.#options.clock.sleep(ABSENT_POLL_MS, this.#stopping.signal);
    }
    return undefined;
  }
}
