// The word of a gateway about a request, on its way over the bus: how it came in, and that its signature was checked.
//
// Whoever holds NATS credentials may write headers; only processes with the cluster's key can seal them. A seal is bound to the
// operation, the request id and the caller it speaks of, and is good for SEAL_LIFE_MS.
//
// Form: base64url(JSON {v, at, origin}) "." base64url(HMAC-SHA256 over operation, request id, account, principal and the JSON).

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { isObject, parseObject } from './envelope.ts';
import type { RequestOrigin } from '../core/request-origin.ts';
import type { CallContext } from './operation.ts';

const SEAL_VERSION = 1;
/** Clocks of nodes may differ; a request is on its way for seconds at most. */
const SEAL_LIFE_MS = 300_000;
/** What a browser or an attacker writes into these goes over the bus with every request. */
const TEXT_CHARACTERS_MAX = 1024;
/** Two such texts of three bytes a character, in base64. */
const SEAL_CHARACTERS_MAX = 16 * 1024;
const TEXTS = ['sourceIp', 'tlsVersion', 'userAgent', 'referer', 'authType', 'contentSha256'] as const;

export class OriginSeal {
  readonly #key: Buffer;
  readonly #clock: Clock;

  /** `key`: the same in every process of the cluster. */
  constructor(key: Uint8Array, clock: Clock) {
    this.#key = Buffer.from(key);
    this.#clock = clock;
  }

  /** The header for a request whose context has an origin. */
  seal(operation: string, context: CallContext, origin: RequestOrigin): string {
    const body = JSON.stringify({ v: SEAL_VERSION, at: this.#clock.nowMs(), origin: shortened(origin) });
    const encoded = Buffer.from(body).toString('base64url');
    return `${encoded}.${this.#mac(operation, context, encoded).toString('base64url')}`;
  }

  /** What a header says; undefined when it was not sealed for this request by a process of this cluster, or long ago. */
  open(header: string, operation: string, context: CallContext): RequestOrigin | undefined {
    if (header.length > SEAL_CHARACTERS_MAX) return undefined;
    const [encoded, mac, more] = header.split('.');
    if (encoded === undefined || mac === undefined || more !== undefined) return undefined;
    const given = Buffer.from(mac, 'base64url');
    const expected = this.#mac(operation, context, encoded);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const { v, at, origin } = parseObject(Buffer.from(encoded, 'base64url').toString('utf8')) ?? {};
    if (v !== SEAL_VERSION || typeof at !== 'number' || !isObject(origin)) return undefined;
    return Math.abs(this.#clock.nowMs() - at) <= SEAL_LIFE_MS ? origin : undefined;
  }

  #mac(operation: string, { requestId, accountId, principalArn }: CallContext, encoded: string): Buffer {
    const bound = [operation, requestId, accountId ?? '', principalArn ?? '', encoded];
    return createHmac('sha256', this.#key).update(JSON.stringify(bound)).digest();
  }
}

function shortened(origin: RequestOrigin): RequestOrigin {
  const short: Record<string, unknown> = { ...origin };
  for (const name of TEXTS) {
    const text = origin[name];
    if (text !== undefined && text.length > TEXT_CHARACTERS_MAX)
      short[name] = text.slice(0, TEXT_CHARACTERS_MAX);
  }
  return short;
}
