// Signature Version 2: HMAC-SHA1 over a short text, in base64. AWS CLI 1, boto3 and s3cmd still write presigned URLs with it in the older
// regions, unless they are told otherwise.
//
// Owns what such a signature covers: the method, Content-MD5, Content-Type, the time, every `x-amz-*` header and the resource. Refuses to
// let anything else change what a request means: a parameter that is not known to be harmless counts as part of the resource, signed or not.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html

import { createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error } from '../contracts/s3-errors.ts';
import { percentDecodedBytes } from './percent-encoding.ts';
import type { ReceivedRequest } from './signature-claim.ts';

/** Where such signatures are taken: nowhere, in presigned URLs, or in the Authorization header too. */
export type SignatureV2Use = 'none' | 'presigned' | 'all';

/** Whose signature, as the request claims, and until when it is good. */
export interface VersionTwoClaim {
  readonly accessKeyId: string;
  /** 20 bytes in base64. */
  readonly signature: string;
  readonly sessionToken?: string;
  readonly time:
    | { readonly kind: 'presigned'; readonly expires: string }
    | { readonly kind: 'header'; readonly date: string };
}

/** HMAC-SHA1 in base64. */
const SIGNATURE_PATTERN = /^[A-Za-z0-9+/]{27}=$/;
const AUTHORIZATION_PATTERN = /^AWS ([^: ]{1,128}):([^: ]{1,128})$/;

/**
 * Parameters that a signature need not cover: they say which part of a listing is wanted, belong to the signature itself, or are
 * repeated from headers that the text has lines for.
 */
const NO_RESOURCE: ReadonlySet<string> = new Set([
  ...['awsaccesskeyid', 'signature', 'expires', 'content-type', 'content-md5'],
  ...['prefix', 'delimiter', 'marker', 'max-keys', 'encoding-type', 'list-type', 'continuation-token'],
  ...['start-after', 'fetch-owner', 'key-marker', 'version-id-marker', 'upload-id-marker', 'max-uploads'],
  ...['max-parts', 'part-number-marker', 'max-buckets', 'bucket-region', 'metadata'],
]);

/** What may stand beside a `response-…` override: that which says whose bytes are read. */
const READ_WITH_OVERRIDES: ReadonlySet<string> = new Set(['versionId', 'partNumber']);

/** Reads the claim; `undefined` where there is none that `use` allows. */
export function versionTwoClaimOf(
  { headers }: ReceivedRequest,
  query: ReadonlyMap<string, string>,
  use: SignatureV2Use,
): VersionTwoClaim | undefined {
  if (use === 'none') return undefined;
  const authorization = headers.get('authorization');
  if (authorization === undefined) return presignedClaim(query);
  return use === 'all' ? headerClaim(authorization, headers) : undefined;
}

function presignedClaim(query: ReadonlyMap<string, string>): VersionTwoClaim | undefined {
  const accessKeyId = query.get('AWSAccessKeyId');
  const given = query.get('Signature');
  if (accessKeyId === undefined && given === undefined) return undefined;
  const expires = query.get('Expires');
  if (accessKeyId === undefined || given === undefined || expires === undefined)
    throw new S3Error(
      'AccessDenied',
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    );
  if (!/^\d{1,12}$/.test(expires))
    throw new S3Error('AccessDenied', `Invalid date (should be seconds since epoch): ${expires}`);
  // A plus that was not encoded has become a space.
  const signature = given.replaceAll(' ', '+');
  const token = query.get('x-amz-security-token');
  return { accessKeyId, signature, time: { kind: 'presigned', expires }, ...tokenOf(token) };
}

function headerClaim(
  authorization: string,
  headers: ReadonlyMap<string, string>,
): VersionTwoClaim | undefined {
  const [, accessKeyId, signature] = AUTHORIZATION_PATTERN.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined) return undefined;
  const date = headers.get('x-amz-date') ?? headers.get('date') ?? '';
  const token = headers.get('x-amz-security-token');
  return { accessKeyId, signature, time: { kind: 'header', date }, ...tokenOf(token) };
}

function tokenOf(sessionToken: string | undefined): { sessionToken?: string } {
  return sessionToken === undefined ? {} : { sessionToken };
}

/** Compares in constant time; throws SignatureDoesNotMatch with the text that should have been signed. */
export function checkVersionTwo(
  request: ReceivedRequest,
  claim: VersionTwoClaim,
  secretAccessKey: string,
): void {
  refuseUncovered(request);
  const texts = stringsToSign(request, claim);
  if (texts.some((text) => macsVersionTwo(secretAccessKey, Buffer.from(text, 'latin1'), claim.signature)))
    return;
  const [text = ''] = texts;
  throw new S3Error('SignatureDoesNotMatch', undefined, {
    fields: {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: text,
      SignatureProvided: claim.signature,
    },
  });
}

/** Whether `signature` is that of these bytes. */
export function macsVersionTwo(secretAccessKey: string, bytes: Uint8Array, signature: string): boolean {
  if (!SIGNATURE_PATTERN.test(signature)) return false;
  const expected = createHmac('sha1', secretAccessKey).update(bytes).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Headers of our own say what a request means, and this version has no way to cover them. */
function refuseUncovered({ headers }: ReceivedRequest): void {
  const names = [...headers.keys()].filter((name) => name.startsWith('x-predastore-'));
  if (names.length === 0) return;
  throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
    fields: { HeadersNotSigned: names.join(', ') },
  });
}

/** The text that is signed; more than one where the same bucket is written in more than one way. */
function stringsToSign(request: ReceivedRequest, { time }: VersionTwoClaim): readonly string[] {
  const { method, headers, hostBucket } = request;
  const { path, parameters } = partsOf(request.target);
  const lines = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    timeLine(time, headers),
  ];
  const amz = amzHeaders(headers, parameters).map(([name, value]) => `${name}:${value}`);
  const query = resourceQuery(parameters);
  const paths = pathsOf(hostBucket === undefined ? path : `/${hostBucket}${path}`);
  return paths.map((resource) => [...lines, ...amz, `${resource}${query}`].join('\n'));
}

/** A bucket goes with a slash and without: boto3 signs `/bucket/` and sends `/bucket`. A key's path goes as it was sent. */
function pathsOf(path: string): readonly string[] {
  const [, bucket] = /^\/([^/%]+)\/?$/.exec(path) ?? [];
  if (bucket === undefined) return [path];
  return path.endsWith('/') ? [path, `/${bucket}`] : [path, `${path}/`];
}

/** The time that the text has a line for; `x-amz-date` is among the headers and leaves it empty. */
function timeLine(time: VersionTwoClaim['time'], headers: ReadonlyMap<string, string>): string {
  if (time.kind === 'presigned') return time.expires;
  return headers.has('x-amz-date') ? '' : time.date;
}

interface Parameter {
  readonly name: string;
  /** Decoded, characters standing for bytes; undefined without an equals sign. */
  readonly value?: string;
}

function partsOf(target: string): { path: string; parameters: readonly Parameter[] } {
  const queryAt = target.indexOf('?');
  if (queryAt < 0) return { path: target, parameters: [] };
  const parameters = target
    .slice(queryAt + 1)
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals < 0) return { name: percentDecodedBytes(part) };
      return {
        name: percentDecodedBytes(part.slice(0, equals)),
        value: percentDecodedBytes(part.slice(equals + 1)),
      };
    });
  return { path: target.slice(0, queryAt), parameters };
}

/** Headers, and those that a signer moved into the query, by name. */
function amzHeaders(
  headers: ReadonlyMap<string, string>,
  parameters: readonly Parameter[],
): (readonly [name: string, value: string])[] {
  const all = new Map<string, string>();
  for (const { name, value = '' } of parameters) {
    const lower = name.toLowerCase();
    if (!lower.startsWith('x-amz-')) continue;
    // Two values for one name: whichever counts, both have to be signed.
    all.set(lower, all.has(lower) ? `${all.get(lower) ?? ''},${value}` : value);
  }
  for (const [name, value] of headers) if (name.startsWith('x-amz-')) all.set(name, value.trim());
  return [...all].sort(([a], [b]) => byName(a, b));
}

function byName(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Everything in the query that may say what is done, and to what. */
function resourceQuery(parameters: readonly Parameter[]): string {
  const named = parameters.filter(({ name }) => isOfResource(name.toLowerCase()));
  if (named.length === 0) return '';
  refuseAmbiguous(named);
  const sorted = named.toSorted((a, b) => byName(a.name, b.name));
  return `?${sorted.map(({ name, value = '' }) => (value === '' ? name : `${name}=${value}`)).join('&')}`;
}

/** `lower` in lower case. What begins with `x-` means nothing to S3, unless it is a header that moved (and has a line of its own). */
function isOfResource(lower: string): boolean {
  return !NO_RESOURCE.has(lower) && (!lower.startsWith('x-') || lower.startsWith('x-predastore-'));
}

/**
 * Values are signed without their encoding, so that an override whose value holds `&tagging` reads like one beside `?tagging`. A file
 * name that somebody else chose must not become another operation.
 */
function refuseAmbiguous(named: readonly Parameter[]): void {
  const isOverride = ({ name }: Parameter): boolean => name.startsWith('response-');
  if (!named.some(isOverride)) return;
  const other = named.find((parameter) => !isOverride(parameter) && !READ_WITH_OVERRIDES.has(parameter.name));
  if (other === undefined) return;
  throw new S3Error(
    'InvalidRequest',
    `With this signature the headers of a reply cannot be overridden beside ?${other.name}.`,
  );
}
