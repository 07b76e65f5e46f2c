// An S3 operation as the gateway runs it: from a verified request to a reply.

import type { IncomingMessage } from 'node:http';
import { UNSIGNED_PAYLOAD, type Authentication } from '../auth/sigv4.ts';
import { collect, type IncomingBody, type OutgoingBody } from '../core/body.ts';
import { DOCUMENT_BYTES_MAX } from '../core/limits.ts';
import { verifyDocument } from './document.ts';
import type { AnnouncedChecksum } from './checksum-headers.ts';
import type { RequestTarget } from './request-target.ts';
import type { S3Client, RequestContext, StoreMessages, StoreReply } from './s3-client.ts';
import type { SocketBody } from './socket-body.ts';
import { describeUpload } from './upload.ts';
import { malformed } from './xml.ts';

/** What goes back to the client; at most one of `xml` and `stream`. */
export interface GatewayReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly xml?: string;
  readonly stream?: OutgoingBody;
}

export interface Operation {
  /** The AWS name, for logs and metrics. */
  readonly name: string;
  /** Whether a request without a signature may get as far as the store, which then looks whether the bucket is public. */
  readonly anonymous: boolean;
  handle(request: GatewayRequest): Promise<GatewayReply>;
}

export interface GatewayRequestParts {
  readonly http: IncomingMessage;
  readonly target: RequestTarget;
  readonly authentication: Authentication;
  readonly context: RequestContext;
  readonly client: S3Client;
  readonly body: SocketBody;
  readonly signal: AbortSignal;
}

/** Reply headers of the store that concern S3 clients too. */
const FORWARDED_HEADER = /^x-(predastore|spx)-/i;

/** A request whose headers are verified. */
export class GatewayRequest {
  readonly #parts: GatewayRequestParts;
  readonly #forwarded: Record<string, string> = {};

  constructor(parts: GatewayRequestParts) {
    this.#parts = parts;
  }

  get bucket(): string {
    return this.#parts.target.bucket;
  }

  get key(): string {
    return this.#parts.target.key;
  }

  get query(): ReadonlyMap<string, string> {
    return this.#parts.target.query;
  }

  get headers(): IncomingMessage['headers'] {
    return this.#parts.http.headers;
  }

  get authentication(): Authentication {
    return this.#parts.authentication;
  }

  /** What the store had to say beside its results, for the reply. */
  get forwardedHeaders(): Readonly<Record<string, string>> {
    return this.#forwarded;
  }

  /** Asks the store. */
  async call<Name extends keyof StoreMessages>(
    operation: Name,
    parameters: StoreMessages[Name]['request'],
    body?: IncomingBody,
  ): Promise<StoreReply<StoreMessages[Name]['reply']>> {
    const { client, context, signal } = this.#parts;
    const options = body === undefined ? { context, signal } : { context, signal, body };
    const reply = await client.call(operation, parameters, options);
    for (const name in reply.headers) {
      if (FORWARDED_HEADER.test(name)) this.#forwarded[name.toLowerCase()] = reply.headers[name] ?? '';
    }
    // The client has checked the reply against the schema that this type is generated from.
    return reply as StoreReply<unknown> as StoreReply<StoreMessages[Name]['reply']>;
  }

  /** The body of a PUT, as a stream. */
  upload(): IncomingBody & { readonly checksum?: AnnouncedChecksum } {
    return describeUpload(this.headers, this.#parts.authentication, this.#parts.body);
  }

  /** The body of a request that carries a document; empty when there is none. */
  async document(): Promise<string> {
    const { headers } = this;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return '';
    const upload = this.upload();
    if (upload.lengthBytes > DOCUMENT_BYTES_MAX) throw malformed();
    const bytes = await collect(upload.bytes, DOCUMENT_BYTES_MAX);
    await verifyDocument(bytes, upload.claims());
    return bytes.toString('utf8');
  }

  /** True when nobody signed, or when the signature leaves the body open. */
  get isAnonymous(): boolean {
    return this.#parts.authentication.kind === 'anonymous';
  }

  get hasUnsignedPayload(): boolean {
    return this.#parts.authentication.payload === UNSIGNED_PAYLOAD;
  }
}
