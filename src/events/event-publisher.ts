// Turns commits of the metadata stream into events: every commit is there, in order, whoever made it and whether or not its
// node lived to tell. Request handlers have no part in it.
//
//   1. At least once: the position moves past a commit only when its events are on a quorum of disks.
//   2. In order per key: commits are worked through in the order of the stream, each batch before the next.
//   3. One publisher in a cluster (publisher-seat.ts); another one goes on where it stopped.
//   4. Without a notified bucket nothing is followed: a look at the buckets every few seconds is all.
//
// Between two looks of a publisher a key may be overwritten more often than the stream has history (METADATA_HISTORY): then
// the events of the oldest writes are gone.

import { createHash } from 'node:crypto';
import { decodeNote } from '../metadata/event-note.ts';
import { decodeBucket, decodeObject } from '../metadata/record-codec.ts';
import { METADATA_STREAM, METADATA_SUBJECTS, parseSubject } from '../metadata/subjects.ts';
import type { BucketTable } from '../metadata/metadata-store.ts';
import type { BucketRecord } from '../contracts/records.ts';
import type { BusConnection } from '../bus/connection.ts';
import type { TailMessage } from '../bus/stream-session.ts';
import type { StreamAdmin } from '../bus/stream-admin.ts';
import { StreamTail, type TailBatch } from '../bus/stream-tail.ts';
import { messageOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { CounterMetric, Metrics } from '../platform/metrics.ts';
import type { Random } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import { eventDocument, eventNameOf, eventSubject, type ObjectChange } from './event-document.ts';
import type { EventLog, OutgoingEvent } from './event-log.ts';
import { targetsOf } from './event-targets.ts';
import { NotifiedBuckets } from './notified-buckets.ts';
import { SEAT_RENEW_MS, type EventPosition, type PublisherSeat } from './publisher-seat.ts';

const AFTER_FAILURE_MS = 1_000;
/** Events on their way to the stream at once; of one key at most one. */
const IN_FLIGHT_MAX = 64;

export interface EventPublisherParts {
  readonly connection: BusConnection;
  readonly admin: () => Promise<StreamAdmin>;
  readonly buckets: Pick<BucketTable, 'list'>;
  readonly seat: PublisherSeat;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Changes of one key leave one after the other. */
interface OrderedEvent extends OutgoingEvent {
  readonly orderedBy: string;
}

export class EventPublisher {
  readonly #parts: EventPublisherParts;
  readonly #stopping = new AbortController();
  readonly #published: CounterMetric;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: EventPublisherParts) {
    this.#parts = parts;
    this.#published = parts.metrics.counter(
      'predastore_events_published_total',
      'Bucket events published',
      [],
    );
  }

  start(): void {
    this.#running = this.#run();
    supervise(this.#running, this.#parts.log, 'publishing events');
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log, seat } = this.#parts;
    const { signal } = this.#stopping;
    while (!this.#isStopping()) {
      try {
        const position = await seat.take(signal);
        if (position !== undefined) await this.#serve(position);
      } catch (error) {
        if (!this.#isStopping()) log.warn('publishing events was interrupted', { reason: messageOf(error) });
        await clock.sleep(AFTER_FAILURE_MS, signal);
      }
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** As long as the seat is ours. */
  async #serve(taken: EventPosition): Promise<void> {
    const { clock, seat } = this.#parts;
    const { signal } = this.#stopping;
    let position = taken;
    while (!this.#isStopping()) {
      const next = await this.#step(position);
      if (this.#isStopping() || next === 'seat lost' || !(await seat.hold(next))) return;
      position = next;
      await clock.sleep(SEAT_RENEW_MS, signal);
    }
  }

  /** Follows the stream while there is anything to publish, else notes how far there was nothing. */
  async #step(position: EventPosition): Promise<EventPosition | 'seat lost'> {
    const { admin, buckets } = this.#parts;
    const state = await (await admin()).state(METADATA_STREAM);
    const sequence = state?.lastSequence ?? position.sequence;
    const records = (await buckets.list()).map(({ record }) => record);
    const notified = new NotifiedBuckets(records);
    if (notified.size === 0 && !position.active) return { active: false, sequence };
    // Where nobody was notified yet, the stream itself tells from which commit on somebody is.
    const known = position.active ? notified : new NotifiedBuckets();
    const reached = await this.#follow(known, position.sequence, sequence);
    return reached === 'seat lost' ? reached : { active: false, sequence: reached };
  }

  /** Publishes from a position on, at least up to `until`, and on while any bucket is notified. */
  async #follow(notified: NotifiedBuckets, from: number, until: number): Promise<number | 'seat lost'> {
    const count = (events: number): void => this.#published.add(events);
    const following = new Following(this.#parts, notified, { from, until, count });
    const stop = (): void => following.stop();
    this.#stopping.signal.addEventListener('abort', stop, { once: true });
    try {
      return await following.run();
    } finally {
      this.#stopping.signal.removeEventListener('abort', stop);
    }
  }
}

interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly count: (events: number) => void;
}

/** One run along the metadata stream. */
class Following {
  readonly #parts: EventPublisherParts;
  readonly #notified: NotifiedBuckets;
  readonly #stretch: Stretch;
  #tail: StreamTail | undefined;
  #position: number;
  #lostSeat = false;

  constructor(parts: EventPublisherParts, notified: NotifiedBuckets, stretch: Stretch) {
    this.#parts = parts;
    this.#notified = notified;
    this.#stretch = stretch;
    this.#position = stretch.from;
  }

  async run(): Promise<number | 'seat lost'> {
    const { admin, connection, clock, random, log, seat } = this.#parts;
    const start = { applied: this.#position, safe: this.#position };
    this.#tail = new StreamTail({
      connection,
      admin: await admin(),
      clock,
      random,
      logger: log,
      stream: METADATA_STREAM,
      filter: METADATA_SUBJECTS,
      name: 'events',
      start,
      notes: true,
      follower: {
        accept: (_state, position) => Promise.resolve(this.#lostSeat ? undefined : position),
        apply: (batch) => this.#apply(batch),
      },
    });
    const renewing = new AbortController();
    const renewal = this.#renew(renewing.signal);
    try {
      await this.#tail.run();
    } finally {
      renewing.abort();
      await renewal;
    }
    if (this.#lostSeat) return 'seat lost';
    await seat.hold({ active: true, sequence: this.#position });
    return this.#position;
  }

  stop(): void {
    const { log } = this.#parts;
    if (this.#tail !== undefined) supervise(this.#tail.stop(), log, 'ending the tail of events');
  }

  /** Keeps the seat while nothing is committed. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { clock, log, seat } = this.#parts;
    for (;;) {
      await clock.sleep(SEAT_RENEW_MS, signal);
      if (signal.aborted) return;
      try {
        if (await seat.hold({ active: true, sequence: this.#position })) continue;
        this.#lostSeat = true;
        this.stop();
        return;
      } catch (error) {
        log.warn('the seat of the event publisher was not renewed', { reason: messageOf(error) });
      }
    }
  }

  async #apply({ messages, applied }: TailBatch): Promise<void> {
    let waiting: OrderedEvent[] = [];
    for (const message of messages) {
      waiting.push(...this.#eventsOf(message));
      if (waiting.length < IN_FLIGHT_MAX) continue;
      await this.#publish(waiting);
      waiting = [];
    }
    await this.#publish(waiting);
    this.#position = applied;
    if (this.#notified.size === 0 && applied >= this.#stretch.until) this.stop();
  }

  /** Different keys at once, the events of one key after each other. */
  async #publish(waiting: readonly OrderedEvent[]): Promise<void> {
    const { events } = this.#parts;
    const lines = new Map<string, OrderedEvent[]>();
    for (const event of waiting) {
      const line = lines.get(event.orderedBy) ?? [];
      line.push(event);
      lines.set(event.orderedBy, line);
    }
    await Promise.all(
      [...lines.values()].map(async (line) => {
        for (const event of line) await events.publish(event);
      }),
    );
    this.#stretch.count(waiting.length);
  }

  #eventsOf(message: TailMessage): OrderedEvent[] {
    const name = parseSubject(message.subject);
    try {
      if (name.kind === 'bucket') {
        const record = message.payload.length === 0 ? undefined : decodeBucket(message.payload);
        this.#notified.changed(name.name, record);
        return [];
      }
      if (name.kind !== 'object' && name.kind !== 'version') return [];
      const bucket = this.#notified.find(name.bucketId);
      const change = bucket && this.#changeOf(message, bucket, name);
      return change === undefined ? [] : outgoing(change);
    } catch (error) {
      // Written by hand or by a later version: everything behind it must not wait for ever.
      const fields = { subject: message.subject, revision: message.sequence, reason: messageOf(error) };
      this.#parts.log.error('a record could not be read: it makes no event', fields);
      return [];
    }
  }

  #changeOf(
    message: TailMessage,
    bucket: BucketRecord,
    name: { readonly kind: 'object' | 'version'; readonly key: Buffer },
  ): ObjectChange | undefined {
    const note = decodeNote(message.note);
    // Versions come to the archive and leave it with a commit of the current one; only what is removed there is an event.
    if (name.kind === 'version' && note?.kind !== 'removed' && note?.kind !== 'expired') return undefined;
    const record = message.payload.length === 0 ? undefined : decodeObject(message.payload);
    const { sequence, storedMs = this.#parts.clock.nowMs() } = message;
    const key = name.key.toString('utf8');
    return { bucket, key, sequence, storedMs, ...(record && { record }), ...(note && { note }) };
  }
}

function outgoing(change: ObjectChange): OrderedEvent[] {
  const name = eventNameOf(change);
  if (name === undefined) return [];
  const { bucket, key, sequence } = change;
  const subject = eventSubject(bucket.name, name);
  const orderedBy = JSON.stringify([bucket.id, key]);
  return targetsOf(bucket.settings, name, key).map((id) => ({
    subject,
    orderedBy,
    // The same whoever publishes it, and how often: the stream drops repetitions.
    messageId: createHash('sha256')
      .update(JSON.stringify([bucket.id, id, sequence]))
      .digest('base64url'),
    document: eventDocument(change, name, id),
  }));
}
