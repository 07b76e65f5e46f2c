// Cuts an incoming body into stripes: whole buffers of K cells, digests computed on the way.
//
// The body's exact length is known from the start; a body that ends early or goes on is an error, and a digest that does
// not match is found here, after the last byte and before anybody commits.

import { PredastoreError } from '../core/errors.ts';
import { stripeAt, stripeCount, type BlobShape, type Stripe } from './layout.ts';
import type { IncomingBody } from '../core/body.ts';
import type { DigestCheck } from './digest-check.ts';

/** What sees every byte on its way. */
export type ByteWitness = Pick<DigestCheck, 'update'>;

export interface FilledStripe {
  readonly stripe: Stripe;
  /** The K data cells, views of one buffer; the last ones may be short or empty. */
  readonly cells: readonly Uint8Array[];
}

/** Yields every stripe of the body, in order. */
export async function* readStripes(
  shape: BlobShape,
  body: Pick<IncomingBody, 'bytes'>,
  digests: ByteWitness,
): AsyncGenerator<FilledStripe> {
  const count = stripeCount(shape);
  let number = 0;
  let stripe = count > 0 ? stripeAt(shape, 0) : undefined;
  let buffer = allocate(stripe);
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
      yield { stripe, cells: cut(shape, stripe, buffer) };
      number += 1;
      stripe = number < count ? stripeAt(shape, number) : undefined;
      buffer = allocate(stripe);
      filled = 0;
    }
  }
  if (stripe !== undefined)
    throw new PredastoreError('body-incomplete', 'the body ended before its declared length');
}

function allocate(stripe: Stripe | undefined): Uint8Array {
  return Buffer.allocUnsafeSlow(stripe?.dataBytes ?? 0);
}

function cut(shape: BlobShape, stripe: Stripe, buffer: Uint8Array): Uint8Array[] {
  const cells: Uint8Array[] = [];
  for (let index = 0; index < shape.k; index += 1) {
    cells.push(buffer.subarray(index * stripe.cellBytes, (index + 1) * stripe.cellBytes));
  }
  return cells;
}
