// Where a shard lies: one contiguous run of fragments in one segment.

import { FRAGMENT_BODY_BYTES } from '../core/limits.ts';
import type { ShardKey } from '../core/shard-key.ts';

/** Clear text in front of a sealed fragment. */
export const FRAGMENT_HEADER_BYTES = 32;
export const SEAL_TAG_BYTES = 16;
/** One fragment on disk: header, sealed body, tag. */
export const FRAGMENT_BYTES = FRAGMENT_HEADER_BYTES + FRAGMENT_BODY_BYTES + SEAL_TAG_BYTES;
/** A segment or sidecar begins with one page of header; the first fragment or row follows. */
export const FILE_HEADER_BYTES = 4096;
/** Fragments in one disk operation: 263,680 B, past the point where the cost of an asynchronous call still shows. */
export const WINDOW_FRAGMENTS = 32;
export const WINDOW_BYTES = WINDOW_FRAGMENTS * FRAGMENT_BYTES;

/** What a fragment is bound to by its seal, beside its place. */
export interface ShardIdentity {
  readonly key: ShardKey;
  readonly objectHash: Uint8Array;
}

export interface Extent {
  readonly segment: number;
  /** Of the first fragment, from the beginning of the segment file. */
  readonly offset: number;
  /** Number of the first fragment; the others follow without a gap. */
  readonly firstFragment: number;
  readonly shardNumber: number;
  readonly lengthBytes: number;
  /** Which data key seals it. */
  readonly keyEpoch: number;
}

export function fragmentsOf(lengthBytes: number): number {
  return Math.ceil(lengthBytes / FRAGMENT_BODY_BYTES);
}

/** Bytes an extent takes in its segment. */
export function extentBytes(lengthBytes: number): number {
  return fragmentsOf(lengthBytes) * FRAGMENT_BYTES;
}
