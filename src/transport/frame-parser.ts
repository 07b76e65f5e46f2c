// Turns the bytes of a lane into frames, however they were cut up on their way.
//
// Strict: whatever is not exactly a preface followed by well-formed frames throws `peer-protocol`, and the parser is
// of no use afterwards. Payload is handed on in views of the incoming buffer, never copied and never collected, so
// the only memory here is one header, one preface or one ABORT payload (about 1 KiB).

import { PredastoreError } from '../core/errors.ts';
import { TRANSPORT_CREDIT_BYTES, TRANSPORT_FRAME_BYTES_MAX } from '../core/limits.ts';
import * as frame from './frame.ts';

/** What a parser reports. Every method may throw `peer-protocol`. */
export interface FrameHandler {
  /** The other end speaks our protocol and version. */
  preface(): void;
  /** A DATA frame of `lengthBytes` begins; its payload follows in one or more `data` calls. */
  beginData(lengthBytes: number): void;
  data(bytes: Uint8Array): void;
  window(creditBytes: number): void;
  fin(): void;
  aborted(reason: frame.AbortReason): void;
}

export class FrameParser {
  readonly #handler: FrameHandler;
  /** Collects what must be whole before it can be understood. */
  readonly #scratch = Buffer.allocUnsafe(frame.ABORT_PAYLOAD_BYTES_MAX);
  #scratchBytes = 0;
  #phase: 'preface' | 'header' | 'data' | 'abort' = 'preface';
  /** Payload bytes of the current frame still to come. */
  #left = 0;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  push(bytes: Uint8Array): void {
    let offset = 0;
    while (offset < bytes.length) offset = this.#step(bytes, offset);
  }

  /** Consumes at least one byte and returns the offset behind what it consumed. */
  #step(bytes: Uint8Array, offset: number): number {
    switch (this.#phase) {
      case 'data':
        return this.#takeData(bytes, offset);
      case 'header':
        return this.#takeHeader(bytes, offset);
      case 'abort':
        return this.#takeAbort(bytes, offset);
      case 'preface':
        return this.#takePreface(bytes, offset);
    }
  }

  #takeData(bytes: Uint8Array, offset: number): number {
    const end = Math.min(bytes.length, offset + this.#left);
    this.#left -= end - offset;
    if (this.#left === 0) this.#phase = 'header';
    this.#handler.data(offset === 0 && end === bytes.length ? bytes : bytes.subarray(offset, end));
    return end;
  }

  #takeHeader(bytes: Uint8Array, offset: number): number {
    const end = this.#fillScratch(bytes, offset, frame.FRAME_HEADER_BYTES);
    if (this.#scratchBytes === frame.FRAME_HEADER_BYTES) {
      this.#scratchBytes = 0;
      this.#begin(this.#scratch.readUInt8(0), this.#scratch.readUInt32BE(1));
    }
    return end;
  }

  #begin(type: number, value: number): void {
    switch (type) {
      case frame.DATA:
        requireBetween('DATA frame length', value, 1, TRANSPORT_FRAME_BYTES_MAX);
        this.#handler.beginData(value);
        this.#left = value;
        this.#phase = 'data';
        return;
      case frame.WINDOW:
        requireBetween('WINDOW credit', value, 1, TRANSPORT_CREDIT_BYTES);
        this.#handler.window(value);
        return;
      case frame.FIN:
        requireBetween('FIN value', value, 0, 0);
        this.#handler.fin();
        return;
      case frame.ABORT:
        requireBetween('ABORT frame length', value, 1, frame.ABORT_PAYLOAD_BYTES_MAX);
        this.#left = value;
        this.#phase = 'abort';
        return;
      default:
        throw new PredastoreError('peer-protocol', `unknown frame type ${type}`);
    }
  }

  #takeAbort(bytes: Uint8Array, offset: number): number {
    const end = this.#fillScratch(bytes, offset, this.#left);
    if (this.#scratchBytes === this.#left) {
      const reason = frame.parseAbort(this.#scratch.subarray(0, this.#scratchBytes));
      this.#scratchBytes = 0;
      this.#left = 0;
      this.#phase = 'header';
      this.#handler.aborted(reason);
    }
    return end;
  }

  #takePreface(bytes: Uint8Array, offset: number): number {
    const newline = bytes.indexOf(0x0a, offset);
    const lineEnd = newline === -1 ? bytes.length : newline + 1;
    const end = this.#fillScratch(bytes.subarray(0, lineEnd), offset, frame.PREFACE_BYTES_MAX);
    const line = this.#scratch.toString('latin1', 0, this.#scratchBytes);
    if (line === frame.PREFACE) {
      this.#scratchBytes = 0;
      this.#phase = 'header';
      this.#handler.preface();
    } else if (newline !== -1 || this.#scratchBytes === frame.PREFACE_BYTES_MAX) {
      throw prefaceMismatch(line);
    }
    return end;
  }

  /** Copies until the scratch holds `wantedBytes`. */
  #fillScratch(bytes: Uint8Array, offset: number, wantedBytes: number): number {
    const end = Math.min(bytes.length, offset + wantedBytes - this.#scratchBytes);
    for (let from = offset; from < end; from += 1) {
      this.#scratch[this.#scratchBytes] = bytes[from] ?? 0;
      this.#scratchBytes += 1;
    }
    return end;
  }
}

function requireBetween(what: string, value: number, min: number, max: number): void {
  if (value < min || value > max)
    throw new PredastoreError('peer-protocol', `${what} ${value} is not allowed`);
}

function prefaceMismatch(line: string): PredastoreError {
  if (line === frame.REFUSAL) {
    return new PredastoreError(
      'peer-rejected',
      'the other end does not know us: our key is not among its members',
    );
  }
  const shown = JSON.stringify(line.replace(/[^ -~]/g, '?'));
  return new PredastoreError('peer-protocol', `the other end speaks ${shown}, not ${frame.PREFACE.trim()}`);
}
