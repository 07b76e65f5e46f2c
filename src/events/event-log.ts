// The stream of events, S3_EVENTS: a journal of a week that consumers read at their own pace.
//
// An event is stored once per message id within the duplicate window. A full journal forgets its oldest: a consumer that
// was away for too long loses events, and never holds up the store.

import type { BusConnection } from '../bus/connection.ts';
import { StreamAdmin, type StreamSettings } from '../bus/stream-admin.ts';
import { StreamClient } from '../bus/stream-client.ts';
import { EVENTS_AGE_MAX_MS, EVENTS_BYTES_MAX, METADATA_REQUEST_TIMEOUT_MS } from '../core/limits.ts';
import { PredastoreError } from '../core/errors.ts';

export const EVENT_STREAM = 'S3_EVENTS';
const SUBJECTS = 's3.events.>';
/** Longer than a seat can be in doubt. */
export const EVENT_DUPLICATE_WINDOW_MS = 120_000;
const CONSUMERS_MAX = 1_000;
const EVENT_BYTES_MAX = 16 * 1024;

export interface OutgoingEvent {
  readonly subject: string;
  readonly messageId: string;
  readonly document: object;
}

export class EventLog {
  readonly #connection: BusConnection;
  readonly #replicas: number;
  readonly #client: StreamClient;
  #opened = false;

  constructor(connection: BusConnection, replicas: number) {
    this.#connection = connection;
    this.#replicas = replicas;
    this.#client = new StreamClient(connection, EVENT_STREAM);
  }

  /** On a quorum of disks when it resolves; rejects when that is not known. */
  async publish({ subject, messageId, document }: OutgoingEvent): Promise<void> {
    await this.#open();
    const payload = Buffer.from(JSON.stringify(document));
    const outcome = await this.#client.append({ subject, messageId, payload }, METADATA_REQUEST_TIMEOUT_MS);
    if (outcome.kind === 'stored') return;
    const reason = outcome.kind === 'unanswered' ? outcome.reason : outcome.kind;
    throw new PredastoreError('metadata-unavailable', `an event was not stored: ${reason}`);
  }

  async #open(): Promise<void> {
    if (this.#opened) return;
    const admin = await StreamAdmin.open(this.#connection);
    await admin.ensure(settingsOf(this.#replicas));
    this.#opened = true;
  }
}

function settingsOf(replicas: number): StreamSettings {
  return {
    name: EVENT_STREAM,
    subjects: [SUBJECTS],
    replicas,
    purpose: 'log',
    history: 0,
    messageBytesMax: EVENT_BYTES_MAX,
    duplicateWindowMs: EVENT_DUPLICATE_WINDOW_MS,
    consumersMax: CONSUMERS_MAX,
    bytesMax: EVENTS_BYTES_MAX,
    ageMaxMs: EVENTS_AGE_MAX_MS,
    whenFull: 'forget',
  };
}
