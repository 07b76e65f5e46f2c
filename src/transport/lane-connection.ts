// The dialling end of a connection: hands out streams, each on an idle lane or a new one.
//
// Shared by QUIC and TLS. Owns: which lanes are idle, the bounded line of callers waiting for one.
// Invariants:
//   C1. At most `lanesMax` lanes exist or are being opened; whoever finds none idle waits in a bounded line, first come, first served.
//   C2. After the first fatal ending every lane, waiting caller and later call fails with that one error.

import { PredastoreError, wrapError } from '../core/errors.ts';
import { PEER_OPEN_TIMEOUT_MS, TRANSPORT_IDLE_LANES_MAX, TRANSPORT_LANE_LINE_MAX } from '../core/limits.ts';
import { within, type Clock, type Timer } from '../platform/clock.ts';
import { settled } from '../platform/supervise.ts';
import type { BatchBuffers } from './batch-buffers.ts';
import { Lane, type LaneEnding } from './lane.ts';
import type { RawPipe } from './raw-pipe.ts';
import type { PeerId, TransportConnection, TransportStream } from './transport.ts';

export interface LaneConnectionOptions {
  readonly peer: PeerId;
  readonly clock: Clock;
  readonly buffers: BatchBuffers;
  readonly lanesMax: number;
  /** Opens one more pipe to the proven peer; settles within a bound of its own or when the peer is gone. */
  readonly openPipe: () => Promise<RawPipe>;
  /** Whether the death of one pipe means that the peer is gone: so for sockets, not for streams of one QUIC connection. */
  readonly pipeDeathIsFatal: boolean;
  /** Lets go of what lies below the pipes; called once. */
  readonly release: () => void;
}

/** Lanes being opened at once: more handshakes side by side only delay each other, and a lane may become free meanwhile. */
const OPENING_MAX = 8;

interface Waiter {
  readonly resolve: (stream: TransportStream) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

export class LaneConnection implements TransportConnection {
  readonly peer: PeerId;
  readonly closed: Promise<Error>;
  readonly #options: LaneConnectionOptions;
  readonly #lanes = new Set<Lane>();
  /** Last in, first out: the lane used last is the warmest. */
  readonly #idle: Lane[] = [];
  readonly #waiting = new Set<Waiter>();
  #opening = 0;
  #failure: Error | undefined;
  #settleClosed: (error: Error) => void = () => {};
  #greeted = false;
  #welcomed: () => void = () => {};

  constructor(options: LaneConnectionOptions) {
    this.peer = options.peer;
    this.#options = options;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
  }

  /** Opens the first lane on `pipe` and waits until the other end has greeted us: it took us for a member. */
  async greet(pipe: RawPipe): Promise<void> {
    const welcome = new Promise<void>((resolve) => (this.#welcomed = resolve));
    this.#idle.push(this.#adopt(pipe));
    const refused = this.closed.then((error) => Promise.reject(error));
    const late = (): Error =>
      new PredastoreError('peer-unreachable', 'the other end did not greet us in time');
    try {
      await within(this.#options.clock, PEER_OPEN_TIMEOUT_MS, Promise.race([welcome, refused]), late);
      this.#greeted = true;
    } catch (error) {
      this.fail(wrapError('peer-unreachable', 'no greeting', error));
      throw this.#failure ?? error;
    }
  }

  openStream(): Promise<TransportStream> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const lane = this.#idle.pop();
    if (lane !== undefined) return Promise.resolve(lane.open());
    return this.#wait();
  }

  close(): Promise<void> {
    this.fail(new PredastoreError('peer-unreachable', 'the connection was closed'));
    return Promise.resolve();
  }

  /** Ends everything with `error`; the first one counts. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#idle.length = 0;
    for (const lane of [...this.#lanes]) lane.destroy(error);
    for (const waiter of this.#waiting) {
      waiter.timer.cancel();
      waiter.reject(error);
    }
    this.#waiting.clear();
    this.#options.release();
    this.#settleClosed(error);
  }

  #wait(): Promise<TransportStream> {
    if (this.#waiting.size >= TRANSPORT_LANE_LINE_MAX) {
      return Promise.reject(
        new PredastoreError('overloaded', 'too many streams wait for a lane to the peer'),
      );
    }
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(PEER_OPEN_TIMEOUT_MS, () => {
        this.#waiting.delete(waiter);
        reject(this.#waitedTooLong());
      });
      const waiter: Waiter = { resolve, reject, timer };
      this.#waiting.add(waiter);
      this.#openMore();
    });
  }

  #waitedTooLong(): PredastoreError {
    return this.#lanes.size >= this.#options.lanesMax
      ? new PredastoreError('overloaded', 'no lane to the peer became free in time')
      : new PredastoreError('peer-unreachable', 'no lane to the peer could be opened in time');
  }

  /** Opens lanes for those who wait; each goes to whoever is first in line when it is there. */
  #openMore(): void {
    const wanted = Math.min(this.#waiting.size, OPENING_MAX, this.#options.lanesMax - this.#lanes.size);
    while (this.#opening < wanted && this.#failure === undefined) {
      this.#opening += 1;
      settled(this.#openLane(), 'a failure is told to the first in line');
    }
  }

  async #openLane(): Promise<void> {
    try {
      const pipe = await this.#options.openPipe();
      if (this.#failure === undefined) this.#onIdle(this.#adopt(pipe));
      else pipe.destroy();
    } catch (error) {
      this.#firstWaiter()?.reject(wrapError('peer-unreachable', 'no lane could be opened', error));
    } finally {
      this.#opening -= 1;
      this.#openMore();
    }
  }

  #adopt(pipe: RawPipe): Lane {
    const lane = new Lane(pipe, {
      role: 'dialer',
      clock: this.#options.clock,
      buffers: this.#options.buffers,
      events: {
        stream: (stream) =>
          stream.abort(new PredastoreError('peer-protocol', 'a dialler accepts no streams')),
        welcomed: () => this.#welcomed(),
        idle: (free) => this.#onIdle(free),
        gone: (dead, error, ending) => this.#onGone(dead, error, ending),
      },
    });
    this.#lanes.add(lane);
    lane.start();
    return lane;
  }

  #onIdle(lane: Lane): void {
    const waiter = this.#firstWaiter();
    if (waiter !== undefined) waiter.resolve(lane.open());
    else if (this.#idle.length < TRANSPORT_IDLE_LANES_MAX) this.#idle.push(lane);
    else lane.retire();
  }

  #onGone(lane: Lane, error: Error, ending: LaneEnding): void {
    this.#lanes.delete(lane);
    const at = this.#idle.indexOf(lane);
    if (at !== -1) this.#idle.splice(at, 1);
    if (!this.#greeted || (ending === 'pipe' && this.#options.pipeDeathIsFatal)) {
      this.fail(error);
      return;
    }
    this.#openMore();
  }

  #firstWaiter(): Waiter | undefined {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      waiter.timer.cancel();
      return waiter;
    }
    return undefined;
  }
}
