// Signs requests with AWS Signature Version 4, as docs/nats-api.md ("Signed requests") has it: for stores that believe
// nothing else (`[nats] trust = "signed"`), and wherever a key stands for its owner.
//
//   1. Everything that changes what the message means is covered: its payload, and SIGNED_HEADERS where they are sent.
//   2. The secret leaves this process only as the key of an HMAC.

import { createHash, createHmac } from 'node:crypto';
import { canonicalHeaders, canonicalRequest } from '../auth/canonical-request.ts';
import { SigningKeyCache } from '../auth/signing-key.ts';
import { SIGNED_HEADERS, SIGNED_HOST } from '../bus/envelope.ts';
import type { BusHeaders } from '../bus/reply-inbox.ts';
import type { Clock } from '../platform/clock.ts';

/** An access key of the store, or of a session of Spinifex's. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SigningOptions {
  /** The region of the cluster. */
  readonly region: string;
  /** The key, or where to ask for it at every call: sessions end and are renewed. */
  readonly credentials: Credentials | (() => Credentials | Promise<Credentials>);
}

export class RequestSigner {
  readonly #options: SigningOptions;
  readonly #clock: Clock;
  readonly #keys = new SigningKeyCache();

  constructor(options: SigningOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Adds the headers of the signature. `subject` is that of the operation, whatever the message is sent to. */
  async sign(subject: string, payload: Uint8Array | string, headers: BusHeaders): Promise<void> {
    const { region, credentials: source } = this.#options;
    const { accessKeyId, secretAccessKey, sessionToken } =
      typeof source === 'function' ? await source() : source;
    const timestamp = timestampOf(this.#clock.nowMs());
    const date = timestamp.slice(0, 8);
    const digest = sha256(payload);
    headers.set('X-Amz-Date', timestamp);
    headers.set('X-Amz-Content-Sha256', digest);
    if (sessionToken !== undefined) headers.set('X-Amz-Security-Token', sessionToken);
    const signed = new Map([['host', SIGNED_HOST]]);
    for (const [name, [value = '']] of headers) {
      if (SIGNED_HEADERS.includes(name.toLowerCase())) signed.set(name.toLowerCase(), value);
    }
    const names = [...signed.keys()].sort();
    const request = canonicalRequest({
      method: 'POST',
      path: `/${subject}`,
      query: '',
      headers: canonicalHeaders(names, signed),
      signedHeaders: names.join(';'),
      payload: digest,
    });
    const scope = `${date}/${region}/s3/aws4_request`;
    const key = this.#keys.keyFor(accessKeyId, secretAccessKey, date, region);
    const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(request)}`;
    const signature = createHmac('sha256', key).update(toSign).digest('hex');
    const covered = `SignedHeaders=${names.join(';')}`;
    headers.set(
      'Authorization',
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ${covered}, Signature=${signature}`,
    );
  }
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `20261126T074500Z` */
function timestampOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
