// The bulk connection of one role (client or node) and the streams on it.
//
// Owns: one wildcard subscription from which messages are handed to their streams by id; the places for streams.
//   K1. At most STREAMS_PER_CONNECTION_MAX streams are received at once, and as many sent: all windows together stay far
//       below what makes a NATS server cut a slow consumer off. Others wait in a bounded line. Receiving and sending
//       have separate places, and client and node separate links, so that no two streams wait for each other's place.
//   K2. A message for a stream that we do not know is answered with an abort: replays and late chunks stop by themselves.
//   K3. A lost connection fails every stream on it.

import type { Msg, MsgHdrs } from '@nats-io/transport-node';

import { PredastoreError } from '../core/errors.ts';
import { STREAMS_PER_CONNECTION_MAX, STREAMS_WAITING_MAX } from '../core/limits.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import type { Clock } from '../platform/clock.ts';
import { Limiter } from '../platform/limiter.ts';
import type { ChunkPiece } from './chunk-filter.ts';
import { ChunkWire } from './chunk-wire.ts';
import type { BusConnection, Bus } from './connection.ts';
import { isReplySubject, shapeFor, type LinkedStream, type StreamShape } from './byte-stream.ts';
import { HEADER, errorPayload, singleHeader } from './envelope.ts';
import { Sweep } from './sweep.ts';

const TICK_MS = 500;
const RECONNECT_PATIENCE_MS = 2_000;
const UNKNOWN_STREAM = new S3Error('InvalidRequest', 'There is no such stream here, or it has ended.');

/** An opened bulk connection. */
export class BulkLink {
  readonly clock: Clock;
  readonly receiving = new Limiter(STREAMS_PER_CONNECTION_MAX, STREAMS_WAITING_MAX);
  readonly sending = new Limiter(STREAMS_PER_CONNECTION_MAX, STREAMS_WAITING_MAX);
  /** Bodies that were offered and not fetched yet: each holds what it is read from. The next one is refused. */
  readonly offers = new Limiter(STREAMS_WAITING_MAX, 0);
  readonly #connection: BusConnection;
  readonly #wire: ChunkWire;
  readonly #base: string;
  readonly #streams = new Map<string, LinkedStream>();
  readonly #sweep: Sweep;
  /** Why nothing is heard any more: the subscription has ended (permissions that were taken away, say). */
  #deafness: PredastoreError | undefined;
  #lastId = 0;
  #whenIdle: (() => void)[] = [];

  private constructor(connection: BusConnection, wire: ChunkWire, clock: Clock) {
    this.#connection = connection;
    this.#wire = wire;
    this.#base = wire.base;
    this.clock = clock;
    wire.onPiece = (piece) => this.#takePiece(piece);
    this.#sweep = new Sweep(clock, TICK_MS, (nowMs) => this.#tick(nowMs));
    connection.onLost((error) => this.#failAll(error));
  }

  /** Opens a connection whose streams live under `<prefix>.<random>.`. */
  static async open(bus: Bus, prefix: string): Promise<BulkLink> {
    const base = `${prefix}.${bus.random.bytes(12).toString('hex')}.`;
    const wire = new ChunkWire(base);
    const connection = await bus.openBulk(wire);
    const link = new BulkLink(connection, wire, bus.clock);
    connection.subscribe(`${base}>`, {
      onMessage: (msg) => link.#dispatch(msg),
      onError: (error) => link.#deafen(error),
    });
    // The server must know the subscription before anybody is told of a subject below it.
    await connection.nats.flush();
    await link.check();
    return link;
  }

  get shape(): StreamShape {
    return shapeFor(this.#connection.maxPayloadBytes);
  }

  whenConnected(): Promise<void> {
    return this.#connection.whenConnected(RECONNECT_PATIENCE_MS);
  }

  /** Throws when the link hears nothing any more, after closing its connection: another one has to be opened. */
  async check(): Promise<void> {
    if (this.#deafness === undefined) return;
    await this.#connection.close();
    throw this.#deafness;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Takes a stream in; the returned subject is its own. */
  add(stream: LinkedStream): string {
    if (this.#deafness !== undefined) throw this.#deafness;
    if (!this.#connection.connected) throw new PredastoreError('peer-unreachable', 'not connected to NATS');
    this.#lastId += 1;
    const id = this.#lastId.toString(36);
    this.#streams.set(id, stream);
    this.#sweep.start();
    return this.#base + id;
  }

  remove(subject: string): void {
    this.#streams.delete(subject.slice(this.#base.length));
    if (this.#streams.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Resolves when no stream is left. */
  idle(): Promise<void> {
    if (this.#streams.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  publish(
    subject: string,
    payload: Uint8Array | string,
    options: { reply?: string; headers?: MsgHdrs } = {},
  ): void {
    if (this.#connection.connected) this.#connection.nats.publish(subject, payload, options);
  }

  /** Sends one chunk, which must not change until it is acknowledged. */
  sendChunk(subject: string, reply: string, bytes: Uint8Array): void {
    if (!this.#connection.connected) return;
    if (!this.#wire.send(subject, reply, bytes)) this.#connection.nats.publish(subject, bytes, { reply });
  }

  /** Fails every stream, for closing. */
  abortAll(error: PredastoreError): void {
    this.#failAll(error);
  }

  #dispatch(msg: Msg): void {
    const path = msg.subject.slice(this.#base.length);
    const dot = path.indexOf('.');
    const id = dot < 0 ? path : path.slice(0, dot);
    const tail = dot < 0 ? undefined : path.slice(dot + 1);
    const stream = this.#streams.get(id);
    if (stream === undefined) this.#refuse(msg, tail);
    else stream.onMessage(msg, tail);
  }

  #takePiece(piece: ChunkPiece): void {
    const stream = this.#streams.get(piece.subject.slice(this.#base.length));
    if (stream !== undefined) stream.onPiece(piece);
    else if (piece.isFirst) this.#refuse(piece, undefined);
  }

  #refuse(msg: { readonly reply?: string | undefined }, tail: string | undefined): void {
    const { reply } = msg;
    if (!isReplySubject(reply)) return;
    const payload = errorPayload(UNKNOWN_STREAM);
    if (tail === undefined) {
      // A sender: its reply subject is `<ack>.<something>`.
      const end = reply.lastIndexOf('.');
      if (end > 0) this.publish(`${reply.slice(0, end)}.x`, payload);
    } else {
      // A receiver that starts a stream or asks whether we are there: its reply subject is its data subject.
      this.publish(reply, payload, { headers: singleHeader(HEADER.stream, 'abort') });
    }
  }

  #deafen(cause: Error): void {
    this.#deafness = new PredastoreError(
      'peer-unreachable',
      'NATS lets this process hear no body streams',
      cause,
    );
    this.#failAll(this.#deafness);
  }

  #tick(nowMs: number): boolean {
    for (const stream of [...this.#streams.values()]) stream.onTick(nowMs);
    return this.#streams.size > 0;
  }

  #failAll(error: PredastoreError): void {
    for (const stream of [...this.#streams.values()]) stream.onLost(error);
  }
}

/** Opens the link when it is first needed; a failure to open is tried again by the next one who needs it. */
export class LazyBulkLink {
  readonly #bus: Bus;
  readonly #prefix: string;
  #opening: Promise<BulkLink> | undefined;
  #link: BulkLink | undefined;

  constructor(bus: Bus, prefix: string) {
    this.#bus = bus;
    this.#prefix = prefix;
  }

  /** The link, if it was ever opened. */
  get opened(): BulkLink | undefined {
    return this.#link;
  }

  /** After a lost server the control connection may be back a moment before this one: that moment is waited for. */
  async get(): Promise<BulkLink> {
    this.#opening ??= this.#open();
    const link = await this.#opening;
    try {
      await link.check();
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
    await link.whenConnected();
    return link;
  }

  async #open(): Promise<BulkLink> {
    try {
      this.#link = await BulkLink.open(this.#bus, this.#prefix);
      return this.#link;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
