// Text in HTTP headers. Node hands header bytes over as latin1; S3 means UTF-8.

import type { IncomingHttpHeaders } from 'node:http';

// eslint-disable-next-line no-control-regex -- what a header cannot carry has to be found
const UNSENDABLE = /[\u0000-\u0008\u000a-\u001f\u007f]/;
// eslint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\u0000-\u007f]*$/;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that header bytes stand for; bytes that are not UTF-8 stay latin1. */
export function receivedText(value: string): string {
  if (ASCII.test(value)) return value;
  try {
    return strictUtf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

/** The form in which text goes into a header: UTF-8 bytes, or RFC 2047 when it has control characters. */
export function sendableText(text: string): string {
  if (UNSENDABLE.test(text)) return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
  return ASCII.test(text) ? text : Buffer.from(text).toString('latin1');
}

/** One header as text; absent and empty are the same. */
export function headerValue(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? receivedText(value) : undefined;
}

/** Drops what is `undefined`, so that parameters carry only what was given. */
export function given<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present: Partial<Record<string, unknown>> = {};
  for (const name in values) if (values[name] !== undefined) present[name] = values[name];
  return present as { [K in keyof T]?: Exclude<T[K], undefined> };
}
