// Cuts an incoming body into stripes: whole buffers of K cells, digests computed on the way.
//
// The body's exact length is known from the start; a body that ends early or goes on is an error, and a digest that does
// not match is found here, after the last byte and before anybody commits.

import { PredastoreError } from '../core/errors.ts';
import { stripeAt, stripeCount, type BlobShape, type Stripe } from './layout.ts';
import type { IncomingBody } from '../core/body.ts';
import type { DigestCheck } from './digest-check.ts';
import type { StripeBuffers } from './stripe-buffers.ts';

/** What sees every byte on its way. */
export type ByteWitness = Pick<DigestCheck, 'update'>;

export interface FilledStripe {
  readonly stripe: Stripe;
  /** The K data cells, views of `buffer`; the last ones may be short or empty. */
  readonly cells: readonly Uint8Array[];
  /** Room for the M parity cells, `cellBytes` each, behind the data in the same buffer. */
  readonly parity: readonly Uint8Array[];
  /** Whoever takes the stripe owns it, and may give it back when nobody reads a cell any more. */
  readonly buffer: Buffer;
}

/** Yields every stripe of the body, in order. */
export async function* readStripes(
  shape: BlobShape,
  body: Pick<IncomingBody, 'bytes'>,
  digests: ByteWitness,
  buffers: StripeBuffers,
): AsyncGenerator<FilledStripe> {
  const count = stripeCount(shape);
  let number = 0;
  let stripe = count > 0 ? stripeAt(shape, 0) : undefined;
  let buffer = takeBuffer(buffers, shape, stripe);
  let filled = 0;
  for await (const chunk of body.bytes) {
    digests.update(chunk);
    let offset = 0;
    while (offset < chunk.length) {
      if (stripe === undefined)
        throw new PredastoreError('body-too-long', 'the body goes on past its declared length');
      const take = Math.min(chunk.length - offset, stripe.dataBytes - filled);
      buffer.set(chunk.subarray(offset, offset + take), filled);
      filled += take;
      offset += take;
      if (filled < stripe.dataBytes) continue;
      yield cut(shape, stripe, buffer);
      number += 1;
      stripe = number < count ? stripeAt(shape, number) : undefined;
      buffer = takeBuffer(buffers, shape, stripe);
      filled = 0;
    }
  }
  if (stripe !== undefined)
    throw new PredastoreError('body-incomplete', 'the body ended before its declared length');
}

function takeBuffer(buffers: StripeBuffers, shape: BlobShape, stripe: Stripe | undefined): Buffer {
  return buffers.take(stripe === undefined ? 0 : stripe.dataBytes + shape.m * stripe.cellBytes);
}

function cut(shape: BlobShape, stripe: Stripe, buffer: Buffer): FilledStripe {
  const { dataBytes, cellBytes } = stripe;
  const data = buffer.subarray(0, dataBytes);
  const cells = consecutive(data, shape.k, cellBytes);
  const parity = consecutive(buffer.subarray(dataBytes), shape.m, cellBytes);
  return { stripe, cells, parity, buffer };
}

function consecutive(buffer: Uint8Array, count: number, lengthBytes: number): Uint8Array[] {
  return Array.from({ length: count }, (_cell, index) =>
    buffer.subarray(index * lengthBytes, (index + 1) * lengthBytes),
  );
}
