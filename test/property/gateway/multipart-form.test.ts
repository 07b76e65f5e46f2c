// Forms come out of the parser as they went in, however the network cuts them, and a file never ends early or late.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isS3Error } from '../../../src/contracts/s3-errors.ts';
import { FORM_FIELDS_BYTES_MAX, FORM_FILE_BUFFER_BYTES_MAX } from '../../../src/core/limits.ts';
import { boundaryOf, fileOf, readFormHead } from '../../../src/gateway/multipart-form.ts';
import { BOUNDARY, fieldParts, formBody } from '../../support/upload-form.ts';

const CLOSED = `\r\n--${BOUNDARY}--`;

/** `bytes` in pieces that end at the given places. */
async function* cut(bytes: Buffer, places: readonly number[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  let at = 0;
  for (const end of [...ends, bytes.length]) {
    if (end > at) yield bytes.subarray(at, end);
    at = end;
  }
}

interface Received {
  readonly fields: Record<string, string>;
  readonly fileName: string;
  readonly lengthBytes: number;
  readonly file: Buffer;
}

async function receive(body: Buffer, places: readonly number[]): Promise<Received> {
  const source = cut(body, places);
  const head = await readFormHead(source, BOUNDARY);
  const file = await fileOf(head, source, BOUNDARY, body.length);
  const pieces: Uint8Array[] = [];
  for await (const piece of file.bytes) pieces.push(piece);
  const { fileName } = head;
  return {
    fields: Object.fromEntries(head.fields),
    fileName,
    lengthBytes: file.lengthBytes,
    file: Buffer.concat(pieces),
  };
}

async function refusal(body: Buffer, places: readonly number[] = []): Promise<string> {
  try {
    await receive(body, places);
  } catch (error) {
    if (isS3Error(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

const places = fc.array(fc.nat(), { maxLength: 30 });
/** Text that resembles framing. */
const tricky = fc
  .array(fc.constantFrom('\r', '\n', '-', '--', BOUNDARY, `\r\n--${BOUNDARY.slice(0, 8)}`, 'x', '\u00ff', ''))
  .map((pieces) => pieces.join(''))
  .filter((text) => !`\r\n${text}\r\n`.includes(`\r\n--${BOUNDARY}`));
const fields = fc
  .dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), tricky, { maxKeys: 6 })
  .map((given) => {
    delete given['file'];
    return given;
  });

describe('forms', () => {
  test('come out as they went in, however they are cut', async () => {
    const ending = fc.constantFrom(
      CLOSED,
      `${CLOSED}\r\n`,
      `\r\n${fieldParts({ submit: 'Upload' })}--${BOUNDARY}--\r\n`,
      `${CLOSED}\r\nan epilogue`,
    );
    await fc.assert(
      fc.asyncProperty(fields, tricky, ending, places, async (given, content, end, at) => {
        const latin1 = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
        );
        const file = Buffer.from(content);
        const received = await receive(formBody(given, { bytes: file, ending: end, name: 'a;b.txt' }), at);
        expect(received).toEqual({ fields: latin1, fileName: 'a;b.txt', lengthBytes: file.length, file });
      }),
    );
  });

  test('long files stream with their exact length, however they are cut', async () => {
    const long = Buffer.alloc(FORM_FILE_BUFFER_BYTES_MAX + 7, '\r\n--x');
    await fc.assert(
      fc.asyncProperty(tricky, places, async (content, at) => {
        // The letter keeps the two from making a delimiter together.
        const file = Buffer.concat([long, Buffer.from(`y${content}`)]);
        const received = await receive(formBody({ key: 'k' }, { bytes: file }), at);
        expect(received.lengthBytes).toBe(file.length);
        expect(received.file.equals(file)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('a long file that is not last, or whose form ends in another way, is refused, however it is cut', async () => {
    const long = Buffer.alloc(FORM_FILE_BUFFER_BYTES_MAX, 'x');
    const ending = fc.constantFrom(
      CLOSED,
      `${CLOSED}xx`,
      `${CLOSED}\r\nan epilogue`,
      `\r\n${fieldParts({ submit: 'Upload' })}--${BOUNDARY}--\r\n`,
      `\r\n${fieldParts({ submit: 'x'.repeat(5000) })}--${BOUNDARY}--\r\n`,
      '',
    );
    await fc.assert(
      fc.asyncProperty(ending, places, async (end, at) => {
        expect(await refusal(formBody({ key: 'k' }, { bytes: long, ending: end }), at)).toBe(
          'MalformedPOSTRequest',
        );
      }),
      { numRuns: 40 },
    );
  });

  test('whatever arrives is a form or is refused', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      tricky.map((text) => new TextEncoder().encode(text)),
    );
    await fc.assert(
      fc.asyncProperty(noise, places, async (bytes, at) => {
        expect(['MalformedPOSTRequest', 'InvalidArgument']).toContain(await refusal(Buffer.from(bytes), at));
      }),
    );
  });
});

describe('malformed forms', () => {
  const part = (headers: string, value = 'v'): string => `--${BOUNDARY}\r\n${headers}\r\n\r\n${value}\r\n`;

  test.each([
    ['nothing', '', 'MalformedPOSTRequest'],
    ['no file', `${fieldParts({ key: 'k' })}--${BOUNDARY}--\r\n`, 'InvalidArgument'],
    ['a part without headers', `--${BOUNDARY}\r\n\r\nv\r\n--${BOUNDARY}--`, 'MalformedPOSTRequest'],
    ['a part without a name', part('Content-Disposition: form-data'), 'MalformedPOSTRequest'],
    ['a field twice', part('Content-Disposition: form-data; name="a"').repeat(2), 'MalformedPOSTRequest'],
    ['a delimiter that goes on', `--${BOUNDARY}xx\r\n`, 'MalformedPOSTRequest'],
    [
      'a file without an end',
      formBody({}, { bytes: Buffer.from('x'), ending: '' }).toString(),
      'MalformedPOSTRequest',
    ],
    [
      'a delimiter after the file that goes on',
      formBody({}, { bytes: Buffer.from('x'), ending: `\r\n--${BOUNDARY}x` }).toString(),
      'MalformedPOSTRequest',
    ],
    [
      'a long field',
      fieldParts({ key: 'x'.repeat(FORM_FIELDS_BYTES_MAX) }),
      'MaxPostPreDataLengthExceededError',
    ],
    [
      'a long preamble',
      `${'x'.repeat(FORM_FIELDS_BYTES_MAX)}\r\n${formBody({}, { bytes: Buffer.from('x') }).toString()}`,
      'MaxPostPreDataLengthExceededError',
    ],
  ])('%s', async (_name, text, code) => {
    expect(await refusal(Buffer.from(text))).toBe(code);
  });

  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; charset=utf-8; Boundary="a b;c"', 'a b;c'],
    ['multipart/form-data', 400],
    ['multipart/mixed; boundary=abc', 412],
    [`multipart/form-data; boundary=${'x'.repeat(71)}`, 400],
    [undefined, 412],
  ])('the boundary of %s', (contentType, boundary) => {
    let found: string | number;
    try {
      found = boundaryOf(contentType);
    } catch (error) {
      if (!isS3Error(error)) throw error;
      found = error.status;
    }
    expect(found).toBe(boundary);
  });
});
