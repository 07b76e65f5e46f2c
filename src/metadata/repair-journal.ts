// What is owed to nodes that were away: one message per blob and owing node, in a work-queue stream.
//
// The journal is a reminder; the truth is `missing` in the object record. A journal that is full refuses, and the caller may
// go on: nothing is lost, the debt is found again by looking at the records.

import type { StreamSettings } from '../bus/stream-admin.ts';
import type { StreamClient } from '../bus/stream-client.ts';
import type { WorkQueue } from '../bus/work-queue.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import {
  METADATA_CONSUMERS_MAX,
  METADATA_RECORD_BYTES_MAX,
  METADATA_REQUEST_TIMEOUT_MS,
  REPAIR_JOURNAL_BYTES_MAX,
} from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import type { RepairDebt, RepairEntry } from './metadata-store.ts';
import { decodeRepair, owingNodes } from './record-codec.ts';
import { REPAIR_STREAM, REPAIR_SUBJECTS, repairSubject } from './subjects.ts';

/** A debt is written when a node has just gone: its NATS server may have led the journal, and a new leader takes its time. */
const PATIENCE_MS = 60_000;
/** Debts waiting for an answer at once; the next one is left to the sweep. */
const WAITING_MAX = 1_000;
const RETRY_BASE_MS = 50;
const RETRY_MAX_MS = 2_000;
const DUPLICATE_WINDOW_MS = 120_000;

export function repairStreamSettings(replicas: number): StreamSettings {
  return {
    name: REPAIR_STREAM,
    subjects: [REPAIR_SUBJECTS],
    replicas,
    purpose: 'work-queue',
    history: 0,
    messageBytesMax: METADATA_RECORD_BYTES_MAX,
    duplicateWindowMs: DUPLICATE_WINDOW_MS,
    consumersMax: METADATA_CONSUMERS_MAX,
    bytesMax: REPAIR_JOURNAL_BYTES_MAX,
  };
}

export interface JournalParts {
  readonly client: StreamClient;
  /** What other nodes wrote for this one. */
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export class RepairJournal {
  readonly #parts: JournalParts;
  #waiting = 0;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  /** Durable once resolved. Writing the same debt twice within two minutes stores it once. */
  async owe(entry: RepairEntry): Promise<void> {
    if (this.#waiting >= WAITING_MAX)
      throw new PredastoreError('metadata-unavailable', 'the repair journal does not keep up');
    this.#waiting += 1;
    try {
      await this.#write(entry);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #write(entry: RepairEntry): Promise<void> {
    const payload = Buffer.from(JSON.stringify(entry));
    const { blob, damaged } = entry;
    for (const node of owingNodes(blob, damaged ?? blob.missing)) {
      const messageId = `${blob.write}.${node}${damaged === undefined ? '' : '.damaged'}`;
      await this.#append({ subject: repairSubject(node), payload, messageId });
    }
  }

  /** The next entry for this node; one that cannot be read is removed, the sweep finds what it was about. */
  async next(limitMs: number): Promise<RepairDebt | undefined> {
    const item = await this.#parts.queue.next(limitMs);
    if (item === undefined) return undefined;
    try {
      return { ...item, entry: decodeRepair(item.payload) };
    } catch (error) {
      this.#parts.logger.error('an unreadable entry of the repair journal is dropped', {
        reason: messageOf(error),
      });
      item.done();
      return undefined;
    }
  }

  async #append(message: { subject: string; payload: Buffer; messageId: string }): Promise<void> {
    const { client, clock, random } = this.#parts;
    const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
    let reason = '';
    for (let tries = 0; clock.monotonicMs() < deadlineMs; tries += 1) {
      const outcome = await client.append(message, METADATA_REQUEST_TIMEOUT_MS);
      if (outcome.kind === 'stored') return;
      reason = outcome.kind === 'unanswered' ? outcome.reason : outcome.kind;
      await clock.sleep(backoffMs(random, tries, RETRY_BASE_MS, RETRY_MAX_MS));
    }
    throw new PredastoreError('metadata-unavailable', `the repair journal did not answer: ${reason}`);
  }
}
