// However the network cuts the bytes, the frames stay the same; whatever garbage comes, the parser refuses or survives.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPredastoreError, PredastoreError } from '../../../src/core/errors.ts';
import { TRANSPORT_ABORT_BYTES_MAX, TRANSPORT_CREDIT_BYTES } from '../../../src/core/limits.ts';
import { FrameParser, type FrameHandler } from '../../../src/transport/frame-parser.ts';
import * as frame from '../../../src/transport/frame.ts';

/** Records what a parser reports, payload joined per frame. */
class Recorder implements FrameHandler {
  readonly events: string[] = [];
  #payload: Buffer[] = [];
  #left = 0;

  preface(): void {
    this.events.push('preface');
  }

  beginData(lengthBytes: number): void {
    this.#left = lengthBytes;
    this.#payload = [];
  }

  data(bytes: Uint8Array): void {
    this.#payload.push(Buffer.from(bytes));
    this.#left -= bytes.length;
    if (this.#left === 0) this.events.push(`data ${Buffer.concat(this.#payload).toString('hex')}`);
  }

  window(creditBytes: number): void {
    this.events.push(`window ${creditBytes}`);
  }

  fin(): void {
    this.events.push('fin');
  }

  aborted(reason: frame.AbortReason): void {
    this.events.push(`abort ${reason.ordinal} ${reason.code} ${reason.message}`);
  }
}

interface Step {
  readonly bytes: Buffer;
  readonly event: string;
}

const dataStep = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((payload): Step => {
  const bytes = Buffer.alloc(frame.FRAME_HEADER_BYTES + payload.length);
  bytes.set(payload, frame.putHeader(bytes, 0, frame.DATA, payload.length));
  return { bytes, event: `data ${Buffer.from(payload).toString('hex')}` };
});
const windowStep = fc.integer({ min: 1, max: TRANSPORT_CREDIT_BYTES }).map((credit): Step => {
  return { bytes: frame.controlFrame(frame.WINDOW, credit), event: `window ${credit}` };
});
const finStep = fc.constant<Step>({ bytes: frame.controlFrame(frame.FIN, 0), event: 'fin' });
const abortStep = fc
  .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.string({ unit: 'binary', maxLength: 100 }))
  .map(([ordinal, message]): Step => {
    const reason = new PredastoreError('store-full', message);
    return { bytes: frame.abortFrame(ordinal, reason), event: `abort ${ordinal} store-full ${message}` };
  });

test('frames survive any way of cutting the bytes', () => {
  const steps = fc.array(fc.oneof(dataStep, windowStep, finStep, abortStep), { maxLength: 30 });
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(steps, cuts, (sequence, portions) => {
      const recorder = new Recorder();
      const parser = new FrameParser(recorder);
      const wire = Buffer.concat([Buffer.from(frame.PREFACE), ...sequence.map((step) => step.bytes)]);
      for (let from = 0, turn = 0; from < wire.length; turn += 1) {
        const to = from + (portions[turn % portions.length] ?? 1);
        parser.push(wire.subarray(from, to));
        from = to;
      }
      expect(recorder.events).toEqual(['preface', ...sequence.map((step) => step.event)]);
    }),
    { numRuns: 300 },
  );
});

test('garbage is refused as peer-protocol or understood, never anything else', () => {
  const garbage = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });
  fc.assert(
    fc.property(garbage, fc.boolean(), (parts, greeted) => {
      const parser = new FrameParser(new Recorder());
      try {
        if (greeted) parser.push(Buffer.from(frame.PREFACE));
        for (const part of parts) parser.push(part);
      } catch (error) {
        if (!isPredastoreError(error) || error.code !== 'peer-protocol') throw error;
      }
    }),
    { numRuns: 1000 },
  );
});

test('the message of an ABORT is cut to its bound between two characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 0, maxLength: 2000 }), (message) => {
      const bytes = frame.abortFrame(1, new PredastoreError('cancelled', message));
      const reason = frame.parseAbort(bytes.subarray(frame.FRAME_HEADER_BYTES));
      expect(bytes.length - frame.FRAME_HEADER_BYTES).toBeLessThanOrEqual(frame.ABORT_PAYLOAD_BYTES_MAX);
      expect(message.startsWith(reason.message)).toBe(true);
      const whole = Buffer.byteLength(message) <= TRANSPORT_ABORT_BYTES_MAX - 'cancelled'.length;
      expect(reason.message === message).toBe(whole);
    }),
  );
});
