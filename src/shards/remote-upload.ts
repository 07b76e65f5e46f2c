// A shard on its way to a remote node.
//
// A small shard is kept until its commit and leaves as one write: request, data, record and end. A large one is streamed,
// with an ear on the reply, because a node that is full says so at once and not after a gigabyte.
// Invariants:
//   U1. Nothing is opened before there is something to send, so that a slow body holds no stream.
//   U2. The record is sent only after exactly the announced bytes; otherwise the node never commits.

import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import { SHARD_COALESCE_BYTES } from '../core/limits.ts';
import { settled } from '../platform/supervise.ts';
import { decodePutFlags, encodeRecord, encodeRequest, PUT_REPLY_BYTES } from './wire-format.ts';
import type { Exchange } from './exchange.ts';
import type { RemoteOperation } from './remote-operation.ts';
import type { ShardPut, ShardUpload } from './shard-client.ts';

interface PutReceipt {
  readonly nearFull: boolean;
}

export class RemoteUpload implements ShardUpload {
  readonly #operation: RemoteOperation;
  readonly #lengthBytes: number;
  /** What has not been sent yet: the request, and the data of a small shard. */
  #held: Uint8Array[];
  #takenBytes = 0;
  #exchange: Exchange | undefined;
  #reply: Promise<PutReceipt> | undefined;
  #committing = false;
  #failure: PredastoreError | undefined;

  constructor(operation: RemoteOperation, put: ShardPut) {
    this.#operation = operation;
    this.#lengthBytes = put.lengthBytes;
    this.#held = [encodeRequest({ kind: 'put', put })];
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#takenBytes += chunk.length;
    assert(this.#takenBytes <= this.#lengthBytes, 'more bytes than the shard was announced with');
    if (this.#lengthBytes <= SHARD_COALESCE_BYTES) {
      this.#held.push(Buffer.from(chunk));
      return;
    }
    if (chunk.length === 0) return;
    try {
      const exchange = this.#exchange ?? (await this.#start());
      await exchange.send(chunk);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async commit(record: Uint8Array): Promise<PutReceipt> {
    if (this.#failure !== undefined) throw this.#failure;
    assert(this.#takenBytes === this.#lengthBytes, 'fewer bytes than the shard was announced with');
    this.#committing = true;
    try {
      const tail = encodeRecord(record);
      const last = this.#held.length === 0 ? tail : Buffer.concat([...this.#held, tail]);
      this.#held = [];
      const exchange = this.#exchange ?? (await this.#open());
      await exchange.finish(last);
      const receipt = await exchange.waitFor(this.#listen(exchange));
      this.#operation.succeed('ok');
      return receipt;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  abort(reason: Error): void {
    const cancelled = new PredastoreError('cancelled', 'the upload was given up', reason);
    this.#failure ??= cancelled;
    this.#held = [];
    this.#operation.fail(cancelled);
  }

  async #start(): Promise<Exchange> {
    const exchange = await this.#open();
    this.#listenEarly(exchange);
    const request = this.#held.pop();
    if (request !== undefined) await exchange.send(request);
    return exchange;
  }

  async #open(): Promise<Exchange> {
    this.#exchange = await this.#operation.open(false);
    return this.#exchange;
  }

  #listen(exchange: Exchange): Promise<PutReceipt> {
    this.#reply ??= this.#readReply(exchange);
    return this.#reply;
  }

  /** A reply before the commit can only be a refusal; it must free a write that waits for credit. */
  #listenEarly(exchange: Exchange): void {
    const early = this.#listen(exchange).then(
      () => {
        if (!this.#committing) this.#fail(new PredastoreError('peer-protocol', 'answered before the end'));
      },
      (error: unknown) => this.#fail(error),
    );
    settled(early, 'failures are kept for the next call');
  }

  async #readReply(exchange: Exchange): Promise<PutReceipt> {
    const status = await this.#operation.status(exchange);
    if (status === 'absent') throw new PredastoreError('peer-protocol', 'an upload is answered with absent');
    const [flags = 0] = await exchange.take(PUT_REPLY_BYTES - 1);
    await exchange.expectEnd();
    return decodePutFlags(flags);
  }

  #fail(error: unknown): PredastoreError {
    this.#failure ??= this.#operation.fail(error);
    return this.#failure;
  }
}
