// Who publishes events, and how far they have come: one record, changed by compare-and-set.
//
//   1. The holder writes the record every SEAT_RENEW_MS, with the position it has reached; whoever sees it unchanged for
//      SEAT_LEASE_MS, by its own monotonic clock, takes the seat and goes on from that position.
//   2. A holder whose write conflicts has lost the seat and stops. What both published meanwhile has the same message ids in
//      the same order, so the stream drops the repetitions.

import type { StreamSettings } from '../bus/stream-admin.ts';
import type { KeptValues } from '../bus/kept-values.ts';
import type { Clock } from '../platform/clock.ts';

/** How often the position is written down while it moves, and the seat is renewed. */
export const SEAT_RENEW_MS = 4_000;
const SEAT_LEASE_MS = 16_000;
const LOOK_AGAIN_MS = 2_000;
const KEY = 'publisher';
/** To NATS tools a KV bucket: `nats kv get s3_events publisher`. */
export const SEAT_PREFIX = '$KV.s3_events.';
const VERSION = 1;

/** Sequence of the metadata stream up to which every event is in the event stream. */
export interface EventPosition {
  /** Whether any bucket was notified there. */
  readonly active: boolean;
  readonly sequence: number;
}

export function seatSettings(replicas: number): StreamSettings {
  return {
    name: 'KV_s3_events',
    subjects: [`${SEAT_PREFIX}>`],
    replicas,
    purpose: 'key-value',
    history: 1,
    messageBytesMax: 4 * 1024,
    duplicateWindowMs: 30_000,
    consumersMax: 16,
    bytesMax: 1024 * 1024,
  };
}

export interface SeatParts {
  readonly values: KeptValues;
  readonly clock: Clock;
  /** Names this process. */
  readonly holder: string;
}

export class PublisherSeat {
  readonly #parts: SeatParts;
  #revision = 0;

  constructor(parts: SeatParts) {
    this.#parts = parts;
  }

  /** Waits until the seat is ours; resolves with the position to go on from, undefined when `signal` fires. */
  async take(signal: AbortSignal): Promise<EventPosition | undefined> {
    const { clock, values } = this.#parts;
    let seen: { revision: number; sinceMs: number } | undefined;
    while (!signal.aborted) {
      const last = await values.read(KEY);
      const nowMs = clock.monotonicMs();
      const revision = last?.sequence ?? 0;
      if (seen?.revision !== revision) seen = { revision, sinceMs: nowMs };
      const position = positionOf(last?.payload);
      if (revision === 0 || nowMs - seen.sinceMs >= SEAT_LEASE_MS) {
        this.#revision = revision;
        if (await this.hold(position)) return position;
      }
      await clock.sleep(LOOK_AGAIN_MS, signal);
    }
    return undefined;
  }

  /** Renews the seat and writes the position down; false when somebody else has it. */
  async hold(position: EventPosition): Promise<boolean> {
    const { values, holder } = this.#parts;
    const value = Buffer.from(JSON.stringify({ v: VERSION, holder, ...position }));
    const outcome = await values.write({ key: KEY, value, expectedSequence: this.#revision });
    if (outcome.kind === 'conflict') return false;
    this.#revision = outcome.sequence;
    return true;
  }
}

/** A record that does not read counts as none: every event since the configurations were made is then published again. */
function positionOf(payload: Uint8Array | undefined): EventPosition {
  const none = { active: false, sequence: 0 };
  if (payload === undefined || payload.length === 0) return none;
  try {
    const { v, active, sequence } = JSON.parse(Buffer.from(payload).toString('utf8')) as Record<
      string,
      unknown
    >;
    if (v !== VERSION || typeof active !== 'boolean' || typeof sequence !== 'number') return none;
    return { active, sequence };
  } catch {
    return none;
  }
}
