// Verification of AWS Signature Version 4, in headers and in presigned URLs, and of version 2 where it is allowed (sigv2.ts).
//
// Owns the answer to "who signed this request (or the policy of this form), and does the signature hold for what arrived". Refuses to look at bodies:
// it hands on what the body is signed with (`payload`, and the chain for signed chunks).
//
// Invariants:
//  1. A request counts as signed only after the signature was recomputed from the bytes received and compared in
//     constant time.
//  2. `host` and every `x-amz-*` header that arrived are covered by the signature (except x-amz-content-sha256, which
//     the canonical request contains anyway).
//  3. A signature is good for 15 minutes around its time, a presigned one from then until its expiry (at most a week).

import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { S3Error } from '../contracts/s3-errors.ts';
import type { Clock } from '../platform/clock.ts';
import {
  canonicalHeaders,
  canonicalQuery,
  canonicalRequest,
  type CanonicalParts,
} from './canonical-request.ts';
import type { Credential, CredentialSource } from './credentials.ts';
import { canonicalPath } from './percent-encoding.ts';
import {
  ALGORITHM,
  claimOf,
  formClaim,
  legacyFormClaim,
  requireOneMechanism,
  requireSameDate,
  signingTimeMs,
  versionTwoRefused,
  type LegacyFormClaim,
  type ReceivedRequest,
  type SignatureClaim,
} from './signature-claim.ts';
import { SigningKeyCache } from './signing-key.ts';
import {
  checkVersionTwo,
  macsVersionTwo,
  versionTwoClaimOf,
  type SignatureV2Use,
  type VersionTwoClaim,
} from './sigv2.ts';

/** What signed chunks chain on to. */
export interface ChunkSigning {
  readonly signingKey: Buffer;
  readonly scope: string;
  readonly timestamp: string;
  /** Signature of the request's headers: the first link. */
  readonly seedSignature: string;
}

export type Authentication =
  | { readonly kind: 'anonymous'; readonly payload: string }
  | {
      readonly kind: 'signed';
      readonly credential: Credential;
      readonly presigned: boolean;
      readonly signedAtMs: number;
      /** `x-amz-content-sha256`: 64 hex digits, `UNSIGNED-PAYLOAD` or one of the `STREAMING-…` names. */
      readonly payload: string;
      /** Absent for Signature Version 2, which knows no signed chunks. */
      readonly chunkSigning?: ChunkSigning;
      /** Present for Signature Version 2 alone. */
      readonly version?: 2;
    };

export interface SignatureVerifierOptions {
  readonly credentials: CredentialSource;
  readonly region: string;
  readonly clock: Clock;
  /** Where Signature Version 2 is taken; nowhere when absent. */
  readonly signatureV2?: SignatureV2Use;
}

/** AWS: 15 minutes, in both directions. */
const SKEW_MAX_MS = 900_000;
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

export class SignatureVerifier {
  readonly #options: SignatureVerifierOptions;
  readonly #signingKeys = new SigningKeyCache();

  constructor(options: SignatureVerifierOptions) {
    this.#options = options;
  }

  /**
   * Finds out who sent a request. Throws the S3 error to answer with when its signature does not hold.
   * `query` has decoded names and values; `otherRegion` is accepted beside the configured region.
   */
  async authenticate(
    request: ReceivedRequest,
    query: ReadonlyMap<string, string>,
    otherRegion?: string,
  ): Promise<Authentication> {
    requireOneMechanism(request.headers, query);
    const old = versionTwoClaimOf(request, query, this.#versionTwoUse);
    if (old !== undefined) return this.#authenticateVersionTwo(request, old);
    const claim = claimOf(request.headers, query, { region: this.#options.region, other: otherRegion });
    if (claim === undefined) {
      return { kind: 'anonymous', payload: request.headers.get('x-amz-content-sha256') ?? UNSIGNED_PAYLOAD };
    }
    this.#checkTime(claim);
    requireSameDate(claim);
    const payload = payloadOf(request, query, claim);
    checkCoverage(request, claim);
    const { credential, signingKey } = await this.#keyOf(claim);
    checkSignature(request, claim, payload, signingKey);
    const { scope, timestamp, signature } = claim;
    return {
      kind: 'signed',
      credential,
      presigned: claim.expiresInS !== undefined,
      signedAtMs: claim.signedAtMs,
      payload,
      chunkSigning: { signingKey, scope, timestamp, seedSignature: signature },
    };
  }

  /**
   * Finds out who signed the policy of a browser upload; fields by lower-case name. Throws the S3 error to answer with
   * when the signature does not hold.
   */
  async authenticateForm(fields: ReadonlyMap<string, string>): Promise<Credential> {
    const policy = fields.get('policy') ?? '';
    const legacy = legacyFormClaim(fields);
    if (legacy !== undefined && this.#versionTwoUse === 'none') throw versionTwoRefused();
    if (legacy !== undefined) return this.#authenticateLegacyForm(legacy, policy);
    const claim = formClaim(fields, { region: this.#options.region });
    this.#checkTime(claim);
    const { credential, signingKey } = await this.#keyOf(claim);
    if (macs(signingKey, policy, claim.signature)) return credential;
    throw new S3Error('SignatureDoesNotMatch', undefined, {
      fields: {
        AWSAccessKeyId: claim.accessKeyId,
        StringToSign: policy,
        SignatureProvided: claim.signature,
        StringToSignBytes: bytesText(policy),
      },
    });
  }

  get #versionTwoUse(): SignatureV2Use {
    return this.#options.signatureV2 ?? 'none';
  }

  async #authenticateVersionTwo(request: ReceivedRequest, claim: VersionTwoClaim): Promise<Authentication> {
    const signedAtMs = versionTwoTimeMs(claim, this.#options.clock.nowMs());
    const payload = request.headers.get('x-amz-content-sha256') ?? UNSIGNED_PAYLOAD;
    requirePayloadName(payload);
    if (payload.startsWith('STREAMING-AWS4-'))
      throw new S3Error(
        'InvalidRequest',
        'Signed chunks need a request that is signed with AWS4-HMAC-SHA256.',
      );
    const credential = await this.#ownerOf(claim);
    checkVersionTwo(request, claim, credential.secretAccessKey);
    return {
      kind: 'signed',
      credential,
      presigned: claim.time.kind === 'presigned',
      signedAtMs,
      payload,
      version: 2,
    };
  }

  async #authenticateLegacyForm(claim: LegacyFormClaim, policy: string): Promise<Credential> {
    const credential = await this.#ownerOf(claim);
    if (macsVersionTwo(credential.secretAccessKey, Buffer.from(policy), claim.signature)) return credential;
    throw new S3Error('SignatureDoesNotMatch', undefined, {
      fields: { AWSAccessKeyId: claim.accessKeyId, StringToSign: policy, SignatureProvided: claim.signature },
    });
  }

  async #keyOf(claim: SignatureClaim): Promise<{ credential: Credential; signingKey: Buffer }> {
    const credential = await this.#ownerOf(claim);
    const { accessKeyId, secretAccessKey } = credential;
    const signingKey = this.#signingKeys.keyFor(accessKeyId, secretAccessKey, claim.date, claim.region);
    return { credential, signingKey };
  }

  async #ownerOf(claim: Pick<SignatureClaim, 'accessKeyId' | 'sessionToken'>): Promise<Credential> {
    const found = this.#options.credentials.find(claim.accessKeyId, claim.sessionToken);
    const credential = found instanceof Promise ? await found : found;
    if (credential === undefined) {
      if (claim.sessionToken !== undefined && (await this.#isPermanent(claim.accessKeyId)))
        throw new S3Error('InvalidToken');
      throw new S3Error('InvalidAccessKeyId', undefined, { fields: { AWSAccessKeyId: claim.accessKeyId } });
    }
    return credential;
  }

  /** Whether a key is good without the token that came with it. */
  async #isPermanent(accessKeyId: string): Promise<boolean> {
    return (await this.#options.credentials.find(accessKeyId)) !== undefined;
  }

  #checkTime(claim: SignatureClaim): void {
    const nowMs = this.#options.clock.nowMs();
    if (claim.expiresInS !== undefined) checkExpiry(claim, claim.expiresInS, nowMs);
    else checkSkew(claim.timestamp, claim.signedAtMs, nowMs);
  }
}

function checkSkew(timestamp: string, signedAtMs: number, nowMs: number): void {
  if (Math.abs(nowMs - signedAtMs) <= SKEW_MAX_MS) return;
  throw new S3Error('RequestTimeTooSkewed', undefined, {
    fields: {
      RequestTime: timestamp,
      ServerTime: new Date(nowMs).toISOString(),
      MaxAllowedSkewMilliseconds: String(SKEW_MAX_MS),
    },
  });
}

/**
 * When a request of version 2 was signed, once it is clear that it is good now. A presigned URL names only its end: it may be of any age,
 * and policies that ask for it (`s3:signatureAge`) read the oldest there is.
 */
function versionTwoTimeMs({ time }: VersionTwoClaim, nowMs: number): number {
  if (time.kind === 'header') {
    const signedAtMs = signingTimeMs(time.date);
    checkSkew(time.date, signedAtMs, nowMs);
    return signedAtMs;
  }
  const expiresMs = Number(time.expires) * 1000;
  if (nowMs <= expiresMs) return 0;
  throw new S3Error('AccessDenied', 'Request has expired.', {
    fields: { Expires: new Date(expiresMs).toISOString(), ServerTime: new Date(nowMs).toISOString() },
  });
}

function checkExpiry(claim: SignatureClaim, expiresInS: number, nowMs: number): void {
  if (claim.signedAtMs - nowMs > SKEW_MAX_MS) {
    throw new S3Error('AccessDenied', 'Request is not valid yet.', {
      fields: { ServerTime: new Date(nowMs).toISOString() },
    });
  }
  const expiresMs = claim.signedAtMs + expiresInS * 1000;
  if (nowMs <= expiresMs) return;
  throw new S3Error('AccessDenied', 'Request has expired.', {
    fields: {
      'X-Amz-Expires': String(expiresInS),
      Expires: new Date(expiresMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    },
  });
}

/** What stands for the body in the canonical request. */
function payloadOf(
  request: ReceivedRequest,
  query: ReadonlyMap<string, string>,
  claim: SignatureClaim,
): string {
  const header = request.headers.get('x-amz-content-sha256');
  if (claim.expiresInS !== undefined) {
    return query.get('X-Amz-Content-Sha256') ?? header ?? UNSIGNED_PAYLOAD;
  }
  if (header === undefined)
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  requirePayloadName(header);
  return header;
}

const PAYLOAD_NAME = /^([0-9a-fA-F]{64}|UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/;

/** Refuses what is neither a digest nor a name for a way to send a body; which names there are is the reader's to say. */
function requirePayloadName(payload: string): void {
  if (!PAYLOAD_NAME.test(payload)) throw invalidPayloadName(payload);
}

export function invalidPayloadName(payload: string): S3Error {
  return new S3Error(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: payload } },
  );
}

/** Refuses requests that carry what their signature does not cover. */
function checkCoverage(request: ReceivedRequest, claim: SignatureClaim): void {
  const unsigned: string[] = [];
  for (const name of request.headers.keys()) {
    if (mustBeSigned(name) && !claim.signedHeaders.includes(name)) unsigned.push(name);
  }
  if (!claim.signedHeaders.includes('host') && !unsigned.includes('host')) unsigned.push('host');
  if (unsigned.length === 0) return;
  throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
    fields: { HeadersNotSigned: unsigned.join(', ') },
  });
}

/** Whatever says what a request means. */
function mustBeSigned(name: string): boolean {
  if (name.startsWith('x-amz-')) return name !== 'x-amz-content-sha256';
  return name === 'host' || name.startsWith('x-predastore-');
}

function checkSignature(
  request: ReceivedRequest,
  claim: SignatureClaim,
  payload: string,
  signingKey: Buffer,
): void {
  const queryAt = request.target.indexOf('?');
  const rawPath = queryAt < 0 ? request.target : request.target.slice(0, queryAt);
  const rawQuery = queryAt < 0 ? '' : request.target.slice(queryAt + 1);
  const parts: CanonicalParts = {
    method: request.method,
    path: canonicalPath(rawPath),
    query: canonicalQuery(rawQuery, claim.expiresInS === undefined ? undefined : 'X-Amz-Signature'),
    headers: canonicalHeaders(claim.signedHeaders, request.headers),
    signedHeaders: claim.signedHeaders.join(';'),
    payload,
  };
  if (signs(parts, claim, signingKey)) return;
  // Some clients encode the slashes of a key on the wire but sign them bare, as the key is.
  const slashed = { ...parts, path: parts.path.replaceAll('%2F', '/') };
  if (slashed.path !== parts.path && signs(slashed, claim, signingKey)) return;
  throw mismatch(parts, claim);
}

function signs(parts: CanonicalParts, claim: SignatureClaim, signingKey: Buffer): boolean {
  return macs(signingKey, stringToSign(parts, claim), claim.signature);
}

const SIGNATURE_PATTERN = /^[0-9a-f]{64}$/;

function macs(signingKey: Buffer, text: string, signature: string): boolean {
  if (!SIGNATURE_PATTERN.test(signature)) return false;
  const expected = createHmac('sha256', signingKey).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}

function stringToSign(parts: CanonicalParts, claim: SignatureClaim): string {
  // latin1 gives back the very bytes of the headers.
  const digest = hash('sha256', Buffer.from(canonicalRequest(parts), 'latin1'), 'hex');
  return `${ALGORITHM}\n${claim.timestamp}\n${claim.scope}\n${digest}`;
}

function mismatch(parts: CanonicalParts, claim: SignatureClaim): S3Error {
  const canonical = canonicalRequest(parts);
  const text = stringToSign(parts, claim);
  return new S3Error('SignatureDoesNotMatch', undefined, {
    fields: {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: text,
      SignatureProvided: claim.signature,
      StringToSignBytes: bytesText(text),
      CanonicalRequest: canonical,
      CanonicalRequestBytes: bytesText(canonical),
    },
  });
}

/** Characters that stand for bytes, in hex: what differs and cannot be seen, can be seen here. */
function bytesText(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString('hex')
    .replace(/..(?=.)/g, '$& ');
}
