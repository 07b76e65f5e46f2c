// Forms of browser uploads (multipart/form-data): small fields first, then the file.
//
// Owns the framing. Refuses to hold a file that is long: the length of a file is nowhere in a form, but it follows from the
// length of the request when the file is the last field and the form ends in the usual way, CRLF included. That is what
// browsers, curl and the common libraries send. It is assumed for a long file and verified at its end; a short one is read
// first, and its form may end in any way and have fields after the file, which S3 ignores.
//
// Invariants:
//  1. What waits in memory is FORM_FIELDS_BYTES_MAX of fields and FORM_FILE_BUFFER_BYTES_MAX of a file, plus one socket read.
//  2. The bytes of a file end without a throw only when the delimiter follows them and is not among them.

import { S3Error } from '../contracts/s3-errors.ts';
import { collect, once, type OutgoingBody } from '../core/body.ts';
import { FORM_FIELDS_BYTES_MAX, FORM_FILE_BUFFER_BYTES_MAX } from '../core/limits.ts';

/** Everything before the file. */
export interface FormHead {
  /** By lower-case name; characters stand for bytes, as in headers. */
  readonly fields: ReadonlyMap<string, string>;
  /** The file's name as the browser sent it; empty when it sent none. */
  readonly fileName: string;
  /** Where in the body the file begins. */
  readonly fileAt: number;
  /** Bytes of the file, and of what follows it, that have arrived already. */
  readonly rest: Uint8Array;
}

type Stage = 'value' | 'delimiter-end' | 'headers';

const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');
const CLOSING = '--';
const FILE_FIELD = 'file';
const BOUNDARY_PATTERN =
  /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)/i;

/** The boundary that a Content-Type announces. */
export function boundaryOf(contentType: string | undefined): string {
  const match = BOUNDARY_PATTERN.exec(contentType ?? '');
  const boundary = match?.[1] ?? match?.[2];
  if (boundary !== undefined) return boundary;
  if (contentType !== undefined && /^multipart\/form-data\s*(;|$)/i.test(contentType)) throw malformed();
  throw new S3Error('PreconditionFailed', undefined, {
    fields: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
  });
}

/** Reads a form up to the first byte of its file. The iterator is left open: the file comes from it. */
export async function readFormHead(source: AsyncIterator<Uint8Array>, boundary: string): Promise<FormHead> {
  const parser = new FormHeadParser(boundary);
  for (;;) {
    const chunk = await source.next();
    if (chunk.done === true) throw malformed();
    const head = parser.push(chunk.value);
    if (head !== undefined) return head;
  }
}

/** Takes the fields of a form apart, however its bytes are cut. */
export class FormHeadParser {
  readonly #delimiter: Buffer;
  readonly #fields = new Map<string, string>();
  /** A line end in front makes the first delimiter look like the others. */
  #bytes: Buffer = CRLF;
  #stage: Stage = 'value';
  /** Where the current stage begins, and from where on its end is looked for. */
  #at = 0;
  #searchFrom = 0;
  /** The field whose value is being read; none in the preamble. */
  #field: string | undefined;
  #fileName = '';

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** Takes bytes as they came; the head of the form once it is complete. */
  push(bytes: Uint8Array): FormHead | undefined {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#advance()) {
      if (this.#stage !== 'value' || this.#field !== FILE_FIELD) continue;
      return this.#head();
    }
    this.#checkLength(this.#bytes.length);
    return undefined;
  }

  #head(): FormHead {
    this.#checkLength(this.#at);
    return {
      fields: this.#fields,
      fileName: this.#fileName,
      fileAt: this.#at - CRLF.length,
      rest: this.#bytes.subarray(this.#at),
    };
  }

  #checkLength(bytes: number): void {
    if (bytes - CRLF.length <= FORM_FIELDS_BYTES_MAX) return;
    throw new S3Error('MaxPostPreDataLengthExceededError', undefined, {
      fields: { MaxSizeAllowed: String(FORM_FIELDS_BYTES_MAX) },
    });
  }

  /** Goes one stage further; false when bytes are missing for it. */
  #advance(): boolean {
    switch (this.#stage) {
      case 'value':
        return this.#takeValue();
      case 'delimiter-end':
        return this.#takeDelimiterEnd();
      case 'headers':
        return this.#takeHeaders();
    }
  }

  #takeValue(): boolean {
    const end = this.#find(this.#delimiter);
    if (end < 0) return false;
    if (this.#field !== undefined) this.#store(this.#field, this.#bytes.toString('latin1', this.#at, end));
    this.#enter('delimiter-end', end + this.#delimiter.length);
    return true;
  }

  #store(name: string, value: string): void {
    // A policy must not see one value and the upload another.
    if (this.#fields.has(name)) throw malformed(`The field ${name} comes twice.`);
    this.#fields.set(name, value);
  }

  #takeDelimiterEnd(): boolean {
    if (this.#bytes.length < this.#at + CRLF.length) return false;
    const end = this.#bytes.toString('latin1', this.#at, this.#at + CRLF.length);
    if (end === CLOSING) {
      throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.', {
        fields: { ArgumentName: FILE_FIELD, ArgumentValue: '0' },
      });
    }
    if (end !== '\r\n') throw malformed();
    // The line end belongs to the headers, which may be none.
    this.#enter('headers', this.#at);
    return true;
  }

  #takeHeaders(): boolean {
    const end = this.#find(HEADERS_END);
    if (end < 0) return false;
    const { name, fileName } = parseDisposition(this.#bytes.toString('latin1', this.#at, end));
    this.#field = name.toLowerCase();
    this.#fileName = fileName;
    this.#enter('value', end + HEADERS_END.length);
    return true;
  }

  /** What was searched once is not searched again. */
  #find(wanted: Buffer): number {
    const found = this.#bytes.indexOf(wanted, this.#searchFrom);
    if (found < 0) this.#searchFrom = Math.max(this.#at, this.#bytes.length - wanted.length + 1);
    return found;
  }

  #enter(stage: Stage, at: number): void {
    this.#stage = stage;
    this.#at = at;
    this.#searchFrom = at;
  }
}

/** The file of a form as a body of known length. `lengthBytes` is that of the whole request. */
export async function fileOf(
  head: FormHead,
  source: AsyncIterator<Uint8Array>,
  boundary: string,
  lengthBytes: number,
): Promise<OutgoingBody> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const restBytes = lengthBytes - head.fileAt;
  if (restBytes <= FORM_FILE_BUFFER_BYTES_MAX) {
    const bytes = await collect(restOf(head, source), FORM_FILE_BUFFER_BYTES_MAX);
    const file = cutAtDelimiter(bytes, delimiter);
    return { lengthBytes: file.length, bytes: once(file) };
  }
  const ending = Buffer.concat([delimiter, Buffer.from(`${CLOSING}\r\n`)]);
  const fileBytes = restBytes - ending.length;
  return { lengthBytes: fileBytes, bytes: untilEnding(restOf(head, source), fileBytes, delimiter, ending) };
}

async function* restOf(head: FormHead, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.rest.length > 0) yield head.rest;
  for (;;) {
    const chunk = await source.next();
    if (chunk.done === true) return;
    yield chunk.value;
  }
}

function cutAtDelimiter(bytes: Buffer, delimiter: Buffer): Buffer {
  const end = bytes.indexOf(delimiter);
  if (end < 0) throw malformed();
  const after = bytes.toString('latin1', end + delimiter.length, end + delimiter.length + CRLF.length);
  if (after !== CLOSING && after !== '\r\n') throw malformed();
  return bytes.subarray(0, end);
}

/** The bytes of a file of `fileBytes`; fails at their end when the form does not end as it was assumed to. */
async function* untilEnding(
  bytes: AsyncIterable<Uint8Array>,
  fileBytes: number,
  delimiter: Buffer,
  ending: Buffer,
): AsyncGenerator<Uint8Array> {
  const watch = new DelimiterWatch(delimiter);
  const tail: Uint8Array[] = [];
  let remaining = fileBytes;
  for await (const chunk of bytes) {
    const file = chunk.subarray(0, Math.min(chunk.length, remaining));
    if (file.length < chunk.length) tail.push(chunk.subarray(file.length));
    if (file.length === 0) continue;
    remaining -= file.length;
    if (watch.sees(file)) throw notLast();
    yield file;
  }
  // The tail is as long as the ending: HTTP framed the whole.
  if (!Buffer.concat(tail).equals(ending)) throw notLast();
}

/** Looks for a delimiter in bytes that come in pieces. */
class DelimiterWatch {
  readonly #delimiter: Buffer;
  #before: Buffer = Buffer.alloc(0);

  constructor(delimiter: Buffer) {
    this.#delimiter = delimiter;
  }

  /** Whether the delimiter ends in these bytes. */
  sees(bytes: Uint8Array): boolean {
    const overlap = this.#delimiter.length - 1;
    const seam = Buffer.concat([this.#before, bytes.subarray(0, overlap)]);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (seam.includes(this.#delimiter) || buffer.includes(this.#delimiter)) return true;
    const end = buffer.length >= overlap ? buffer : seam;
    this.#before = Buffer.from(end.subarray(Math.max(0, end.length - overlap)));
    return false;
  }
}

/** Name and file name from the headers of a part. */
function parseDisposition(headers: string): { name: string; fileName: string } {
  const line = headers
    .split('\r\n')
    .find((candidate) => candidate.toLowerCase().startsWith('content-disposition:'));
  if (line === undefined) throw malformed();
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of line.matchAll(
    /;\s*([a-z*]+)=(?:"((?:\\"|[^"])*)"|([^\s;"]*))/gi,
  )) {
    parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll('\\"', '"'));
  }
  const name = parameters.get('name');
  if (name === undefined || name === '') throw malformed();
  return { name, fileName: parameters.get('filename') ?? '' };
}

function malformed(message?: string): S3Error {
  return new S3Error('MalformedPOSTRequest', message);
}

function notLast(): S3Error {
  return malformed(
    `In a form of more than ${FORM_FILE_BUFFER_BYTES_MAX} bytes the file must be the last field, and the closing boundary must end with CRLF.`,
  );
}
