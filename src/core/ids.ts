// Names of things, as types that cannot be mixed up. A value of these types was made by its parser here.

import { PredastoreError } from './errors.ts';

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** A node of the cluster: 1 … 65535, as in the configuration. */
export type NodeId = Branded<number, 'NodeId'>;

/** One write of one blob: 32 lower-case hex digits, time-ordered, unique; names its shards for ever. */
export type WriteId = Branded<string, 'WriteId'>;

export const NODE_ID_MAX = 65_535;
const WRITE_ID_PATTERN = /^[0-9a-f]{32}$/;
const TIME_MS_MAX = 2 ** 48;

export function nodeId(value: number): NodeId {
  if (!Number.isInteger(value) || value < 1 || value > NODE_ID_MAX) {
    throw new PredastoreError(
      'invalid-config',
      `node id must be a whole number from 1 to ${NODE_ID_MAX}, got ${value}`,
    );
  }
  return value as NodeId;
}

export function parseWriteId(text: string): WriteId {
  if (!WRITE_ID_PATTERN.test(text)) throw new PredastoreError('metadata-corrupt', 'malformed write id');
  return text as WriteId;
}

/**
 * Composes a write id: 48 bits of milliseconds, 16 bits of node, 64 bits of chance.
 * Equality is the safety property; the clock only keeps neighbours in time neighbours in the index.
 */
export function composeWriteId(timeMs: number, node: NodeId, chance: Uint8Array): WriteId {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.max(0, Math.floor(timeMs)) % TIME_MS_MAX, 0, 6);
  bytes.writeUInt16BE(node, 6);
  bytes.set(chance.subarray(0, 8), 8);
  return bytes.toString('hex') as WriteId;
}

export function writeIdBytes(id: WriteId): Buffer {
  return Buffer.from(id, 'hex');
}

const VERSION_ID_PATTERN = /^[A-Za-z0-9_-]{32}$/;

/** Whether a text can be the id of a version: whatever else a client sends was never given out. */
export function isVersionId(value: unknown): value is string {
  return typeof value === 'string' && VERSION_ID_PATTERN.test(value);
}
