// Percent-encoding as AWS Signature Version 4 wants it: unreserved characters literally, every other byte as %HH.
//
// Works on bytes, not on characters: what a client sent need not be UTF-8 to be signed correctly.

const HEX = '0123456789ABCDEF';
const PLAIN_SEGMENT = /^[A-Za-z0-9\-._~]*$/;
const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;
const SLASH = 0x2f;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/** The encoded form of every byte value; unreserved bytes stand for themselves. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_unused, byte) => {
  const character = String.fromCharCode(byte);
  return PLAIN_SEGMENT.test(character) ? character : `%${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`;
});

/** Brings a raw path (latin1 text, as Node delivers it) to canonical form: decoded once, encoded once, slashes kept. */
export function canonicalPath(raw: string): string {
  return PLAIN_PATH.test(raw) ? raw : reencode(raw, PLUS, '/');
}

/** Brings a raw name or value of a query to canonical form. A plus is a space there, as S3 reads it. */
export function canonicalQueryPart(raw: string): string {
  return PLAIN_SEGMENT.test(raw) ? raw : reencode(raw, SPACE, '%2F');
}

function reencode(raw: string, plusMeans: number, slash: string): string {
  let out = '';
  for (let at = 0; at < raw.length; at += 1) {
    let byte = raw.charCodeAt(at) & 0xff;
    if (byte === PLUS) {
      byte = plusMeans;
    } else if (byte === PERCENT) {
      const escaped = escapedByte(raw, at);
      if (escaped >= 0) {
        byte = escaped;
        at += 2;
        if (byte === SLASH) {
          out += '%2F';
          continue;
        }
      }
    }
    out += byte === SLASH ? slash : (ENCODED[byte] ?? '');
  }
  return out;
}

/** A raw name or value of a query without its encoding, characters standing for bytes. A plus is a space, as S3 reads it. */
export function percentDecodedBytes(raw: string): string {
  if (PLAIN_SEGMENT.test(raw)) return raw;
  let out = '';
  for (let at = 0; at < raw.length; at += 1) {
    const code = raw.charCodeAt(at);
    const escaped = code === PERCENT ? escapedByte(raw, at) : -1;
    if (escaped >= 0) at += 2;
    out += String.fromCharCode(escaped >= 0 ? escaped : code === PLUS ? SPACE : code & 0xff);
  }
  return out;
}

/** The byte behind `%HH` at `at`; negative when that is no escape (the percent sign then stands for itself). */
function escapedByte(raw: string, at: number): number {
  const high = hexValue(raw.charCodeAt(at + 1));
  const low = hexValue(raw.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const folded = code | 0x20;
  return folded >= 0x61 && folded <= 0x66 ? folded - 0x57 : -1;
}
