// Signature Version 4 for the load generator: one signing key a day, header blocks that can be reused.

import { createHash, createHmac } from 'node:crypto';

export interface SigningIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface RequestLine {
  readonly method: string;
  readonly host: string;
  /** Already encoded. */
  readonly path: string;
  /** Sorted by name. */
  readonly query: readonly (readonly [string, string])[];
  readonly payloadHash: string;
}

const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** The head of a request up to and without the empty line. */
export function signedHead(identity: SigningIdentity, line: RequestLine, amzDate: string): string {
  const day = amzDate.slice(0, 8);
  const scope = `${day}/${identity.region}/s3/aws4_request`;
  const query = line.query.map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`).join('&');
  const headers = [`host:${line.host}`, `x-amz-content-sha256:${line.payloadHash}`, `x-amz-date:${amzDate}`];
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const canonical = [line.method, line.path, query, ...headers, '', names, line.payloadHash].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = hmac(
    hmac(hmac(hmac(`AWS4${identity.secretAccessKey}`, day), identity.region), 's3'),
    'aws4_request',
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope, digest].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${identity.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const target = query === '' ? line.path : `${line.path}?${query}`;
  const block = headers.map((header) => header.replace(':', ': ')).join('\r\n');
  return `${line.method} ${target} HTTP/1.1\r\n${block}\r\nAuthorization: ${authorization}\r\n`;
}

export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function amzDateOf(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}
