// An S3 operation as the gateway runs it: from a verified request to a reply.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { isLegacyForm } from '../auth/signature-claim.ts';
import type { Authentication, SignatureVerifier } from '../auth/sigv4.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { collect, type IncomingBody, type OutgoingBody } from '../core/body.ts';
import { DOCUMENT_BYTES_MAX } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import { verifyDocument } from './document.ts';
import type { AnnouncedChecksum, Headers } from './checksum-headers.ts';
import type { RequestTarget } from './request-target.ts';
import type {
  RequestContext,
  S3Client,
  StoreOperation,
  StoreReply,
  StoreRequest,
  StoreResult,
} from './s3-client.ts';
import type { SocketBody } from './socket-body.ts';
import { describeUpload } from './upload.ts';

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
  /**
   * Whether a request without a signature that is about no bucket may get as far as the store. Where there is a bucket it always
   * does: what anybody may do with it is for its policy and its access control list to say.
   */
  readonly anonymous: boolean;
  /** Signatures are not looked at: a preflight carries that of the request it asks about. */
  readonly unsigned?: true;
  /** Who asks stands in the body: a request without a signature in its headers may still come from somebody. */
  readonly signedInBody?: true;
  handle(request: GatewayRequest): Promise<GatewayReply>;
}

/** A row of the route table. */
export interface Route {
  readonly operation: Operation;
  /** Query parameters that belong to the operation; any other is refused. */
  readonly parameters?: readonly string[];
  /** Readers may add parameters of their own, as browsers do to get around caches. */
  readonly ignoresUnknown?: true;
}

export interface GatewayRequestParts {
  readonly http: IncomingMessage;
  /** The headers of `http`, and those that its query stands in for. */
  readonly headers: IncomingHttpHeaders;
  readonly target: RequestTarget;
  readonly authentication: Authentication;
  readonly context: RequestContext;
  readonly client: S3Client;
  readonly verifier: SignatureVerifier;
  readonly clock: Clock;
  readonly body: SocketBody;
  readonly signal: AbortSignal;
  readonly allowsPlainKeys: boolean;
}

/** Reply headers of the store that concern S3 clients too. */
const FORWARDED_HEADER = /^x-(predastore|spx)-/i;

/** A request whose headers are verified. */
export class GatewayRequest {
  readonly #parts: GatewayRequestParts;
  readonly #forwarded: Record<string, string>;

  constructor(parts: GatewayRequestParts, forwarded: Record<string, string> = {}) {
    this.#parts = parts;
    this.#forwarded = forwarded;
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

  get headers(): IncomingHttpHeaders {
    return this.#parts.headers;
  }

  get authentication(): Authentication {
    return this.#parts.authentication;
  }

  /** What the store had to say beside its results, for the reply. */
  get forwardedHeaders(): Readonly<Record<string, string>> {
    return this.#forwarded;
  }

  /** Asks the store. */
  async call<Name extends StoreOperation>(
    operation: Name,
    parameters: StoreRequest<Name>,
    body?: IncomingBody,
  ): Promise<StoreReply<StoreResult<Name>>> {
    const { client, context, signal } = this.#parts;
    const options = body === undefined ? { context, signal } : { context, signal, body };
    const reply = await client.call(operation, parameters, options);
    for (const name in reply.headers) {
      if (FORWARDED_HEADER.test(name)) this.#forwarded[name.toLowerCase()] = reply.headers[name] ?? '';
    }
    // The client has checked the reply against the schema that this type is generated from.
    return reply as StoreReply<unknown> as StoreReply<StoreResult<Name>>;
  }

  /** The URL of what the request is about, as its sender sees it. */
  get url(): string {
    const { http, target } = this.#parts;
    const scheme = this.isSecure ? 'https' : 'http';
    return `${scheme}://${http.headers.host ?? ''}${target.raw.split('?', 1)[0] ?? ''}`;
  }

  get nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  /** This request in the name of whoever signed its form. */
  async signedByForm(fields: ReadonlyMap<string, string>): Promise<GatewayRequest> {
    const { accountId, principalArn } = await this.#parts.verifier.authenticateForm(fields);
    const { context: before } = this.#parts;
    const version = isLegacyForm(fields) ? { signatureVersion: 'AWS' as const } : {};
    const origin = { ...before.origin, authType: 'POST' as const, ...version };
    const context = { ...before, accountId, principalArn, origin };
    return new GatewayRequest({ ...this.#parts, context }, this.#forwarded);
  }

  /** The body as it comes off the wire. */
  get bytes(): AsyncIterable<Uint8Array> {
    return this.#parts.body;
  }

  /** The body of a PUT, as a stream. */
  upload(): IncomingBody & { readonly checksum?: AnnouncedChecksum } {
    return describeUpload(this.headers, this.#parts.authentication, this.#parts.body);
  }

  /** The body of a request that carries a document, described by `headers`; empty when there is none. */
  async document(headers: Headers = this.headers, limitBytes = DOCUMENT_BYTES_MAX): Promise<string> {
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return '';
    const { authentication, http, target } = this.#parts;
    // AWS takes chunks for objects, not for configurations.
    const configures = target.level === 'bucket' && http.method === 'PUT';
    if (configures && authentication.payload.startsWith('STREAMING-'))
      throw new S3Error('InvalidRequest', 'The value of x-amz-content-sha256 header is invalid.');
    const upload = describeUpload(headers, authentication, this.#parts.body);
    if (upload.lengthBytes > limitBytes) {
      const fields = { MaxMessageLengthBytes: String(limitBytes) };
      throw new S3Error('MaxMessageLengthExceeded', undefined, { fields });
    }
    const bytes = await collect(upload.bytes, DOCUMENT_BYTES_MAX);
    await verifyDocument(bytes, upload.claims());
    return bytes.toString('utf8');
  }

  /** Whether the request came over TLS. */
  get isSecure(): boolean {
    return this.#parts.http.socket instanceof TLSSocket;
  }

  /** Whether keys of clients may come over connections without TLS. */
  get allowsPlainKeys(): boolean {
    return this.#parts.allowsPlainKeys;
  }

  get isAnonymous(): boolean {
    return this.#parts.authentication.kind === 'anonymous';
  }
}
