// A remote node as a ShardPeer: the client's side of shard protocol v1, one stream per operation.

import { PredastoreError } from '../core/errors.ts';
import { SHARD_KEYS_PER_REQUEST_MAX } from '../core/limits.ts';
import { RemoteDownload } from './remote-download.ts';
import { RemoteOperation } from './remote-operation.ts';
import { RemoteUpload } from './remote-upload.ts';
import {
  decodeCount,
  decodeDescriptionHead,
  decodeHeld,
  decodeShardLength,
  DESCRIPTION_HEAD_BYTES,
  encodeRequest,
  GET_REPLY_BYTES,
  REMOVE_REPLY_BYTES,
  type ShardRequest,
} from './wire-format.ts';
import type { ByteRange } from '../core/body.ts';
import type { ShardKey } from '../core/shard-key.ts';
import type { Exchange } from './exchange.ts';
import type { NodeLink } from './node-link.ts';
import type { OperationRecorder } from './operation-metrics.ts';
import type { ShardDescription, ShardGetOutcome, ShardPut, ShardUpload } from './shard-client.ts';
import type { ShardPeer } from './shard-peer.ts';

export class RemotePeer implements ShardPeer {
  readonly #link: NodeLink;
  readonly #record: OperationRecorder;

  constructor(link: NodeLink, record: OperationRecorder) {
    this.#link = link;
    this.#record = record;
  }

  async put(put: ShardPut): Promise<ShardUpload> {
    const operation = new RemoteOperation('put', this.#link, this.#record);
    try {
      await operation.ready();
      return new RemoteUpload(operation, put);
    } catch (error) {
      throw operation.fail(error);
    }
  }

  async get(key: ShardKey, range: ByteRange): Promise<ShardGetOutcome> {
    const operation = new RemoteOperation('get', this.#link, this.#record);
    try {
      const exchange = await operation.open();
      await exchange.finish(encodeRequest({ kind: 'get', key, range }));
      if ((await operation.status(exchange)) === 'absent') {
        await exchange.expectEnd();
        operation.succeed('absent');
        return { kind: 'absent' };
      }
      const shardBytes = decodeShardLength(await exchange.take(GET_REPLY_BYTES - 1));
      if (shardBytes < range.end)
        throw new PredastoreError('shard-corrupt', 'the shard is shorter than asked');
      const rangeBytes = range.end - range.start;
      const download = new RemoteDownload(operation, exchange, { shardBytes, rangeBytes });
      if (rangeBytes === 0) await download.complete();
      return { kind: 'found', download };
    } catch (error) {
      throw operation.fail(error);
    }
  }

  async stat(keys: readonly ShardKey[]): Promise<readonly boolean[]> {
    const held: boolean[] = [];
    for (const batch of batches(keys)) {
      held.push(...(await this.#ask({ kind: 'stat', keys: batch }, batch.length, decodeHeld)));
    }
    return held;
  }

  async describe(key: ShardKey): Promise<ShardDescription | undefined> {
    const operation = new RemoteOperation('describe', this.#link, this.#record);
    try {
      const exchange = await operation.open();
      await exchange.finish(encodeRequest({ kind: 'describe', key }));
      if ((await operation.status(exchange)) === 'absent') {
        await exchange.expectEnd();
        operation.succeed('absent');
        return undefined;
      }
      const head = decodeDescriptionHead(await exchange.take(DESCRIPTION_HEAD_BYTES));
      // Copied: what was taken is a view of a network buffer.
      const record = Buffer.from(await exchange.take(head.recordBytes));
      await exchange.expectEnd();
      operation.succeed('ok');
      return { lengthBytes: head.lengthBytes, objectHash: head.objectHash, record };
    } catch (error) {
      throw operation.fail(error);
    }
  }

  async remove(keys: readonly ShardKey[]): Promise<number> {
    let removed = 0;
    for (const batch of batches(keys)) {
      removed += await this.#ask({ kind: 'remove', keys: batch }, REMOVE_REPLY_BYTES - 1, decodeCount);
    }
    return removed;
  }

  /** One request without a body and a reply of known length. */
  async #ask<T>(request: ShardRequest, replyBytes: number, decode: (reply: Uint8Array) => T): Promise<T> {
    const operation = new RemoteOperation(request.kind, this.#link, this.#record);
    try {
      const exchange = await operation.open();
      await exchange.finish(encodeRequest(request));
      const reply = await this.#reply(operation, exchange, replyBytes);
      operation.succeed('ok');
      return decode(reply);
    } catch (error) {
      throw operation.fail(error);
    }
  }

  async #reply(operation: RemoteOperation, exchange: Exchange, replyBytes: number): Promise<Uint8Array> {
    if ((await operation.status(exchange)) === 'absent') {
      throw new PredastoreError('peer-protocol', `a ${operation.kind} is answered with absent`);
    }
    const reply = await exchange.take(replyBytes);
    await exchange.expectEnd();
    return reply;
  }
}

function* batches(keys: readonly ShardKey[]): Generator<readonly ShardKey[]> {
  for (let first = 0; first < keys.length; first += SHARD_KEYS_PER_REQUEST_MAX) {
    yield keys.slice(first, first + SHARD_KEYS_PER_REQUEST_MAX);
  }
}
