// What is owed to nodes that were away: one message per blob and owing node, in a work-queue stream.
//
// The journal is a reminder; the truth is `missing` in the object record. A journal that is full refuses, and the caller may
// go on: nothing is lost, the debt is found again by looking at the records.

import type { StreamSettings } from '../bus/stream-admin.ts';
import type { StreamClient } from '../bus/stream-client.ts';
import { PredastoreError } from '../core/errors.ts';
import {
  METADATA_CONSUMERS_MAX,
  METADATA_RECORD_BYTES_MAX,
  METADATA_REQUEST_TIMEOUT_MS,
  REPAIR_JOURNAL_BYTES_MAX,
} from '../core/limits.ts';
import type { RepairEntry } from './metadata-store.ts';
import { owingNodes } from './record-codec.ts';
import { REPAIR_STREAM, REPAIR_SUBJECTS, repairSubject } from './subjects.ts';

const TRIES = 4;
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

export class RepairJournal {
  readonly #client: StreamClient;

  constructor(client: StreamClient) {
    this.#client = client;
  }

  /** Durable once resolved. Writing the same debt twice within two minutes stores it once. */
  async owe(entry: RepairEntry): Promise<void> {
    const payload = Buffer.from(JSON.stringify(entry));
    for (const node of owingNodes(entry.blob)) {
      const messageId = `${entry.blob.write}.${node}`;
      await this.#append({ subject: repairSubject(node), payload, messageId });
    }
  }

  async #append(message: { subject: string; payload: Buffer; messageId: string }): Promise<void> {
    let reason = '';
    for (let tries = 0; tries < TRIES; tries += 1) {
      const outcome = await this.#client.append(message, METADATA_REQUEST_TIMEOUT_MS);
      if (outcome.kind === 'stored') return;
      reason = outcome.kind === 'unanswered' ? outcome.reason : outcome.kind;
    }
    throw new PredastoreError('metadata-unavailable', `the repair journal did not answer: ${reason}`);
  }
}
