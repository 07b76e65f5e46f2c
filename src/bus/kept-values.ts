// Small values by key, kept in a stream of their own and changed by compare-and-set.
//
// Owns: patience with the stream, and making it when it is first used. Refuses: what the values mean.
//   1. A write is sent under one message id however often it is tried; the stream stores it once.
//   2. `conflict` is somebody else's message, seen by the leader.

import { PredastoreError, messageOf } from '../core/errors.ts';
import { METADATA_PATIENCE_MS, METADATA_REQUEST_TIMEOUT_MS } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import type { BusConnection } from './connection.ts';
import { StreamAdmin, type StreamSettings } from './stream-admin.ts';
import { StreamClient, type LastMessage } from './stream-client.ts';

const RETRY_BASE_MS = 20;
const RETRY_MAX_MS = 1_000;
/** JetStream's words when a stream of limited size is full. */
const FULL = /maximum (bytes|messages) exceeded/i;

export interface KeptValuesOptions {
  readonly connection: BusConnection;
  readonly settings: StreamSettings;
  /** Subject of key `k` is this and `k`. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ValueWrite {
  readonly key: string;
  /** Undefined takes the key back. */
  readonly value: Uint8Array | undefined;
  /** Sequence of the key's last message, 0 for none. */
  readonly expectedSequence: number;
}

export type WriteOutcome =
  { readonly kind: 'written'; readonly sequence: number } | { readonly kind: 'conflict' };

export class KeptValues {
  readonly #options: KeptValuesOptions;
  readonly #client: StreamClient;
  readonly #instance: string;
  #opening: Promise<void> | undefined;
  #writes = 0;

  constructor(options: KeptValuesOptions) {
    this.#options = options;
    this.#client = new StreamClient(options.connection, options.settings.name);
    this.#instance = options.random.bytes(12).toString('base64url');
  }

  /** Compare-and-set; throws `overloaded` when the stream is full, `metadata-unavailable` when nothing is known in time. */
  async write({ key, value, expectedSequence }: ValueWrite): Promise<WriteOutcome> {
    await this.#open();
    this.#writes += 1;
    const messageId = `${this.#instance}.${this.#writes.toString(36)}`;
    const message = {
      subject: this.#options.prefix + key,
      payload: value ?? new Uint8Array(0),
      messageId,
      expectedSequence,
      tombstone: value === undefined,
    };
    let isFirst = true;
    return this.#patiently(async (timeoutMs) => {
      const outcome = await this.#append(message, timeoutMs);
      if (outcome.kind === 'stored') return { kind: 'written', sequence: outcome.sequence };
      if (outcome.kind === 'unanswered') {
        isFirst = false;
        return outcome.reason;
      }
      // After an unanswered try the conflict may be with ourselves.
      const last = isFirst ? undefined : await this.read(key);
      return last?.messageId === messageId
        ? { kind: 'written', sequence: last.sequence }
        : { kind: 'conflict' };
    });
  }

  /** The key's last message from the leader, empty when it was taken back; undefined when there is none. */
  async read(key: string): Promise<LastMessage | undefined> {
    await this.#open();
    const found = await this.#patiently(async (timeoutMs) => {
      const outcome = await this.#client.last(this.#options.prefix + key, timeoutMs);
      return outcome.kind === 'unanswered' ? outcome.reason : outcome;
    });
    return found.kind === 'message' ? found.message : undefined;
  }

  async #append(
    ...[message, timeoutMs]: Parameters<StreamClient['append']>
  ): ReturnType<StreamClient['append']> {
    try {
      const outcome = await this.#client.append(message, timeoutMs);
      if (outcome.kind === 'unanswered' && FULL.test(outcome.reason)) throw this.#full(outcome.reason);
      return outcome;
    } catch (error) {
      throw FULL.test(messageOf(error)) ? this.#full(error) : error;
    }
  }

  #full(cause: unknown): PredastoreError {
    return new PredastoreError('overloaded', `the stream ${this.#options.settings.name} is full`, cause);
  }

  /** Tries again while `attempt` gives a reason for it. */
  async #patiently<T extends object>(attempt: (timeoutMs: number) => Promise<T | string>): Promise<T> {
    const { clock, random, settings } = this.#options;
    const deadlineMs = clock.monotonicMs() + METADATA_PATIENCE_MS;
    for (let tries = 0; ; tries += 1) {
      const timeoutMs = Math.min(METADATA_REQUEST_TIMEOUT_MS, deadlineMs - clock.monotonicMs());
      const outcome = await attempt(timeoutMs);
      if (typeof outcome !== 'string') return outcome;
      await clock.sleep(backoffMs(random, tries, RETRY_BASE_MS, RETRY_MAX_MS));
      if (clock.monotonicMs() >= deadlineMs)
        throw new PredastoreError('metadata-unavailable', `${settings.name}: ${outcome}`);
    }
  }

  async #open(): Promise<void> {
    this.#opening ??= this.#ensure();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined; // the next one tries again
      const { name } = this.#options.settings;
      throw new PredastoreError('metadata-unavailable', `the stream ${name} cannot be used`, error);
    }
  }

  async #ensure(): Promise<void> {
    const admin = await StreamAdmin.open(this.#options.connection);
    await admin.ensure(this.#options.settings);
  }
}
