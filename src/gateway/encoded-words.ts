// User metadata in headers: what is not ASCII travels in the encoded words of RFC 2047, as at AWS.
//
// Owns both directions. Refuses nothing: what is no encoded word stays as it stands. Why so, and where AWS differs:
// docs/decisions/user-metadata.md.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html, https://www.rfc-editor.org/rfc/rfc2047.

import { sendableText, receivedText } from './header-text.ts';

// eslint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\u0000-\u007f]*$/;
// eslint-disable-next-line no-control-regex -- what a record of metadata cannot keep
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
const SPACES = /([\t ]+)/;
/** Charset (with a language, which nobody needs, behind an asterisk), encoding, encoded text. */
const WORD = /^=\?([^?* ]+)(?:\*[^? ]*)?\?([BbQq])\?([^? ]+)\?=$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const QUOTED = /^(?:[^=]|=[0-9A-Fa-f]{2})*$/;
/** RFC 2047: a word has 75 characters at most, with its `=?UTF-8?Q?` and `?=`. */
const ENCODED_CHARS_MAX = 63;

/** The text that a header of metadata stands for; `value` has one character for each byte, as Node hands them over. */
export function receivedMetadata(value: string): string {
  const text = receivedText(value);
  if (!text.includes('=?')) return text;
  // Words at even places, what separates them at odd ones.
  const pieces = text.split(SPACES);
  const decoded = pieces.map((piece, at) => (at % 2 === 0 ? decodeWord(piece) : undefined));
  const joined = pieces.map((piece, at) => {
    // Space between two encoded words is only there to separate them.
    const isSeparator = decoded[at - 1] !== undefined && decoded[at + 1] !== undefined;
    return decoded[at] ?? (isSeparator ? '' : piece);
  });
  return joined.join('');
}

/** The form in which metadata goes into a header: ASCII as it stands, anything else in encoded words. */
export function sendableMetadata(text: string): string {
  return ASCII.test(text) ? sendableText(text) : encodedWords(text, encodingFor(text));
}

function decodeWord(piece: string): string | undefined {
  const [, charset, encoding, encoded] = WORD.exec(piece) ?? [];
  if (charset === undefined || encoding === undefined || encoded === undefined) return undefined;
  const bytes = encoding.toUpperCase() === 'B' ? fromBase64(encoded) : fromQuoted(encoded);
  const text = bytes === undefined ? undefined : decodeBytes(bytes, charset);
  return text === undefined || CONTROL.test(text) ? undefined : text;
}

function fromBase64(encoded: string): Uint8Array | undefined {
  return BASE64.test(encoded) ? Buffer.from(encoded, 'base64') : undefined;
}

function fromQuoted(encoded: string): Uint8Array | undefined {
  if (!QUOTED.test(encoded)) return undefined;
  const bytes = encoded
    .replaceAll('_', ' ')
    .replace(/=(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1');
}

function decodeBytes(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // A charset that nobody knows, or bytes that are none of its.
    return undefined;
  }
}

type Encoding = 'B' | 'Q';

/** Mostly ASCII stays readable; this is how AWS chooses. */
function encodingFor(text: string): Encoding {
  let others = 0;
  for (let at = 0; at < text.length; at += 1) if (!ASCII.test(text.charAt(at))) others += 1;
  return text.length - others > others ? 'Q' : 'B';
}

/** Halves what does not fit into one word, between characters. */
function encodedWords(text: string, encoding: Encoding): string {
  const encoded = encoding === 'B' ? Buffer.from(text).toString('base64') : quoted(text);
  const middle = middleOf(text);
  if (encoded.length <= ENCODED_CHARS_MAX || middle === 0) return `=?UTF-8?${encoding}?${encoded}?=`;
  return `${encodedWords(text.slice(0, middle), encoding)} ${encodedWords(text.slice(middle), encoding)}`;
}

function middleOf(text: string): number {
  const middle = text.length >> 1;
  // Never between the halves of a surrogate pair.
  return (text.codePointAt(middle - 1) ?? 0) > 0xffff ? middle - 1 : middle;
}

function quoted(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\u0021-\u007e]|[=?_]/g, (char) =>
      char === ' ' ? '_' : `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}
