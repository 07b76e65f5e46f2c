// Everything we know of one node as a peer: its connection, whether it is worth a call, and the probes that find out.
//
// Owns: admission of operations, the circuit breaker, the probe loop. Refuses: the protocol of operations (remote-peer.ts).
// Invariants:
//   L1. At most SHARD_OPERATIONS_PER_NODE_MAX operations run; the next one is `overloaded` at once. There is no line: an
//       operation that waits here while it holds streams of other nodes could lock up with its mirror image.
//   L2. While the node is not `up` exactly one probe loop runs; it stops with `close`.
//   L3. A busy connection that opens no more streams while bytes still move is not down: opening is tried again, for at
//       most SHARD_IDLE_TIMEOUT_MS, and then `overloaded`.

import { PredastoreError, wrapError } from '../core/errors.ts';
import {
  PEER_OPEN_TIMEOUT_MS,
  PEER_PROBE_MAX_MS,
  PEER_PROBE_MS,
  SHARD_IDLE_TIMEOUT_MS,
  SHARD_OPERATIONS_PER_NODE_MAX,
} from '../core/limits.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import { CircuitBreaker, type Admission } from './circuit-breaker.ts';
import { Exchange } from './exchange.ts';
import { IdleWatch, type Pulse } from './idle-watch.ts';
import { NodeConnection } from './node-connection.ts';
import { encodeRequest, STATUS_OK } from './wire-format.ts';
import type { NodeId } from '../core/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Transport, TransportStream } from '../transport/transport.ts';
import type { NodeLocation } from './node-connection.ts';
import type { NodeCondition } from './shard-client.ts';

export interface NodeLinkSettings {
  readonly node: NodeId;
  readonly transport: Transport;
  readonly resolve: (node: NodeId) => NodeLocation | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly onCondition: (condition: NodeCondition) => void;
}

export class NodeLink {
  readonly node: NodeId;
  readonly clock: Clock;
  /** When bytes last moved on the connection. */
  readonly pulse: Pulse = { lastMs: -Infinity };
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #breaker: CircuitBreaker;
  readonly #connection: NodeConnection;
  readonly #closing = new AbortController();
  #running = 0;
  #probing: Promise<void> | undefined;

  constructor(settings: NodeLinkSettings) {
    this.node = settings.node;
    this.clock = settings.clock;
    this.#random = settings.random;
    this.#logger = settings.logger.child({ node: settings.node });
    this.#breaker = new CircuitBreaker((condition) => {
      this.#logger.warn(`node is ${condition}`);
      settings.onCondition(condition);
    });
    this.#connection = new NodeConnection({ ...settings, onLost: (reason) => this.#lost(reason) });
  }

  get condition(): NodeCondition {
    return this.#breaker.condition;
  }

  /** Lets an operation in; whoever gets in hands the admission to `leave` once. */
  enter(): Admission {
    if (this.#isClosing()) throw new PredastoreError('cancelled', 'the shard client is closed');
    if (this.#running >= SHARD_OPERATIONS_PER_NODE_MAX) {
      throw new PredastoreError('overloaded', `too many operations on node ${this.node}`);
    }
    const admission = this.#breaker.admit();
    if (admission === 'refused') {
      throw new PredastoreError('peer-unreachable', `node ${this.node} is ${this.condition}`);
    }
    this.#running += 1;
    return admission;
  }

  leave(admission: Admission): void {
    this.#running -= 1;
    if (admission === 'trial') this.#breaker.trialEnded();
  }

  async ready(): Promise<void> {
    try {
      await this.#connection.ready();
    } catch (error) {
      throw this.#notOpened(error);
    }
  }

  async openStream(): Promise<TransportStream> {
    const deadlineMs = this.clock.monotonicMs() + SHARD_IDLE_TIMEOUT_MS;
    for (;;) {
      const startedMs = this.clock.monotonicMs();
      try {
        return await this.#connection.openStream();
      } catch (error) {
        if (this.#isClosing() || this.pulse.lastMs <= startedMs) throw this.#notOpened(error);
        if (this.clock.monotonicMs() >= deadlineMs) {
          throw new PredastoreError('overloaded', `node ${this.node} opens no more streams`, error);
        }
      }
    }
  }

  /** The node answered an operation. */
  answered(): void {
    this.#breaker.answered();
  }

  /** An operation stalled. The second in a row costs the connection, the first one a quick check. */
  stalled(): void {
    if (this.#breaker.stalled()) this.#connection.drop();
    this.#probe();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection.close();
    await this.#probing;
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  #notOpened(error: unknown): PredastoreError {
    const reason = wrapError('peer-unreachable', `node ${this.node}`, error);
    if (!this.#isClosing() && reason.code !== 'overloaded') {
      this.#breaker.unreachable();
      this.#connection.drop();
      this.#probe();
    }
    return reason;
  }

  #lost(reason: Error): void {
    this.#logger.info('connection lost', { error: reason });
    this.#probe();
  }

  /** Finds out how the node is, at once and then until it is `up`. */
  #probe(): void {
    if (this.#probing !== undefined || this.#isClosing()) return;
    this.#probing = this.#probeUntilUp().finally(() => {
      this.#probing = undefined;
    });
    supervise(this.#probing, this.#logger, 'probing');
  }

  async #probeUntilUp(): Promise<void> {
    // A node that is down has just failed to answer; one that only stalled or lost its connection is asked at once.
    if (this.condition === 'down') await this.#pause(0);
    for (let attempt = 0; !this.#isClosing();) {
      const answered = await this.#ping();
      if (this.#isClosing()) return;
      if (answered) this.#breaker.probeAnswered();
      else this.#breaker.unreachable();
      if (this.condition === 'up') return;
      attempt = answered ? 0 : attempt + 1;
      await this.#pause(attempt);
    }
  }

  /** PEER_PROBE_MS, growing with the attempts, with a jitter of a quarter so that nodes do not probe in step. */
  #pause(attempt: number): Promise<void> {
    const delayMs = Math.min(PEER_PROBE_MAX_MS, PEER_PROBE_MS * 1.5 ** Math.min(attempt, 16));
    const jitterMs = backoffMs(this.#random, 0, delayMs / 4, delayMs / 4);
    return this.clock.sleep(delayMs - jitterMs, this.#closing.signal);
  }

  async #ping(): Promise<boolean> {
    const startedMs = this.clock.monotonicMs();
    try {
      await this.#exchangePing(await this.#connection.openStream());
      return true;
    } catch (error) {
      // A connection too busy for a ping is alive all the same.
      if (this.pulse.lastMs > startedMs) return true;
      this.#logger.debug('probe failed', { error });
      this.#connection.drop();
      return false;
    }
  }

  async #exchangePing(stream: TransportStream): Promise<void> {
    const silent = new PredastoreError('peer-stalled', `node ${this.node} answers no ping`);
    const watch = new IdleWatch({
      clock: this.clock,
      limitMs: PEER_OPEN_TIMEOUT_MS,
      onStall: () => stream.abort(silent),
    });
    const exchange = new Exchange(stream, watch);
    try {
      await exchange.finish(encodeRequest({ kind: 'ping' }));
      const [status] = await exchange.take(1);
      if (status !== STATUS_OK) throw new PredastoreError('peer-protocol', 'a ping was refused');
      await exchange.expectEnd();
    } finally {
      exchange.close(silent);
    }
  }
}
