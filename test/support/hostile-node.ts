// A client with a clock of its own, and one remote node that answers as a test wants it to, over a real pipe transport.

import { nodeId } from '../../src/core/ids.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createShardClient } from '../../src/shards/node-shard-client.ts';
import type { ShardClient } from '../../src/shards/shard-client.ts';
import { encodeGetReply, OK_REPLY } from '../../src/shards/wire-format.ts';
import { createTransport } from '../../src/transport/create-transport.ts';
import { generateNodeKey } from '../../src/transport/node-key.ts';
import { PipeNetwork } from '../../src/transport/pipe-transport.ts';
import type {
  PeerAddress,
  Transport,
  TransportConnection,
  TransportListener,
  TransportStream,
} from '../../src/transport/transport.ts';
import { ManualClock } from './manual-clock.ts';

export const HOSTILE = nodeId(2);

/** Plays one stream; what it throws is the end of that stream's play only. */
export type Play = (stream: TransportStream, operation: string) => Promise<void>;

const OPERATIONS = ['', 'put', 'get', 'stat', 'remove', 'ping'];

/** A play that does what it should for pings and whatever `play` says for everything else. */
export const honestPings =
  (play: Play): Play =>
  async (stream, operation) => {
    if (operation === 'ping') await stream.end(OK_REPLY);
    else await play(stream, operation);
  };

/** Waits until nobody listens any more. */
export function hang(): Promise<never> {
  return new Promise(() => {});
}

export function getReply(lengthBytes: number, bytes: Uint8Array = Buffer.alloc(lengthBytes, 1)): Buffer {
  return Buffer.concat([encodeGetReply(lengthBytes), bytes]);
}

export class HostileNode {
  readonly clock = new ManualClock();
  /** Connections that were dialled. */
  dials = 0;
  /** Operations that arrived, by name. */
  readonly arrived: string[] = [];
  play: Play;
  /** Replaces the opening of connections or streams. */
  readonly faults: {
    connect?: () => Promise<TransportConnection>;
    openStream?: () => Promise<TransportStream>;
  } = {};
  readonly client: ShardClient;
  /** The connection that was dialled last. */
  connection: TransportConnection | undefined;
  readonly #transport: Transport;
  readonly #server: Transport;
  #listener: TransportListener | undefined;
  #address: PeerAddress = { host: '127.0.0.1', port: 0 };

  constructor(play: Play) {
    this.play = play;
    const network = new PipeNetwork();
    const shared = { clock: systemClock, logger: silentLogger, membership: () => true, network };
    this.#server = createTransport({ ...shared, kind: 'pipe', nodeKey: generateNodeKey() });
    this.#transport = createTransport({ ...shared, kind: 'pipe', nodeKey: generateNodeKey() });
    this.client = createShardClient({
      transport: this.#faulty(this.#transport),
      self: nodeId(1),
      resolve: (node) =>
        node === HOSTILE && this.#address.port > 0
          ? { address: this.#address, peerId: this.#server.self }
          : undefined,
      clock: this.clock,
      random: { ...systemRandom, fraction: () => 0.5 },
      logger: silentLogger,
      metrics: noMetrics,
    });
  }

  static async start(play: Play): Promise<HostileNode> {
    const node = new HostileNode(play);
    await node.listen();
    return node;
  }

  async listen(): Promise<void> {
    this.#listener = await this.#server.listen(this.#address, (stream) => this.#perform(stream));
    this.#address = { host: '127.0.0.1', port: this.#listener.port };
  }

  /** The node dies: every connection breaks, and nobody listens any more. */
  async die(): Promise<void> {
    await this.#listener?.close();
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.#transport.close();
    await this.#server.close();
  }

  #perform(stream: TransportStream): void {
    const work = async (): Promise<void> => {
      const first = await stream.read();
      const operation = OPERATIONS[first?.[1] ?? 0] ?? '';
      this.arrived.push(operation);
      await this.play(stream, operation);
    };
    // Plays end when the client gives their stream up; that is what the tests look at from the other side.
    work().catch(() => undefined);
  }

  #faulty(transport: Transport): Transport {
    return {
      kind: 'pipe',
      self: transport.self,
      listen: (address, onStream) => transport.listen(address, onStream),
      close: () => transport.close(),
      connect: async (address, expected) => {
        this.dials += 1;
        const connection = await (this.faults.connect?.() ?? transport.connect(address, expected));
        this.connection = connection;
        return {
          peer: connection.peer,
          closed: connection.closed,
          close: () => connection.close(),
          openStream: () => this.faults.openStream?.() ?? connection.openStream(),
        };
      },
    };
  }
}
