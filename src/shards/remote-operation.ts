// One operation on a remote node, from admission to its single end: what all kinds have in common.
//
// Owns: the admission, the stream's exchange, the measurement. Refuses: what is said (remote-peer.ts and its kin).
// Invariants:
//   O1. However an operation ends, it ends once: admission given back, watch stopped, stream settled, outcome counted.
//   O2. An answer, even a refusal, is good news about the node; a stall is bad news; a lost stream is no news (the
//       connection itself tells).

import { PredastoreError, errorCodeOf, isPredastoreError, wrapError } from '../core/errors.ts';
import { SHARD_IDLE_TIMEOUT_MS } from '../core/limits.ts';
import { Exchange } from './exchange.ts';
import { IdleWatch } from './idle-watch.ts';
import {
  decodeErrorCode,
  decodeMessageLength,
  STATUS_ABSENT,
  STATUS_ERROR,
  STATUS_OK,
  type ShardOperation,
} from './wire-format.ts';
import type { TransportStream } from '../transport/transport.ts';
import type { Admission } from './circuit-breaker.ts';
import type { NodeLink } from './node-link.ts';
import type { OperationRecorder } from './operation-metrics.ts';

/** The end of a conversation that went well; never seen by anybody, a stream that has ended is not aborted. */
const FINISHED = new PredastoreError('cancelled', 'finished');

export class RemoteOperation {
  readonly kind: ShardOperation;
  readonly #link: NodeLink;
  readonly #record: OperationRecorder;
  readonly #admission: Admission;
  readonly #startedMs: number;
  #exchange: Exchange | undefined;
  #ended = false;

  /** Enters `link`, or throws its refusal. */
  constructor(kind: ShardOperation, link: NodeLink, record: OperationRecorder) {
    this.kind = kind;
    this.#link = link;
    this.#record = record;
    this.#startedMs = link.clock.monotonicMs();
    try {
      this.#admission = link.enter();
    } catch (error) {
      record(kind, errorCodeOf(error), 0);
      throw error;
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Makes sure that the node can be reached. */
  ready(): Promise<void> {
    return this.#link.ready();
  }

  async open(watchReads = true): Promise<Exchange> {
    const stream = await this.#link.openStream();
    const watch = new IdleWatch({
      clock: this.#link.clock,
      limitMs: SHARD_IDLE_TIMEOUT_MS,
      pulse: this.#link.pulse,
      onStall: () => this.#stalled(stream),
    });
    const exchange = new Exchange(stream, watch, watchReads);
    this.#exchange = exchange;
    if (this.#ended) exchange.close(new PredastoreError('cancelled', 'given up while the stream was opened'));
    return exchange;
  }

  /** Reads the status of a reply; throws what an error reply says. */
  async status(exchange: Exchange): Promise<'ok' | 'absent'> {
    const [status] = await exchange.take(1);
    switch (status) {
      case STATUS_OK:
        return 'ok';
      case STATUS_ABSENT:
        return 'absent';
      case STATUS_ERROR:
        throw await this.#refusal(exchange);
      default:
        throw new PredastoreError('peer-protocol', `node ${this.#link.node} answers with an unknown status`);
    }
  }

  /** The operation is complete. */
  succeed(outcome: 'ok' | 'absent'): void {
    if (this.#ended) return;
    this.#link.answered();
    this.#end(outcome, FINISHED);
  }

  /** The operation failed; returns the error to throw. */
  fail(error: unknown): PredastoreError {
    const reason = explain(this.#link.node, error);
    if (!this.#ended) this.#end(reason.code, reason);
    return reason;
  }

  async #refusal(exchange: Exchange): Promise<PredastoreError> {
    const [nameLength = 0] = await exchange.take(1);
    const code = decodeErrorCode(await exchange.take(nameLength));
    const messageLength = decodeMessageLength(await exchange.take(2));
    const message = Buffer.from(await exchange.take(messageLength)).toString('utf8');
    await exchange.expectEnd();
    this.#link.answered();
    return new PredastoreError(code, `node ${this.#link.node}: ${message}`);
  }

  #stalled(stream: TransportStream): void {
    stream.abort(new PredastoreError('peer-stalled', `node ${this.#link.node} makes no progress`));
    this.#link.stalled();
  }

  #end(outcome: string, reason: Error): void {
    this.#ended = true;
    this.#exchange?.close(reason);
    this.#link.leave(this.#admission);
    this.#record(this.kind, outcome, this.#link.clock.monotonicMs() - this.#startedMs);
  }
}

/** The other end's own reason, where it gave one with its abort, is worth more than the fact of the abort. */
function explain(node: number, error: unknown): PredastoreError {
  if (isPredastoreError(error) && error.code === 'stream-aborted' && isPredastoreError(error.cause)) {
    return new PredastoreError(error.cause.code, `node ${node}: ${error.cause.message}`, error);
  }
  return wrapError('peer-unreachable', `node ${node}`, error);
}
