// Any body, cut in any way, through any window, over a real server, comes out the same; any failure comes out as itself.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { BulkLink } from '../../../src/bus/bulk-link.ts';
import { ByteReceiver } from '../../../src/bus/byte-receiver.ts';
import { ByteSender } from '../../../src/bus/byte-sender.ts';
import { agreeShape } from '../../../src/bus/byte-stream.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import { BusFixture, eventually, patternBytes } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
let fixture: BusFixture;
let near: BulkLink;
let far: BulkLink;

beforeAll(async () => {
  nats = await startNats();
  fixture = new BusFixture(nats.urls);
  near = await BulkLink.open(await fixture.bus('near'), '_INBOX.near');
  far = await BulkLink.open(await fixture.bus('far'), '_INBOX.far');
});
afterAll(async () => {
  await fixture.close();
  await nats.stop();
});

const run = fc.record({
  pieces: fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 12 }),
  chunk: fc.integer({ min: 1024, max: 4096 }),
  window: fc.integer({ min: 1, max: 4 }),
  /** Read this many pieces, then stop; -1: read all. */
  stopAfter: fc.constantFrom(-1, -1, -1, 0, 1, 3),
  /** The source throws after this many pieces; -1: never. */
  failAfter: fc.constantFrom(-1, -1, -1, 0, 2),
});

type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

async function transfer(plan: Run): Promise<{ got: Buffer; sent: Buffer; failure: unknown; ahead: number }> {
  const sent = patternBytes(plan.pieces.reduce((sum, piece) => sum + piece, 0));
  const state = { produced: 0, consumed: 0, ahead: 0 };
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const [index, length] of plan.pieces.entries()) {
      if (index === plan.failAfter) throw new PredastoreError('body-signature-mismatch', 'bad');
      await Promise.resolve();
      yield sent.subarray(state.produced, state.produced + length);
      state.produced += length;
      state.ahead = Math.max(state.ahead, state.produced - state.consumed);
    }
  }
  const shape = agreeShape(near.shape, plan.chunk, plan.window);
  const sender = new ByteSender(near, { lengthBytes: sent.length, bytes: source() }, 'owner');
  const receiver = new ByteReceiver({
    link: far,
    ack: sender.ack,
    lengthBytes: sent.length,
    shape,
    ownerFinishes: false,
    onClose: () => undefined,
  });
  sender.start(receiver.subject, { chunk: shape.chunkBytes, window: shape.windowChunks });
  const sending = sender.run().catch((error: unknown) => error);
  const parts: Buffer[] = [];
  let failure: unknown;
  try {
    if (plan.stopAfter === 0) await receiver.return();
    else
      for await (const part of receiver) {
        parts.push(Buffer.from(part));
        state.consumed += part.length;
        if (parts.length === plan.stopAfter) break;
      }
  } catch (error) {
    failure = error;
  }
  await sending;
  return { got: Buffer.concat(parts), sent, failure, ahead: state.ahead };
}

describe('a stream', () => {
  test('delivers the whole body, or a beginning of it and the reason', async () => {
    await fc.assert(
      fc.asyncProperty(run, async (plan) => {
        const { got, sent, failure, ahead } = await transfer(plan);
        const fails = plan.failAfter >= 0 && plan.failAfter < plan.pieces.length;
        expect(sent.subarray(0, got.length).equals(got)).toBe(true);
        if (plan.stopAfter < 0 && !fails) expect(got.length).toBe(sent.length);
        if (plan.stopAfter < 0 && fails) expect(failure).toMatchObject({ code: 'SignatureDoesNotMatch' });
        // In flight: the window, one chunk being filled, and the piece that the source has in hand.
        expect(ahead).toBeLessThanOrEqual(plan.chunk * (plan.window + 1) + 5_000);
        await eventually(() => near.streams + far.streams === 0);
        expect(near.sending.busy).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
