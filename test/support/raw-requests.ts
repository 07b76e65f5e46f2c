// Requests of the shard protocol byte by byte, for peers that do not keep to it.

import { isPredastoreError } from '../../src/core/errors.ts';
import type { ShardKey } from '../../src/core/shard-key.ts';
import { encodeRecord, encodeRequest } from '../../src/shards/wire-format.ts';
import type { TransportConnection, TransportStream } from '../../src/transport/transport.ts';
import { bytesOf, hashOf, recordOf } from './segment-stores.ts';
import { readAll } from './transport-pair.ts';

export function putRequest(key: ShardKey, lengthBytes: number): Buffer {
  return encodeRequest({ kind: 'put', put: { key, objectHash: hashOf(key), lengthBytes } });
}

/** A whole put: request, data, record. */
export function wholePut(key: ShardKey, lengthBytes: number): Buffer {
  return Buffer.concat([
    putRequest(key, lengthBytes),
    bytesOf(key, lengthBytes),
    encodeRecord(recordOf(key)),
  ]);
}

/** Sends `bytes` and the end on a fresh stream; the reply in short: `ok`, `absent` or the code of the error. */
export async function ask(connection: TransportConnection, bytes: Uint8Array): Promise<string> {
  const stream = await connection.openStream();
  await stream.end(bytes);
  return replyOn(stream);
}

export async function replyOn(stream: TransportStream): Promise<string> {
  try {
    const reply = await readAll(stream);
    if (reply[0] === 0) return 'ok';
    return reply[0] === 1 ? 'absent' : reply.toString('latin1', 2, 2 + (reply[1] ?? 0));
  } catch (error) {
    const cause = isPredastoreError(error) ? error.cause : undefined;
    return `aborted: ${isPredastoreError(cause) ? cause.code : String(error)}`;
  }
}
