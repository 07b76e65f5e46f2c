// Puts the frames of a lane onto its pipe with as few raw writes as possible.
//
// A raw write costs 20–50 µs whatever its size, a copy of 64 KiB costs 8: so frames are copied into one buffer, and what
// arrives while a raw write is under way is gathered and goes out as one. Because of the copy, a caller's chunk is free at once.
// Invariants:
//   W1. At most one raw write is under way.
//   W2. At most BATCH_DATA_BYTES of data and CONTROL_RESERVE_BYTES of control frames wait behind it.

import { assert } from '../core/assert.ts';
import type { BatchBuffers } from './batch-buffers.ts';
import { BATCH_DATA_BYTES, BATCH_PAYLOAD_BYTES } from './batch-buffers.ts';
import * as frame from './frame.ts';
import type { RawPipe } from './raw-pipe.ts';

/** Frames up to this size get a buffer of their own size; larger ones borrow a batch buffer. */
const SMALL_BYTES = 16 * 1024;

export interface FrameWriterEvents {
  /** A raw write ended and there is room again. */
  room(): void;
  failed(error: unknown): void;
}

export class FrameWriter {
  readonly #pipe: RawPipe;
  readonly #buffers: BatchBuffers;
  readonly #events: FrameWriterEvents;
  #busy = false;
  #ending = false;
  #stopped = false;
  #inFlight: Buffer | undefined;
  #batch: Buffer | undefined;
  #batchBytes = 0;
  #batchPayloadBytes = 0;

  constructor(pipe: RawPipe, buffers: BatchBuffers, events: FrameWriterEvents) {
    this.#pipe = pipe;
    this.#buffers = buffers;
    this.#events = events;
  }

  /** Payload bytes that `data` takes right now. */
  get roomBytes(): number {
    if (this.#stopped) return 0;
    const payload = BATCH_PAYLOAD_BYTES - this.#batchPayloadBytes;
    const whole = BATCH_DATA_BYTES - this.#batchBytes - frame.FRAME_HEADER_BYTES;
    return Math.max(0, Math.min(payload, whole));
  }

  /** Sends one DATA frame (none when `payload` is empty), and a FIN behind it when `fin`, in one raw write. */
  data(payload: Uint8Array, fin: boolean): void {
    if (this.#stopped) return;
    assert(payload.length <= this.roomBytes, 'data only where there is room');
    const dataBytes = payload.length === 0 ? 0 : frame.FRAME_HEADER_BYTES + payload.length;
    const totalBytes = dataBytes + (fin ? frame.FRAME_HEADER_BYTES : 0);
    const buffer = this.#reserve(totalBytes);
    let offset = this.#batchBytes;
    if (payload.length > 0) {
      offset = frame.putHeader(buffer, offset, frame.DATA, payload.length);
      buffer.set(payload, offset);
      offset += payload.length;
    }
    if (fin) frame.putHeader(buffer, offset, frame.FIN, 0);
    this.#batchBytes += totalBytes;
    this.#batchPayloadBytes += payload.length;
    if (!this.#busy) this.#launch();
  }

  /** Sends a whole frame (or preface) made elsewhere. False when too many wait: the peer has stopped reading. */
  control(bytes: Uint8Array): boolean {
    if (this.#stopped) return true;
    if (this.#busy && this.#batchBytes + bytes.length > this.#buffers.capacityBytes) return false;
    this.#reserve(bytes.length).set(bytes, this.#batchBytes);
    this.#batchBytes += bytes.length;
    if (!this.#busy) this.#launch();
    return true;
  }

  /** Finishes our direction after everything accepted so far. */
  end(): void {
    if (this.#ending || this.#stopped) return;
    this.#ending = true;
    if (!this.#busy) this.#pipe.end();
  }

  /** Drops what waits; nothing is written from now on. */
  stop(): void {
    this.#stopped = true;
    if (this.#batch !== undefined) this.#buffers.give(this.#batch);
    this.#batch = undefined;
    this.#batchBytes = 0;
    this.#batchPayloadBytes = 0;
  }

  /** The buffer being gathered, with space for `bytes` more. */
  #reserve(bytes: number): Buffer {
    this.#batch ??= !this.#busy && bytes <= SMALL_BYTES ? Buffer.allocUnsafe(bytes) : this.#buffers.take();
    return this.#batch;
  }

  #launch(): void {
    const buffer = this.#batch;
    assert(buffer !== undefined, 'something waits to be written');
    const bytes = buffer.length === this.#batchBytes ? buffer : buffer.subarray(0, this.#batchBytes);
    this.#inFlight = buffer;
    this.#batch = undefined;
    this.#batchBytes = 0;
    this.#batchPayloadBytes = 0;
    this.#busy = true;
    this.#pipe.write(bytes, this.#written);
  }

  readonly #written = (error?: unknown): void => {
    this.#busy = false;
    if (this.#inFlight !== undefined) this.#buffers.give(this.#inFlight);
    this.#inFlight = undefined;
    if (error !== undefined && error !== null) {
      this.stop();
      this.#events.failed(error);
      return;
    }
    if (this.#stopped) return;
    if (this.#batch !== undefined) this.#launch();
    else if (this.#ending) this.#pipe.end();
    this.#events.room();
  };
}
