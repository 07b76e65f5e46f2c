// Tickets for bodies that go past the NATS servers, on the side of the node that grants them (docs/decisions/quic-tickets.md).
//
// Owns: which tickets are good, for whom, how long. Refuses: the transport (its owner hands streams in and asks whom to let in).
//
//   D1. A ticket is good once, for TICKET_LIFE_MS, for one body of one request, and only in the hands of the guest to whom it was granted.
//   D2. Only their hashes are kept.
//   D3. A guest without a ticket is a stranger: it is not let in, and a stream that presents nothing good is aborted within
//       TICKET_PRESENT_MS, having cost the memory of one frame.
//   D4. A ticket that cannot be granted costs nothing: the body has its way over NATS.

import { createHash } from 'node:crypto';
import { errorOf, PredastoreError } from '../core/errors.ts';
import {
  TICKET_LIFE_MS,
  TICKET_PRESENT_MS,
  TICKETS_MAX,
  TICKETS_PER_GUEST_MAX,
  TICKETS_PRESENTED_MAX,
  TICKETS_PRESENTED_PER_GUEST_MAX,
} from '../core/limits.ts';
import { within, type Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { noMetrics, type CounterMetric, type Metrics } from '../platform/metrics.ts';
import type { Random } from '../platform/random.ts';
import { settled, supervise } from '../platform/supervise.ts';
import { PipeReader, TICKET_BYTES, admission, readTicketFrame, type BytePipe } from './byte-pipe.ts';
import type { TicketHeader } from './envelope.ts';

/** Where the pipes of one body go. */
export interface TicketHolder {
  /** `receives`: once a ticket is admitted the node has nothing more to say on the pipe. */
  readonly node: 'receives' | 'sends';
  /** Takes the body's bytes from or to here; false when they have another way by now. */
  take(pipe: BytePipe, reader: PipeReader, to: string | undefined): boolean;
}

export interface GrantedTicket {
  readonly header: TicketHeader;
  /** The body needs no other way any more. */
  withdraw(): void;
}

export interface TicketDeskOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** `host:port` where guests find us, and who we prove to be there. */
  readonly address: string;
  readonly peer: string;
}

interface OpenTicket {
  readonly guest: string;
  readonly untilMs: number;
  readonly holder: TicketHolder;
}

const GUEST_PATTERN = /^[0-9a-f]{64}$/;

/** Whether a text can be the identity of a guest: the hex of an ed25519 public key. */
export function isGuest(text: unknown): text is string {
  return typeof text === 'string' && GUEST_PATTERN.test(text);
}

export class TicketDesk {
  readonly #options: TicketDeskOptions;
  /** By the hash of the ticket; the oldest first, and all live equally long. */
  readonly #tickets = new Map<string, OpenTicket>();
  /** Good tickets of each guest. */
  readonly #perGuest = new Map<string, number>();
  readonly #used: CounterMetric;
  /** Streams that have not presented a ticket yet: all of them, and those of each guest. */
  #presented = 0;
  readonly #presenting = new Map<string, number>();

  constructor(options: TicketDeskOptions) {
    this.#options = options;
    this.#used = (options.metrics ?? noMetrics).counter(
      'predastore_tickets_total',
      'Tickets for bodies past NATS that were presented, by outcome',
      ['outcome'],
    );
  }

  /** Tickets that are good. */
  get open(): number {
    this.#expire();
    return this.#tickets.size;
  }

  /** A ticket for `guest`; undefined when there are too many: the body then goes over NATS. */
  grant(guest: string, holder: TicketHolder): GrantedTicket | undefined {
    this.#expire();
    const own = this.#perGuest.get(guest) ?? 0;
    if (this.#tickets.size >= TICKETS_MAX || own >= TICKETS_PER_GUEST_MAX) return undefined;
    const { clock, random, address, peer } = this.#options;
    const ticket = Buffer.from(random.bytes(TICKET_BYTES));
    const hash = hashOf(ticket);
    this.#tickets.set(hash, { guest, holder, untilMs: clock.monotonicMs() + TICKET_LIFE_MS });
    tally(this.#perGuest, guest, 1);
    return {
      header: { address, peer, ticket: ticket.toString('base64url') },
      withdraw: () => {
        this.#remove(hash);
      },
    };
  }

  /** Whether somebody who proved this identity is let in. */
  isExpected(peer: string): boolean {
    this.#expire();
    return this.#perGuest.has(peer);
  }

  /** A guest opened a stream. Never throws. */
  receive(pipe: BytePipe, guest: string): void {
    const own = this.#presenting.get(guest) ?? 0;
    if (this.#presented >= TICKETS_PRESENTED_MAX || own >= TICKETS_PRESENTED_PER_GUEST_MAX) {
      pipe.abort(new PredastoreError('overloaded', 'too many tickets are presented at once'));
      return;
    }
    this.#presented += 1;
    tally(this.#presenting, guest, 1);
    const served = this.#serve(pipe, guest).finally(() => {
      this.#presented -= 1;
      tally(this.#presenting, guest, -1);
    });
    supervise(served, this.#options.log, 'a ticket');
  }

  async #serve(pipe: BytePipe, guest: string): Promise<void> {
    const reader = new PipeReader(pipe);
    try {
      const late = (): Error => new PredastoreError('peer-stalled', 'no ticket was presented');
      const reading = readTicketFrame(reader);
      const { ticket, to } = await within(this.#options.clock, TICKET_PRESENT_MS, reading, late);
      this.#admit(pipe, reader, this.#redeem(ticket, guest), to);
      this.#used.add(1, { outcome: 'admitted' });
    } catch (error) {
      this.#used.add(1, { outcome: 'refused' });
      this.#options.log.debug('a ticket was refused', { guest, error });
      pipe.abort(errorOf(error));
    }
  }

  #redeem(ticket: Uint8Array, guest: string): TicketHolder {
    this.#expire();
    const hash = hashOf(ticket);
    const open = this.#tickets.get(hash);
    if (open?.guest !== guest) throw new PredastoreError('peer-rejected', 'there is no such ticket');
    this.#remove(hash);
    return open.holder;
  }

  #admit(pipe: BytePipe, reader: PipeReader, holder: TicketHolder, to: string | undefined): void {
    if (holder.node === 'sends' && to === undefined) {
      throw new PredastoreError('peer-protocol', 'a caller that receives names its data subject');
    }
    if (!holder.take(pipe, reader, to)) {
      throw new PredastoreError('cancelled', 'the body has another way, or none any more');
    }
    // Written before anything that the holder writes in later turns.
    const said = holder.node === 'sends' ? pipe.write(admission()) : pipe.end(admission());
    settled(said, 'a pipe that is broken already fails the body');
  }

  #remove(hash: string): void {
    const open = this.#tickets.get(hash);
    if (open === undefined) return;
    this.#tickets.delete(hash);
    tally(this.#perGuest, open.guest, -1);
  }

  #expire(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [hash, { untilMs }] of this.#tickets) {
      if (untilMs > nowMs) return;
      this.#remove(hash);
    }
  }
}

/** Counts for a guest; who has none left is forgotten. */
function tally(counts: Map<string, number>, guest: string, by: 1 | -1): void {
  const count = (counts.get(guest) ?? 0) + by;
  if (count === 0) counts.delete(guest);
  else counts.set(guest, count);
}

function hashOf(ticket: Uint8Array): string {
  return createHash('sha256').update(ticket).digest('base64');
}
