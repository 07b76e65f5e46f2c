// Who is believed on the bus: gateways of the cluster by their seal, anybody by a signature (AWS Signature Version 4 over the
// message), and, where the operator trusts everyone who holds NATS credentials, the headers as they are.
//
// Invariants:
//  1. A signature that is there must hold: it is never fallen back from.
//  2. What comes out of a request signed for one account never names another one.
//  3. How a request came in (RequestOrigin) is believed from a seal alone.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { SignatureVerifier } from '../auth/sigv4.ts';
import type { CallerCheck, UncheckedCall } from '../bus/caller-check.ts';
import { COVERED_HEADERS, HEADER, NAME, SIGNED_HEADERS, SIGNED_HOST } from '../bus/envelope.ts';
import type { CallContext } from '../bus/operation.ts';
import type { OriginSeal } from '../bus/origin-seal.ts';
import { S3Error } from '../contracts/s3-errors.ts';

/** `header`: whoever may send requests may say who it is. `signed`: only proof counts. */
export type BusTrust = 'header' | 'signed';

export interface BusCallersOptions {
  readonly trust: BusTrust;
  readonly seal: OriginSeal;
  readonly verifier: SignatureVerifier;
}

const SIGNED_NAMES = /SignedHeaders=([^,\s]+)/;
const SHA256 = /^[0-9a-f]{64}$/;
const NO_QUERY: ReadonlyMap<string, string> = new Map();

export class BusCallers implements CallerCheck {
  readonly #options: BusCallersOptions;

  constructor(options: BusCallersOptions) {
    this.#options = options;
  }

  check(call: UncheckedCall): CallContext | Promise<CallContext> {
    const { headers, context, operation } = call;
    const sealed = headers.get(NAME.origin);
    if (sealed !== undefined) {
      const origin = this.#options.seal.open(sealed, operation, context);
      if (origin !== undefined) return { ...context, origin };
    }
    if (headers.has('authorization')) return this.#signed(call);
    const isNamed = context.accountId !== undefined || context.principalArn !== undefined;
    if (this.#options.trust === 'header' || !isNamed) return context;
    throw new S3Error('AccessDenied', `This store takes ${HEADER.accountId} from signed requests only.`);
  }

  async #signed(call: UncheckedCall): Promise<CallContext> {
    const { headers, context, subject, payload } = call;
    const names = namesSigned(headers);
    requireCoverage(headers, names);
    requireDigest(headers.get('x-amz-content-sha256'), payload);
    // What HTTP implies and a message does not carry: Go's signer covers the length of a body.
    const signed = new Map([['content-length', String(payload.byteLength)]]);
    for (const name of ['authorization', ...SIGNED_HEADERS, ...names]) {
      const value = headers.get(name);
      if (value !== undefined) signed.set(name, value);
    }
    signed.set('host', SIGNED_HOST);
    const request = { method: 'POST', target: `/${subject}`, headers: signed };
    const authentication = await this.#options.verifier.authenticate(request, NO_QUERY);
    if (authentication.kind === 'anonymous') throw new S3Error('AccessDenied');
    const { accountId, principalArn } = authentication.credential;
    const isOther =
      (context.accountId ?? accountId) !== accountId ||
      (context.principalArn ?? principalArn) !== principalArn;
    if (isOther) throw new S3Error('AccessDenied', 'The request is signed by somebody else than it names.');
    return { ...context, accountId, principalArn };
  }
}

/** The headers that the signature says it covers. At most what a header of 2 KiB holds. */
function namesSigned(headers: ReadonlyMap<string, string>): readonly string[] {
  return SIGNED_NAMES.exec(headers.get('authorization') ?? '')?.[1]?.split(';') ?? [];
}

function requireCoverage(headers: ReadonlyMap<string, string>, names: readonly string[]): void {
  const unsigned = COVERED_HEADERS.filter((name) => headers.has(name) && !names.includes(name));
  if (unsigned.length === 0) return;
  throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
    fields: { HeadersNotSigned: unsigned.join(', ') },
  });
}

/** The payload has the parameters, so that it can never be left out of the signature. */
function requireDigest(claimed: string | undefined, payload: Uint8Array): void {
  if (claimed === undefined || !SHA256.test(claimed)) {
    throw new S3Error('InvalidRequest', 'x-amz-content-sha256 must be the SHA-256 of the message.');
  }
  const actual = createHash('sha256').update(payload).digest();
  if (!timingSafeEqual(actual, Buffer.from(claimed, 'hex'))) throw new S3Error('XAmzContentSHA256Mismatch');
}
