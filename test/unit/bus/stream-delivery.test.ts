import { describe, expect, test } from '@jest/globals';

import { parseDelivery } from '../../../src/bus/stream-session.ts';

describe('the acknowledgement subject of a delivery', () => {
  test('is read in its first form', () => {
    expect(parseDelivery('$JS.ACK.KV_s3.view-1.1.4711.12.1700000000000000000.3')).toEqual({
      streamSequence: 4711,
      deliverySequence: 12,
      storedMs: 1_700_000_000_000,
    });
  });

  test('is read with domain and account, with and without a last token', () => {
    const expected = { streamSequence: 4711, deliverySequence: 12, storedMs: 1_700_000_000_000 };
    expect(parseDelivery('$JS.ACK._.HASH.KV_s3.view-1.1.4711.12.1700000000000000000.3')).toEqual(expected);
    expect(parseDelivery('$JS.ACK.hub.HASH.KV_s3.view-1.1.4711.12.1700000000000000000.3.x')).toEqual(
      expected,
    );
  });

  test('anything else is refused', () => {
    expect(() => parseDelivery('_INBOX.x')).toThrow('not a JetStream delivery');
  });
});
