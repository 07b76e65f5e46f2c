// The accepting end: pipes of proven members become lanes, whose streams go to the handler.

import { PredastoreError, wrapError } from '../core/errors.ts';
import { TRANSPORT_STREAMS_MAX } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { BatchBuffers } from './batch-buffers.ts';
import type { FramedStream } from './framed-stream.ts';
import { Lane } from './lane.ts';
import type { RawPipe } from './raw-pipe.ts';
import type { PeerId, StreamHandler } from './transport.ts';

export interface LaneAcceptorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly buffers: BatchBuffers;
  readonly onStream: StreamHandler;
}

export class LaneAcceptor {
  readonly #options: LaneAcceptorOptions;
  readonly #lanes = new Map<PeerId, Set<Lane>>();

  constructor(options: LaneAcceptorOptions) {
    this.#options = options;
  }

  /** Carries the streams of `peer` on `pipe`; false, and the pipe destroyed, when the peer has too many already. */
  accept(pipe: RawPipe, peer: PeerId): Lane | undefined {
    const lanes = this.#lanes.get(peer) ?? new Set();
    if (lanes.size >= TRANSPORT_STREAMS_MAX) {
      this.#options.logger.warn('a peer opens too many streams', { peer });
      pipe.destroy();
      return undefined;
    }
    const lane = new Lane(pipe, {
      role: 'acceptor',
      clock: this.#options.clock,
      buffers: this.#options.buffers,
      events: {
        stream: (stream) => this.#handle(stream, peer),
        welcomed: () => {},
        idle: () => {},
        gone: (gone, error, ending) => {
          lanes.delete(gone);
          if (lanes.size === 0) this.#lanes.delete(peer);
          if (ending === 'violation') this.#options.logger.warn('a peer broke the protocol', { peer, error });
        },
      },
    });
    lanes.add(lane);
    this.#lanes.set(peer, lanes);
    lane.start();
    return lane;
  }

  /** Fails every stream and lets go of every pipe. */
  destroyAll(error: Error): void {
    for (const lanes of [...this.#lanes.values()]) for (const lane of [...lanes]) lane.destroy(error);
  }

  #handle(stream: FramedStream, peer: PeerId): void {
    try {
      this.#options.onStream(stream, peer);
    } catch (error) {
      this.#options.logger.error('a stream handler failed', { peer, error });
      stream.abort(wrapError('internal', 'the handler failed', error));
    }
  }
}

/** What streams fail with when their listener closes. */
export function listenerClosed(): PredastoreError {
  return new PredastoreError('peer-unreachable', 'the listener was closed');
}
