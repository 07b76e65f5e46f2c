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

/** When the write began, by the clock of the node that made it. */
export function writeTimeMs(id: WriteId): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

export function writeIdBytes(id: WriteId): Buffer {
  return Buffer.from(id, 'hex');
}

/** One version of an object: 24 bytes as base64url. Milliseconds (6), a counter (2), chance (16). */
const VERSION_ID_PATTERN = /^[A-Za-z0-9_-]{32}$/;
const VERSION_ID_BYTES = 24;
const VERSION_STAMP_BYTES = 8;
const VERSION_COUNTER_BITS = 16n;

/** How clients name a version without an id of its own. */
export const NULL_VERSION = 'null';

/** An id of a version that was never given out. */
export const UNKNOWN_VERSION = 'A'.repeat(32);
const FOREIGN_VERSION_ID_PATTERN = /^[A-Za-z0-9._-]{24,1024}$/;

/** Whether a text may be the id of a version in some store: clients bring those of other stores, and ask for what is not there. */
export function looksLikeVersionId(value: string): boolean {
  return FOREIGN_VERSION_ID_PATTERN.test(value);
}

/** Whether a text can be the id of a version: whatever else a client sends was never given out. */
export function isVersionId(value: unknown): value is string {
  return typeof value === 'string' && VERSION_ID_PATTERN.test(value);
}

/**
 * Composes the id of a version that comes after the version `after`, whatever the clocks say: ids of one key ascend in the order in
 * which its versions became current. `chance`: 16 bytes.
 */
export function composeVersionId(timeMs: number, chance: Uint8Array, after: string | undefined): string {
  const bytes = Buffer.alloc(VERSION_ID_BYTES);
  const now = BigInt(Math.max(0, Math.floor(timeMs)) % TIME_MS_MAX) << VERSION_COUNTER_BITS;
  const least = after === undefined ? 0n : versionIdBytes(after).readBigUInt64BE() + 1n;
  bytes.writeBigUInt64BE(now > least ? now : least);
  bytes.set(chance.subarray(0, VERSION_ID_BYTES - VERSION_STAMP_BYTES), VERSION_STAMP_BYTES);
  return bytes.toString('base64url');
}

/** Bytes whose order is the order of versions; those of a version without an id are below all others. */
export function versionIdBytes(id: string | undefined): Buffer {
  return id === undefined ? Buffer.alloc(VERSION_ID_BYTES) : Buffer.from(id, 'base64url');
}

/** Whether a version comes after another one in the order of its key: V2 of metadata/version-table.ts. */
export function isLaterVersion(id: string, than: string | undefined): boolean {
  const stamp = (version: string | undefined): bigint => versionIdBytes(version).readBigUInt64BE();
  return stamp(id) > stamp(than);
}
