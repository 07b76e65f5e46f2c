// The operations of a node on NATS: who listens where, how many run at once, what is counted, how it stops.
//
//   O1. Every operation listens on its general subject (queue group), its aliases, and its subject at this node.
//   O2. At most OPERATIONS_RUNNING_MAX handlers run; a bounded line waits, for a bounded time; the next request is answered SlowDown. What operators
//       ask has places of its own, so that a node under a flood still says how it is.
//   O3. `stop` loses no request: listening ends first, what was received is answered, then streams run out.
//   O4. A direct call of the same process (direct-call.ts) counts, waits and drains like a message.
//   O5. A request whose reply subject is missing, or not one a caller may name, is dropped unhandled.

import type { Msg, MsgHdrs, Subscription } from '@nats-io/transport-node';

import { PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import {
  ADMIN_OPERATIONS_RUNNING_MAX,
  ADMIN_OPERATIONS_WAITING_MAX,
  CALL_ALIVE_INTERVAL_MS,
  OPERATION_WAIT_MAX_MS,
  OPERATIONS_RUNNING_MAX,
  OPERATIONS_WAITING_MAX,
} from '../core/limits.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { subjectAtNode, type OperationName } from '../contracts/operations.ts';
import { settledWithin } from '../platform/clock.ts';
import { Limiter } from '../platform/limiter.ts';
import { LATENCY_BUCKETS_S, noMetrics, type HistogramMetric, type Metrics } from '../platform/metrics.ts';
import type { PressureGauge } from '../platform/pressure.ts';
import { supervise } from '../platform/supervise.ts';
import { LazyBulkLink } from './bulk-link.ts';
import type { CallerCheck } from './caller-check.ts';
import type { Bus } from './connection.ts';
import { callDirectly, type DirectCalls, type DirectOptions, type DirectReply } from './direct-call.ts';
import type { LocalBodies } from './local-bodies.ts';
import { MicroService, type EndpointStats } from './micro-service.ts';
import { placesFor, type ServedOperation, type ServerParts } from './operation-parts.ts';
import { Exchange, replySubjectOf } from './operation-exchange.ts';
import { Sweep } from './sweep.ts';
import type { TicketDesk } from './ticket-desk.ts';

export type { ServedOperation } from './operation-parts.ts';

export interface OperationServerOptions {
  readonly bus: Bus;
  readonly node: NodeId;
  readonly operations: readonly ServedOperation[];
  /** Share it with the client of the same process to hand bodies over. */
  readonly localBodies?: LocalBodies;
  /** Grants callers that can use it a way past NATS for their bodies. */
  readonly tickets?: TicketDesk | undefined;
  /** Who is believed to be who; without it everybody, and nobody's origin is known. */
  readonly callers?: CallerCheck;
  /** In place of the operations' own queue group. */
  readonly queueGroup?: string;
  /** Semantic version, for `nats micro`. */
  readonly version: string;
  readonly metrics?: Metrics;
  /** While it gives a reason requests of users are answered SlowDown; those of operators are taken. */
  readonly pressure?: PressureGauge;
}

const SERVICE_NAME = 'predastore';
const SERVICE_DESCRIPTION = 'S3 operations of a Predastore node';
const SWEEP_MS = CALL_ALIVE_INTERVAL_MS / 4;

interface Listening {
  readonly operation: ServedOperation;
  readonly stats: EndpointStats;
}

export class OperationServer implements DirectCalls {
  readonly #options: OperationServerOptions;
  readonly #parts: ServerParts;
  readonly #exchanges = new Set<Exchange>();
  readonly #subscriptions: Subscription[] = [];
  readonly #listening = new Map<string, Listening>();
  readonly #sweep: Sweep;
  readonly #service: MicroService;
  readonly #seconds: HistogramMetric;
  #directCalls = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: OperationServerOptions) {
    const { bus, node, localBodies } = options;
    this.#options = options;
    const patience = { clock: bus.clock, waitMaxMs: OPERATION_WAIT_MAX_MS };
    this.#parts = {
      clock: bus.clock,
      log: bus.log,
      places: {
        users: new Limiter(OPERATIONS_RUNNING_MAX, OPERATIONS_WAITING_MAX, patience, options.pressure),
        operators: new Limiter(ADMIN_OPERATIONS_RUNNING_MAX, ADMIN_OPERATIONS_WAITING_MAX, patience),
      },
      bulk: new LazyBulkLink(bus, `s3.io.${node}`),
      localBodies,
      tickets: options.tickets,
      callers: options.callers,
      maxPayloadBytes: () => bus.control.maxPayloadBytes,
      newRequestId: () => bus.random.bytes(8).toString('hex').toUpperCase(),
      publish: (subject, payload, headers) => this.#publish(subject, payload, headers),
    };
    this.#sweep = new Sweep(bus.clock, SWEEP_MS, (nowMs) => this.#sayAlive(nowMs));
    this.#service = new MicroService(bus, {
      name: SERVICE_NAME,
      version: options.version,
      description: SERVICE_DESCRIPTION,
      metadata: { node: String(node) },
    });
    this.#seconds = (options.metrics ?? noMetrics).histogram(
      'predastore_operation_seconds',
      'Time from a request to its reply, by operation and error code (ok without)',
      LATENCY_BUCKETS_S,
      ['operation', 'code'],
    );
  }

  /** Requests being handled. */
  get inFlight(): number {
    return this.#exchanges.size + this.#directCalls;
  }

  /** Handles an operation for the client of this process, without a message; undefined when nobody listens (any more). */
  direct(name: OperationName, parameters: object, options: DirectOptions): Promise<DirectReply> | undefined {
    const served = this.#listening.get(name);
    return served === undefined ? undefined : this.#direct(served, parameters, options);
  }

  async #direct(
    { operation, stats }: Listening,
    parameters: object,
    options: DirectOptions,
  ): Promise<DirectReply> {
    const { clock } = this.#parts;
    const limiter = placesFor(this.#parts, operation);
    const startedMs = clock.monotonicMs();
    let code: string | undefined;
    this.#directCalls += 1;
    try {
      return await callDirectly(limiter, operation, parameters, options);
    } catch (error) {
      code = s3ErrorOf(error).code;
      throw error;
    } finally {
      this.#directCalls -= 1;
      this.#count({ operation, stats }, startedMs, code);
      this.#noteIdle();
    }
  }

  #count({ operation, stats }: Listening, startedMs: number, code: string | undefined): void {
    const tookMs = this.#parts.clock.monotonicMs() - startedMs;
    stats.record(tookMs, code);
    this.#seconds.observe(tookMs / 1000, { operation: operation.description.name, code: code ?? 'ok' });
  }

  /** Begins to listen; resolves when the server knows every subscription. */
  async start(): Promise<void> {
    for (const operation of this.#options.operations) this.#listen(operation);
    this.#service.start();
    await this.#options.bus.control.nats.flush();
  }

  /** Stops listening, answers what was received, lets streams run out; what is left after `graceMs` is cut off. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#parts;
    const deadlineMs = clock.monotonicMs() + graceMs;
    const rest = (): number => Math.max(0, deadlineMs - clock.monotonicMs());
    this.#listening.clear();
    this.#service.stop();
    // Rejects only when the connection is lost or closed: then nothing more arrives either.
    const drained = Promise.allSettled(this.#subscriptions.map((subscription) => subscription.drain()));
    await settledWithin(clock, rest(), drained);
    await settledWithin(clock, rest(), this.#idle());
    const link = this.#parts.bulk.opened;
    if (link !== undefined) {
      await settledWithin(clock, rest(), link.idle());
      link.abortAll(new PredastoreError('store-closed', 'the node is shutting down'));
    }
    const { control } = this.#options.bus;
    await control.outbox.turn();
    await settledWithin(clock, rest(), control.nats.flush());
    this.#sweep.stop();
  }

  #listen(operation: ServedOperation): void {
    const { description } = operation;
    const queue = description.queueGroup === undefined ? undefined : this.#queueGroup(description.queueGroup);
    const stats = this.#service.addEndpoint({
      name: description.name,
      subject: description.subject,
      queueGroup: queue ?? '',
      metadata: { request: description.requestSchema, reply: description.replySchema },
    });
    this.#listening.set(description.name, { operation, stats });
    for (const subject of [description.subject, ...description.aliases]) {
      this.#subscribe(subject, queue, operation, stats);
    }
    this.#subscribe(subjectAtNode(description, this.#options.node), undefined, operation, stats);
  }

  #queueGroup(own: string): string {
    return this.#options.queueGroup ?? own;
  }

  #subscribe(
    subject: string,
    queue: string | undefined,
    operation: ServedOperation,
    stats: EndpointStats,
  ): void {
    const subscription = this.#options.bus.control.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      onMessage: (msg) => this.#receive(operation, stats, msg),
      onError: (error) => this.#parts.log.error('a subscription failed', { subject, error }),
    });
    this.#subscriptions.push(subscription);
  }

  #receive(operation: ServedOperation, stats: EndpointStats, msg: Msg): void {
    const replyTo = replySubjectOf(msg);
    if (replyTo === undefined) {
      this.#parts.log.debug('a request without a usable reply subject was dropped', { subject: msg.subject });
      return;
    }
    const exchange = new Exchange(this.#parts, operation, msg, replyTo);
    this.#exchanges.add(exchange);
    this.#sweep.start();
    supervise(this.#run(exchange, operation, stats), this.#parts.log, 'answering a request');
  }

  async #run(exchange: Exchange, operation: ServedOperation, stats: EndpointStats): Promise<void> {
    const startedMs = this.#parts.clock.monotonicMs();
    try {
      this.#count({ operation, stats }, startedMs, await exchange.run());
    } finally {
      this.#exchanges.delete(exchange);
      this.#noteIdle();
    }
  }

  #publish(subject: string, payload: Uint8Array | string, headers: MsgHdrs): void {
    const { control } = this.#options.bus;
    if (!control.connected) return;
    control.outbox.post(() => {
      try {
        control.nats.publish(subject, payload, { headers });
      } catch (error) {
        this.#parts.log.error('a reply could not be sent', { subject, error });
      }
    });
  }

  #sayAlive(nowMs: number): boolean {
    for (const exchange of this.#exchanges) exchange.sayAlive(nowMs);
    return this.#exchanges.size > 0;
  }

  #noteIdle(): void {
    if (this.inFlight === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #idle(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }
}

/** Starts serving; `stop` ends it. */
export async function serveOperations(options: OperationServerOptions): Promise<OperationServer> {
  const server = new OperationServer(options);
  await server.start();
  return server;
}
