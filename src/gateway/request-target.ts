// What a request is about: bucket, key and query, from the raw request target and the Host header.
//
// Keys are opaque: the path is percent-decoded exactly once and never normalised, so `//`, `..`, `+` and a trailing
// slash are part of the key.

import { S3Error } from '../contracts/s3-errors.ts';
import { OBJECT_KEY_BYTES_MAX } from '../core/limits.ts';

export interface RequestTarget {
  readonly level: 'service' | 'bucket' | 'object';
  /** Empty at the service level. */
  readonly bucket: string;
  /** Empty unless the level is `object`. */
  readonly key: string;
  /** Decoded; of a repeated name the first value counts. */
  readonly query: ReadonlyMap<string, string>;
  /** Path and query as received, for the signature. */
  readonly raw: string;
  /** The bucket, when the host names it and not the path. */
  readonly hostBucket?: string;
}

const PLAIN_PATH = /^[A-Za-z0-9\-._~/!$'()*,:;=@&+]*$/;
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i;
const EMPTY_QUERY: ReadonlyMap<string, string> = new Map();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `domains` are the suffixes whose first label names the bucket (virtual-hosted style). */
export function parseTarget(
  url: string,
  host: string | undefined,
  domains: readonly string[],
): RequestTarget {
  const raw = originForm(url);
  const queryAt = raw.indexOf('?');
  const path = queryAt < 0 ? raw : raw.slice(0, queryAt);
  const query = queryAt < 0 ? EMPTY_QUERY : parseQuery(raw.slice(queryAt + 1));
  const hostBucket = domains.length === 0 ? undefined : bucketOfHost(host, domains);
  const resource = percentDecoded(path.slice(1));
  const slash = resource.indexOf('/');
  const bucket = hostBucket ?? (slash < 0 ? resource : resource.slice(0, slash));
  const key = hostBucket === undefined ? (slash < 0 ? '' : resource.slice(slash + 1)) : resource;
  if (bucket === '') {
    if (key !== '') throw new S3Error('InvalidBucketName');
    return { level: 'service', bucket, key, query, raw };
  }
  checkKey(key);
  const inHost = hostBucket === undefined ? {} : { hostBucket };
  return { level: key === '' ? 'bucket' : 'object', bucket, key, query, raw, ...inHost };
}

export function checkKey(key: string): void {
  // A UTF-16 unit is at most three bytes, so that short keys need no counting.
  if (key.length * 3 <= OBJECT_KEY_BYTES_MAX) return;
  const size = Buffer.byteLength(key);
  if (size <= OBJECT_KEY_BYTES_MAX) return;
  throw new S3Error('KeyTooLongError', undefined, {
    fields: { Size: String(size), MaxSizeAllowed: String(OBJECT_KEY_BYTES_MAX) },
  });
}

/** Strips what a proxy client puts in front; HTTP demands that servers accept it. */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  const prefix = ABSOLUTE_FORM.exec(url)?.[0];
  if (prefix === undefined) throw new S3Error('InvalidURI', undefined, { fields: { URI: url } });
  const rest = url.slice(prefix.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function bucketOfHost(host: string | undefined, domains: readonly string[]): string | undefined {
  if (host === undefined) return undefined;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const domain = domains.find((candidate) => name.endsWith(`.${candidate}`));
  return domain === undefined ? undefined : name.slice(0, -(domain.length + 1));
}

function parseQuery(raw: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const part of raw.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeQueryPart(equals < 0 ? part : part.slice(0, equals));
    if (!query.has(name)) query.set(name, equals < 0 ? '' : decodeQueryPart(part.slice(equals + 1)));
  }
  return query;
}

function decodeQueryPart(raw: string): string {
  return percentDecoded(raw.includes('+') ? raw.replaceAll('+', ' ') : raw);
}

/** Percent-decodes latin1 text (characters stand for bytes) into what must be UTF-8. */
export function percentDecoded(raw: string): string {
  if (PLAIN_PATH.test(raw)) return raw;
  try {
    const bytes = percentDecode(raw);
    return strictUtf8.decode(bytes);
  } catch (error) {
    throw new S3Error('InvalidURI', undefined, { fields: { URI: raw } }, error);
  }
}

function percentDecode(raw: string): Buffer {
  const bytes = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at += 1) {
    let byte = raw.charCodeAt(at);
    if (byte === 0x25) {
      const digits = raw.slice(at + 1, at + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) throw new URIError('malformed percent-encoding');
      byte = parseInt(digits, 16);
      at += 2;
    }
    bytes[length] = byte;
    length += 1;
  }
  return bytes.subarray(0, length);
}
