// The NATS micro protocol (ADR-32): how `nats micro ls|info|stats` finds a node and sees its endpoints.
//
// Field names and types are the protocol's. Discovery only: requests themselves are operation-server.ts.

import type { Subscription } from '@nats-io/transport-node';

import { isReplySubject } from './byte-stream.ts';
import type { Bus } from './connection.ts';

export interface ServiceIdentity {
  /** Letters, digits, `-` and `_`. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface EndpointIdentity {
  readonly name: string;
  readonly subject: string;
  /** Empty: every instance answers. */
  readonly queueGroup: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const TYPE_PREFIX = 'io.nats.micro.v1';
const NANOSECONDS_PER_MS = 1_000_000;

/** Counts of one endpoint since the start of the service. */
export class EndpointStats {
  readonly identity: EndpointIdentity;
  #requests = 0;
  #errors = 0;
  #lastError = '';
  #busyMs = 0;

  constructor(identity: EndpointIdentity) {
    this.identity = identity;
  }

  record(tookMs: number, errorCode: string | undefined): void {
    this.#requests += 1;
    this.#busyMs += tookMs;
    if (errorCode === undefined) return;
    this.#errors += 1;
    this.#lastError = errorCode;
  }

  describe(): object {
    const { name, subject, queueGroup, metadata } = this.identity;
    return { name, subject, queue_group: queueGroup, metadata };
  }

  report(): object {
    const { name, subject, queueGroup } = this.identity;
    const busyNs = Math.round(this.#busyMs * NANOSECONDS_PER_MS);
    return {
      name,
      subject,
      queue_group: queueGroup,
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: busyNs,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(busyNs / this.#requests),
    };
  }
}

export class MicroService {
  readonly id: string;
  readonly #bus: Bus;
  readonly #identity: ServiceIdentity;
  readonly #endpoints: EndpointStats[] = [];
  readonly #started: string;
  readonly #subscriptions: Subscription[] = [];

  constructor(bus: Bus, identity: ServiceIdentity) {
    this.id = bus.random.bytes(11).toString('hex').toUpperCase();
    this.#bus = bus;
    this.#identity = identity;
    this.#started = new Date(bus.clock.nowMs()).toISOString();
  }

  addEndpoint(identity: EndpointIdentity): EndpointStats {
    const stats = new EndpointStats(identity);
    this.#endpoints.push(stats);
    return stats;
  }

  /** Answers on `$SRV.<verb>`, `$SRV.<verb>.<name>` and `$SRV.<verb>.<name>.<id>`. */
  start(): void {
    this.#answer('PING', () => this.#head('ping_response'));
    this.#answer('INFO', () => ({
      ...this.#head('info_response'),
      description: this.#identity.description,
      endpoints: this.#endpoints.map((endpoint) => endpoint.describe()),
    }));
    this.#answer('STATS', () => ({
      ...this.#head('stats_response'),
      started: this.#started,
      endpoints: this.#endpoints.map((endpoint) => endpoint.report()),
    }));
  }

  stop(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
  }

  #head(kind: string): object {
    const { name, version, metadata } = this.#identity;
    return { type: `${TYPE_PREFIX}.${kind}`, name, id: this.id, version, metadata };
  }

  #answer(verb: string, document: () => object): void {
    const { name } = this.#identity;
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${this.id}`]) {
      const subscription = this.#bus.control.subscribe(subject, {
        onMessage: (msg) => {
          if (isReplySubject(msg.reply)) msg.respond(JSON.stringify(document()));
        },
      });
      this.#subscriptions.push(subscription);
    }
  }
}
