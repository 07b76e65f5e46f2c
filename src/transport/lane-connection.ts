// The dialling end of a connection: hands out streams, each on an idle lane or a new one.
//
// Shared by QUIC and TLS. Owns: which lanes are idle, the bounded line of callers waiting for one.
// Invariants:
//   C1. At most `lanesMax` lanes exist or are being opened; callers beyond wait in a bounded line.
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
  /** Opens one more pipe to the proven peer. */
  readonly openPipe: () => Promise<RawPipe>;
  /** Whether the death of one pipe means that the peer is gone: so for sockets, not for streams of one QUIC connection. */
  readonly pipeDeathIsFatal: boolean;
  /** Lets go of what lies below the pipes; called once. */
  readonly release: () => void;
}

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
    if (this.#lanes.size + this.#opening < this.#options.lanesMax) return this.#openLane();
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

  async #openLane(): Promise<TransportStream> {
    this.#opening += 1;
    try {
      const late = (): Error => new PredastoreError('peer-unreachable', 'no lane could be opened in time');
      const pipe = this.#options.openPipe();
      const opened = await within(this.#options.clock, PEER_OPEN_TIMEOUT_MS, pipe, late).catch(
        (error: unknown) => {
          settled(
            pipe.then((unused) => unused.destroy()),
            'the caller got the timeout',
          );
          throw wrapError('peer-unreachable', 'no lane could be opened', error);
        },
      );
      if (this.#failure !== undefined) {
        opened.destroy();
        throw this.#failure;
      }
      return this.#adopt(opened).open();
    } finally {
      this.#opening -= 1;
    }
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
        reject(new PredastoreError('overloaded', 'no lane to the peer became free in time'));
      });
      const waiter: Waiter = { resolve, reject, timer };
      this.#waiting.add(waiter);
    });
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
    const waiter = this.#failure === undefined ? this.#firstWaiter() : undefined;
    if (waiter !== undefined) this.#openLane().then(waiter.resolve, waiter.reject);
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
