// The way of a body past NATS, on the side of the client: connections to nodes that granted a ticket.
//
// Owns: an identity that lives as long as the client, the connections (one to each node, kept), what is tried again and when.
// Refuses: the body itself (bus/byte-sender.ts, bus/byte-receiver.ts).
//
//   W1. Failing costs a pause at most: who cannot be reached within TICKET_DIAL_MS is not tried again for TICKET_DETOUR_MS, and the body goes
//       over NATS.
//   W2. A body begins on the pipe after the node admitted it, so that it never begins on both ways.

import { PipeReader, TICKET_BYTES, readAdmission, ticketFrame, type BytePipe } from '../bus/byte-pipe.ts';
import { isObject, type TicketHeader } from '../bus/envelope.ts';
import { isGuest } from '../bus/ticket-desk.ts';
import { errorOf, PredastoreError } from '../core/errors.ts';
import { TICKET_DETOUR_MS, TICKET_DIAL_MS } from '../core/limits.ts';
import { within, type Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { settled } from '../platform/supervise.ts';
import type { Transport, TransportConnection } from '../transport/transport.ts';

/** A pipe whose ticket was admitted. */
export interface AdmittedPipe {
  readonly pipe: BytePipe;
  /** Reads what follows the admission. */
  readonly reader: PipeReader;
}

/** Nodes that are connected to, and as many remembered as out of reach; a cluster has fewer. */
const NODES_MAX = 256;

export class QuicWay {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #connections = new Map<string, Promise<TransportConnection>>();
  readonly #avoidUntilMs = new Map<string, number>();

  private constructor(transport: Transport, clock: Clock, log: Logger) {
    this.#transport = transport;
    this.#clock = clock;
    this.#log = log;
  }

  /** Throws `invalid-config` where QUIC does not run on this platform. Loads it only now: few programs need it. */
  static async open(clock: Clock, log: Logger): Promise<QuicWay> {
    const { createTransport } = await import('../transport/create-transport.ts');
    const { generateNodeKey } = await import('../transport/node-key.ts');
    // Whom we dial is named by the ticket; nobody dials us.
    const membership = (): boolean => true;
    const options = { kind: 'quic', nodeKey: generateNodeKey(), membership, clock, logger: log } as const;
    return new QuicWay(createTransport(options), clock, log);
  }

  /** Who we prove to be: goes into `S3-Accept`. */
  get self(): string {
    return this.#transport.self;
  }

  /**
   * Presents the ticket in a header of the node; undefined when it cannot be used, and the body has to go over NATS. `to` is the
   * data subject of a body that is received, empty for one that is sent.
   */
  async pipeFor(header: unknown, to: string): Promise<AdmittedPipe | undefined> {
    const ticket = readTicket(header);
    if (ticket === undefined) return undefined;
    const node = `${ticket.peer}@${ticket.address}`;
    if (this.#isAvoided(node) || !this.#hasRoomFor(node)) return undefined;
    try {
      return await this.#present(ticket, node, to);
    } catch (error) {
      this.#log.debug('a body goes over NATS: its node was not reached past it', { node, error });
      this.#avoid(node);
      return undefined;
    }
  }

  close(): Promise<void> {
    this.#connections.clear();
    return this.#transport.close();
  }

  async #present(ticket: TicketHeader, node: string, to: string): Promise<AdmittedPipe> {
    const opening = this.#connection(ticket, node).then((connection) => connection.openStream());
    const pipe = await this.#inTime(opening, (late) => {
      const abandoned = opening.then((stream) => stream.abort(late));
      settled(abandoned, 'the dial failed, or its stream is given up');
    });
    const reader = new PipeReader(pipe);
    try {
      const frame = ticketFrame(Buffer.from(ticket.ticket, 'base64url'), to);
      // Who receives has said everything with that.
      const said = to === '' ? pipe.write(frame) : pipe.end(frame);
      await this.#inTime(Promise.all([said, readAdmission(reader)]), (late) => {
        pipe.abort(late);
      });
    } catch (error) {
      pipe.abort(errorOf(error));
      throw error;
    }
    return { pipe, reader };
  }

  #connection({ address, peer }: TicketHeader, node: string): Promise<TransportConnection> {
    const known = this.#connections.get(node);
    if (known !== undefined) return known;
    const dialled = this.#transport.connect(parseAddress(address), peer);
    this.#connections.set(node, dialled);
    const forget = (): void => {
      if (this.#connections.get(node) === dialled) this.#connections.delete(node);
    };
    dialled.then((connection) => connection.closed).then(forget, forget);
    return dialled;
  }

  async #inTime<T>(work: Promise<T>, giveUp: (late: Error) => void): Promise<T> {
    const late = new PredastoreError('peer-stalled', 'the node did not answer past NATS in time');
    try {
      return await within(this.#clock, TICKET_DIAL_MS, work, () => late);
    } catch (error) {
      if (error === late) giveUp(late);
      throw error;
    }
  }

  #isAvoided(node: string): boolean {
    return this.#clock.monotonicMs() < (this.#avoidUntilMs.get(node) ?? 0);
  }

  #hasRoomFor(node: string): boolean {
    return this.#connections.has(node) || this.#connections.size < NODES_MAX;
  }

  #avoid(node: string): void {
    const [oldest] = this.#avoidUntilMs.keys();
    if (this.#avoidUntilMs.size >= NODES_MAX && oldest !== undefined) this.#avoidUntilMs.delete(oldest);
    this.#avoidUntilMs.set(node, this.#clock.monotonicMs() + TICKET_DETOUR_MS);
  }
}

/** A ticket that can be used; undefined where there is none, or it is of a kind that we do not know. */
function readTicket(value: unknown): TicketHeader | undefined {
  if (!isObject(value)) return undefined;
  const { address, peer, ticket } = value;
  if (typeof address !== 'string' || !isGuest(peer) || typeof ticket !== 'string') return undefined;
  return Buffer.from(ticket, 'base64url').length === TICKET_BYTES ? { address, peer, ticket } : undefined;
}

/** `host:port`, an IPv6 address in brackets. */
function parseAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(at + 1)) };
}
