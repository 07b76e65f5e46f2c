// Connections of this process to NATS.
//
// Owns: how we authenticate, how we wait for the first connection, how a connection that is lost is noticed, and the
// order in which everything is closed. Refuses: what travels on a connection (requests, streams, KV are other files).
//   C1. A connection once made is kept for ever: reconnecting has no last attempt. (The library's default of ten
//       attempts has cost others a day without service.)
//   C2. Core NATS delivers at most once: whoever waits for a message hears of a lost connection through `onLost`.
//   C3. Bulk bytes never share a connection with control messages: `openBulk` makes one of its own.
//   C4. A message that its receiver cannot take is dropped and logged: `subscribe`. (An error thrown into the library
//       ends its reading of the connection, and a header that anybody sends can make parsing throw.)
// The NatsConnection is for files of this room only.

import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
  type Status,
  type Subscription,
} from '@nats-io/transport-node';

import { PredastoreError, messageOf } from '../core/errors.ts';
import { within, type Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { backoffMs, type Random } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import { connectWired, type ChunkWire } from './chunk-wire.ts';
import { Outbox } from './outbox.ts';

export type BusAuth =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** `seed` as `nk` prints it: SU… */
  | { readonly kind: 'nkey'; readonly seed: string }
  /** The text of a `.creds` file. */
  | { readonly kind: 'creds'; readonly creds: string };

export interface BusTls {
  readonly caFile?: string;
  /** The authority itself, as PEM. */
  readonly ca?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** TLS before the server's INFO line, for servers that want it so. */
  readonly handshakeFirst?: boolean;
}

export interface BusOptions {
  readonly servers: readonly string[];
  /** Shown by `nats server report connections`. */
  readonly name: string;
  readonly auth?: BusAuth;
  readonly tls?: BusTls;
  /** Reply subjects start with it; permission templates give every role its own. */
  readonly inboxPrefix?: string;
  /** How long the first connection may take, all attempts together. */
  readonly connectPatienceMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Hearing {
  readonly queue?: string;
  readonly onMessage: (msg: Msg) => void;
  readonly onError?: (error: Error) => void;
}

type LostListener = (reason: PredastoreError) => void;

const CONNECT_PATIENCE_MS = 60_000;
const DIAL_TIMEOUT_MS = 5_000;
const RECONNECT_WAIT_MS = 250;
const RECONNECT_JITTER_MS = 250;
const RETRY_MAX_MS = 5_000;
/** A server that answers no ping for two of these is taken for dead. */
const PING_INTERVAL_MS = 5_000;
const PINGS_OUT_MAX = 2;
const CLOSE_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;
const LOST_EVENTS: ReadonlySet<Status['type']> = new Set(['disconnect', 'staleConnection', 'forceReconnect']);

/** One connection, and what is known of its health. */
export class BusConnection {
  readonly nats: NatsConnection;
  readonly inboxPrefix: string;
  /** For small messages of many requests. */
  readonly outbox = new Outbox();
  /** Resolves when the connection is closed for good; with an error when nobody asked for it. */
  readonly closed: Promise<Error | undefined>;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #lostListeners = new Set<LostListener>();
  readonly #reconnectWaiters = new Set<() => void>();
  #connected = true;
  #closing = false;
  #maxPayloadBytes: number;

  constructor(nats: NatsConnection, options: BusOptions) {
    this.nats = nats;
    this.inboxPrefix = options.inboxPrefix ?? '_INBOX';
    this.#log = options.log;
    this.#clock = options.clock;
    this.#maxPayloadBytes = nats.info?.max_payload ?? DEFAULT_MAX_PAYLOAD_BYTES;
    this.closed = this.#watchClosed();
    supervise(this.#watchStatus(), options.log, 'watching a NATS connection');
  }

  /** False while the client is looking for a server; what is published then is lost. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Resolves when there is a connection; rejects when there is none after `limitMs`. */
  async whenConnected(limitMs: number): Promise<void> {
    if (this.#connected) return;
    let waiter: () => void = () => undefined;
    const reconnected = new Promise<void>((resolve) => {
      waiter = resolve;
      this.#reconnectWaiters.add(resolve);
    });
    const failure = (): Error => new PredastoreError('peer-unreachable', 'not connected to NATS');
    try {
      await within(this.#clock, limitMs, reconnected, failure);
    } finally {
      this.#reconnectWaiters.delete(waiter);
    }
  }

  /** What the server takes in one message, headers included. */
  get maxPayloadBytes(): number {
    return this.#maxPayloadBytes;
  }

  /** Calls `listener` every time messages may have been lost, and once when the connection is closed for good. */
  onLost(listener: LostListener): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  subscribe(subject: string, { queue, onMessage, onError }: Hearing): Subscription {
    return this.nats.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (failure, msg) => {
        try {
          if (failure === null) onMessage(msg);
          else onError?.(failure);
        } catch (error) {
          this.#log.warn('a message was dropped', { subject, error });
        }
      },
    });
  }

  /** Sends one message; it is lost when there is no connection just now. */
  publish(subject: string, payload: Uint8Array | string): void {
    if (this.#connected) this.nats.publish(subject, payload);
  }

  /** Sends what is pending and closes. Ends within seconds, also when no server is there. */
  async close(): Promise<void> {
    if (this.#closing) {
      await this.closed;
      return;
    }
    this.#closing = true;
    try {
      if (this.#connected) await within(this.#clock, CLOSE_TIMEOUT_MS, this.nats.drain(), drainTooSlow);
    } catch (error) {
      this.#log.warn('a NATS connection was closed before it was drained', { reason: messageOf(error) });
    }
    await this.nats.close();
  }

  async #watchStatus(): Promise<void> {
    for await (const status of this.nats.status()) {
      this.#report(status);
      if (LOST_EVENTS.has(status.type)) this.#lose(`connection to NATS: ${status.type}`);
      if (status.type === 'reconnect') {
        this.#connected = true;
        this.#maxPayloadBytes = this.nats.info?.max_payload ?? this.#maxPayloadBytes;
        for (const resolve of this.#reconnectWaiters) resolve();
      }
    }
  }

  #report(status: Status): void {
    switch (status.type) {
      case 'ping':
      case 'reconnecting':
      case 'update':
      case 'close': {
        this.#log.debug(`NATS ${status.type}`);
        return;
      }
      case 'error': {
        this.#log.warn('NATS reports an error', { reason: status.error.message });
        return;
      }
      case 'disconnect':
      case 'reconnect':
      case 'ldm': {
        this.#log.warn(`NATS ${status.type}`, { server: status.server });
        return;
      }
      default: {
        this.#log.warn(`NATS ${status.type}`);
        return;
      }
    }
  }

  #lose(message: string): void {
    this.#connected = false;
    const reason = new PredastoreError('peer-unreachable', message);
    for (const listener of [...this.#lostListeners]) listener(reason);
  }

  async #watchClosed(): Promise<Error | undefined> {
    const reason = await this.nats.closed();
    this.#lose('connection to NATS: closed');
    if (this.#closing) return undefined;
    const error =
      reason instanceof Error ? reason : new PredastoreError('internal', 'closed without a reason');
    this.#log.error('a NATS connection ended for good', { error });
    return error;
  }
}

function drainTooSlow(): Error {
  return new PredastoreError('peer-stalled', `not drained within ${CLOSE_TIMEOUT_MS} ms`);
}

/** The process's way to NATS: the control connection, and bulk connections on demand. */
export class Bus {
  readonly control: BusConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly #options: BusOptions;
  readonly #bulk = new Set<BusConnection>();
  #closed = false;

  constructor(control: BusConnection, options: BusOptions) {
    this.control = control;
    this.clock = options.clock;
    this.random = options.random;
    this.log = options.log;
    this.#options = options;
  }

  /** One more connection, for body streams, whose chunks go by `wire`; closed together with the bus. */
  async openBulk(wire: ChunkWire): Promise<BusConnection> {
    const connection = await openConnection({ ...this.#options, name: `${this.#options.name} bulk` }, wire);
    if (this.#closed) {
      await connection.close();
      throw new PredastoreError('store-closed', 'the bus is closed');
    }
    this.#bulk.add(connection);
    void connection.closed.then(() => this.#bulk.delete(connection));
    return connection;
  }

  /** Closes every connection. Servers and clients on the bus are stopped before. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#bulk].map((connection) => connection.close()));
    await this.control.close();
  }
}

/** Connects to NATS, trying again until `connectPatienceMs` is over. Refused credentials fail at once. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  return new Bus(await openConnection(options), options);
}

async function openConnection(options: BusOptions, wire?: ChunkWire): Promise<BusConnection> {
  const { clock, log, random } = options;
  const deadlineMs = clock.monotonicMs() + (options.connectPatienceMs ?? CONNECT_PATIENCE_MS);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return new BusConnection(await connectWired(connectionOptions(options), wire), options);
    } catch (error) {
      const reason = messageOf(error);
      if (isRefusal(error)) {
        throw new PredastoreError('invalid-config', `NATS refuses our credentials: ${reason}`, error);
      }
      const waitMs = RECONNECT_WAIT_MS / 2 + backoffMs(random, attempt, RECONNECT_WAIT_MS, RETRY_MAX_MS);
      if (clock.monotonicMs() + waitMs > deadlineMs) {
        const servers = options.servers.join(', ');
        throw new PredastoreError('peer-unreachable', `no NATS server at ${servers}: ${reason}`, error);
      }
      log.warn('no NATS server yet', { servers: options.servers, attempt, reason });
      await clock.sleep(waitMs);
    }
  }
}

function isRefusal(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'AuthorizationError'
  );
}

function connectionOptions(options: BusOptions): NodeConnectionOptions {
  const { auth, tls, inboxPrefix } = options;
  return {
    servers: [...options.servers],
    name: options.name,
    timeout: DIAL_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    reconnectJitterTLS: RECONNECT_JITTER_MS,
    // Credentials may be refused for a moment while a server reloads; giving up then would be for ever.
    ignoreAuthErrorAbort: true,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_OUT_MAX,
    noAsyncTraces: true,
    ...(auth === undefined ? {} : { authenticator: authenticatorOf(auth) }),
    ...(tls === undefined ? {} : { tls }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  };
}

function authenticatorOf(auth: BusAuth): Authenticator {
  switch (auth.kind) {
    case 'token':
      return tokenAuthenticator(auth.token);
    case 'password':
      return usernamePasswordAuthenticator(auth.user, auth.password);
    case 'nkey':
      return nkeyAuthenticator(new TextEncoder().encode(auth.seed.trim()));
    case 'creds':
      return credsAuthenticator(new TextEncoder().encode(auth.creds));
  }
}
