// An answer, taken apart: result, body, headers; or the S3Error in it.

import { bodyOf, collect, type OutgoingBody } from '../core/body.ts';
import { RESULT_BYTES_MAX } from '../core/limits.ts';
import type { BulkLink } from '../bus/bulk-link.ts';
import { ByteReceiver } from '../bus/byte-receiver.ts';
import { agreeShape } from '../bus/byte-stream.ts';
import { NAME, errorPayload, headerMap, parseObject, readError, textOf } from '../bus/envelope.ts';
import { LazyBytes } from '../bus/lazy-bytes.ts';
import type { BusMessage } from '../bus/reply-inbox.ts';
import { Sweep } from '../bus/sweep.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { PredastoreError } from '../core/errors.ts';
import type { CallReply, ClientParts } from './call.ts';

/** A third of what the node waits for a start. */
const LINE_REMINDER_MS = 10_000;
const PROTOCOL_HEADERS: ReadonlySet<string> = new Set(Object.values(NAME));

/** Reads an answer; throws the error in it. */
export async function readReply(parts: ClientParts, msg: BusMessage): Promise<CallReply> {
  const all = headerMap(msg);
  if (all.has(NAME.errorCode)) throw readError(textOf(msg.data), all.get(NAME.errorDetail));
  const bodyHeader = all.get(NAME.body);
  const headers = ownHeaders(all);
  if (bodyHeader === undefined) return { result: parseResult(textOf(msg.data)), headers };
  const body = openBody(parts, msg, bodyHeader);
  const resultHeader = all.get(NAME.result);
  if (resultHeader !== undefined) return { result: parseResult(resultHeader), body, headers };
  if (msg.data.length > 0) return { result: parseResult(textOf(msg.data)), body, headers };
  // No result beside the body: the body is the result, too large for a message.
  const document = await collect(body.bytes, Math.min(RESULT_BYTES_MAX, body.lengthBytes));
  return { result: parseResult(document.toString('utf8')), headers };
}

function ownHeaders(all: ReadonlyMap<string, string>): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of all) {
    if (name === NAME.requestId || !PROTOCOL_HEADERS.has(name)) own[name] = value;
  }
  return own;
}

function parseResult(text: string): Readonly<Record<string, unknown>> {
  const result = parseObject(text);
  if (result === undefined) throw new S3Error('InternalError', 'the reply is not a JSON object');
  return result;
}

function openBody(parts: ClientParts, msg: BusMessage, header: string): OutgoingBody {
  const { kind, length, token, ack, chunk, window, quic } = parseObject(header) ?? {};
  if (typeof length !== 'number') throw unreadable(header);
  switch (kind) {
    case 'inline':
      if (msg.data.length !== length) throw unreadable(header);
      return bodyOf(msg.data);
    case 'local': {
      const body = typeof token === 'string' ? parts.localBodies?.replies.claim(token) : undefined;
      if (body !== undefined) return body;
      throw new S3Error('ServiceUnavailable', 'The body of the reply is no longer there.');
    }
    case 'stream':
      if (typeof ack !== 'string') throw unreadable(header);
      return {
        lengthBytes: length,
        bytes: streamBytes(parts, { ack, lengthBytes: length, chunk, window, quic }),
      };
    default:
      throw unreadable(header);
  }
}

function unreadable(header: string): S3Error {
  return new S3Error('InternalError', `the reply's body cannot be understood: ${header}`);
}

interface OfferedStream {
  readonly ack: string;
  readonly lengthBytes: number;
  readonly chunk: unknown;
  readonly window: unknown;
  /** A ticket, where the node grants one. */
  readonly quic: unknown;
}

/** Asks the node to begin when the first byte is wanted; tells it when none is. */
function streamBytes(parts: ClientParts, stream: OfferedStream): LazyBytes {
  const decline = (): void => {
    const cancelled = s3ErrorOf(new PredastoreError('cancelled', 'the reader stopped'));
    parts.bus.control.publish(`${stream.ack}.x`, errorPayload(cancelled));
  };
  return new LazyBytes(() => receive(parts, stream), decline);
}

async function receive(parts: ClientParts, stream: OfferedStream): Promise<ByteReceiver> {
  const link = await parts.bulk.get();
  const shape = agreeShape(link.shape, stream.chunk, stream.window);
  const { ack, lengthBytes } = stream;
  const release = await placeToReceive(link, ack);
  try {
    const receiver = new ByteReceiver({
      link,
      ack,
      lengthBytes,
      shape,
      ownerFinishes: false,
      onClose: release,
    });
    const admitted = await parts.quic?.pipeFor(stream.quic, receiver.subject);
    if (admitted !== undefined) {
      if (!receiver.takePipe(admitted.reader))
        admitted.pipe.abort(new PredastoreError('cancelled', 'the reader stopped'));
      return receiver;
    }
    const start = JSON.stringify({ chunk: shape.chunkBytes, window: shape.windowChunks });
    link.publish(`${ack}.0`, start, { reply: receiver.subject });
    return receiver;
  } catch (error) {
    release();
    throw error;
  }
}

/** Waits in line, if there is one; the node hears meanwhile that its body is still wanted. */
async function placeToReceive(link: BulkLink, ack: string): Promise<() => void> {
  const reminder = new Sweep(link.clock, LINE_REMINDER_MS, () => {
    link.publish(`${ack}.q`, '');
    return true;
  });
  reminder.start();
  try {
    return await link.receiving.acquire();
  } finally {
    reminder.stop();
  }
}
