// The network between simulated nodes: the real pipe transport, with every write delayed, held and reordered on its way.
//
// Streams keep their own order, as QUIC's do; different streams overtake each other. A cut holds what was sent until it is healed, as
// retransmission would, for as long as anybody waits. A dead machine is noticed at once or never.

import { silentLogger } from '../../../src/platform/log.ts';
import { createTransport } from '../../../src/transport/create-transport.ts';
import { generateNodeKey, type NodeKey } from '../../../src/transport/node-key.ts';
import { PipeNetwork } from '../../../src/transport/pipe-transport.ts';
import type {
  PeerAddress,
  PeerId,
  Transport,
  TransportConnection,
  TransportListener,
  TransportStream,
} from '../../../src/transport/transport.ts';
import type { SeededChance } from '../../support/seeded-chance.ts';
import { never, type Incarnation, type SimTime } from './sim-time.ts';

const NODES_MAX = 8;
/** Identities carry no chance of the history: they are the same in every run of a process. */
const KEYS: readonly NodeKey[] = Array.from({ length: NODES_MAX + 1 }, () => generateNodeKey());
const PORTS_PER_NODE = 1_000;

export class SimNetwork {
  readonly pipes = new PipeNetwork();
  readonly #time: SimTime;
  readonly #chance: SeededChance;
  readonly #cuts = new Set<string>();
  readonly #held: { readonly link: string; readonly release: () => void }[] = [];
  readonly #ports = new Map<number, number>();
  /** Multiplies every delay: a bad day. */
  slowness = 1;

  constructor(time: SimTime, chance: SeededChance) {
    this.#time = time;
    this.#chance = chance;
  }

  cut(from: number, to: number): void {
    this.#cuts.add(`${from}>${to}`);
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts.has(`${from}>${to}`);
  }

  heal(): void {
    this.#cuts.clear();
    for (const { release } of this.#held.splice(0)) release();
  }

  /** When something sent now arrives; a lost packet is a late one. */
  async hop(from: number, to: number): Promise<void> {
    const usualMs = 0.2 + 2 * this.#chance.fraction();
    const lossMs = this.#chance.chance(0.02) ? 200 * this.#chance.fraction() : 0;
    await this.#time.sleep((usualMs + lossMs) * this.slowness);
    while (this.isCut(from, to)) {
      await new Promise<void>((release) => this.#held.push({ link: `${from}>${to}`, release }));
      await this.#time.sleep(this.#chance.fraction() * 50);
    }
  }

  /** A port of its own for every life of a node. */
  nextPort(node: number): number {
    const port = (this.#ports.get(node) ?? node * PORTS_PER_NODE) + 1;
    this.#ports.set(node, port);
    return port;
  }

  locate(node: number): { address: PeerAddress; peerId: PeerId } | undefined {
    const port = this.#ports.get(node);
    if (port === undefined) return undefined;
    return { address: { host: 'sim', port }, peerId: KEYS[node]!.peerId };
  }

  transport(life: Incarnation): { transport: Transport; break: () => void } {
    const inner = createTransport({
      kind: 'pipe',
      nodeKey: KEYS[life.node]!,
      membership: () => true,
      clock: life.clock,
      logger: silentLogger,
      network: this.pipes,
    });
    return {
      transport: new SimTransport(this, inner, life),
      break: () => void inner.close().catch(() => undefined),
    };
  }
}

function nodeAt(port: number): number {
  return Math.floor(port / PORTS_PER_NODE);
}

class SimTransport implements Transport {
  readonly kind = 'pipe';
  readonly self: PeerId;
  readonly #network: SimNetwork;
  readonly #inner: Transport;
  readonly #life: Incarnation;

  constructor(network: SimNetwork, inner: Transport, life: Incarnation) {
    this.self = inner.self;
    this.#network = network;
    this.#inner = inner;
    this.#life = life;
  }

  listen(
    address: PeerAddress,
    onStream: (stream: TransportStream, peer: PeerId) => void,
  ): Promise<TransportListener> {
    return this.#inner.listen(address, (stream, peer) => {
      if (!this.#life.alive) return;
      const from = KEYS.findIndex(({ peerId }) => peerId === peer);
      onStream(new SimStream(stream, this.#life, () => this.#network.hop(this.#life.node, from)), peer);
    });
  }

  async connect(address: PeerAddress, expected: PeerId): Promise<TransportConnection> {
    const to = nodeAt(address.port);
    await this.#life.whileAlive(this.#network.hop(this.#life.node, to));
    await this.#life.whileAlive(this.#network.hop(to, this.#life.node));
    const connection = await this.#life.whileAlive(this.#inner.connect(address, expected));
    return {
      peer: connection.peer,
      closed: connection.closed,
      close: () => connection.close(),
      openStream: async () => {
        const stream = await connection.openStream();
        return new SimStream(stream, this.#life, () => this.#network.hop(this.#life.node, to));
      },
    };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

class SimStream implements TransportStream {
  readonly #inner: TransportStream;
  readonly #life: Incarnation;
  readonly #hop: () => Promise<void>;
  #sent: Promise<unknown> = Promise.resolve();
  #aborted: Error | undefined;
  #onAbort: (reason: Error) => void = () => undefined;
  readonly #abortion: Promise<never>;

  constructor(inner: TransportStream, life: Incarnation, hop: () => Promise<void>) {
    this.#inner = inner;
    this.#life = life;
    this.#hop = hop;
    this.#abortion = new Promise((_resolve, reject) => (this.#onAbort = reject));
    this.#abortion.catch(() => undefined);
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#send(() => this.#inner.write(chunk));
  }

  end(last?: Uint8Array): Promise<void> {
    return this.#send(() => this.#inner.end(last));
  }

  read(): Promise<Uint8Array | null> {
    if (this.#aborted !== undefined) return Promise.reject(this.#aborted);
    return this.#life.whileAlive(Promise.race([this.#inner.read(), this.#abortion]));
  }

  abort(reason: Error): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#onAbort(reason);
    void this.#hop().then(() => this.#inner.abort(reason));
  }

  #send(work: () => Promise<void>): Promise<void> {
    if (this.#aborted !== undefined) return Promise.reject(this.#aborted);
    if (!this.#life.alive) return never();
    const arriving = this.#hop();
    const sending = this.#sent.then(async () => {
      await arriving;
      if (!this.#life.alive) return never();
      if (this.#aborted !== undefined) throw this.#aborted;
      await work();
    });
    this.#sent = sending.catch(() => undefined);
    return this.#life.whileAlive(Promise.race([sending, this.#abortion]));
  }
}
