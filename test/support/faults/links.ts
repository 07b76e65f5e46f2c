// The cables between the nodes of a cluster, for tests that cut, slow and damage them.
//
// Every ordered pair of nodes has an address of its own; what a node sends there is carried to the other one: TCP (NATS routes and
// clients, shards over TLS) and UDP (shards over QUIC). Owns: delay, jitter, loss, bandwidth and cuts, per direction.
// Works without root: nodes are given configurations in which the others live at these addresses. (Kernels without sch_netem could not
// do it otherwise.) Packets of TCP cannot be lost here: a loss costs what it costs TCP, a wait for the retransmission.

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { SeededChance } from '../seeded-chance.ts';

export interface LinkProfile {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly loss: number;
  readonly bytesPerSecond: number;
}

const MBIT = 125_000;
/** The profiles of the field (Spinifex's own names), one way. */
export const PROFILES = {
  loopback: { delayMs: 0, jitterMs: 0, loss: 0, bytesPerSecond: Infinity },
  lan: { delayMs: 1, jitterMs: 0, loss: 0, bytesPerSecond: 1000 * MBIT },
  wan: { delayMs: 25, jitterMs: 5, loss: 0.001, bytesPerSecond: 100 * MBIT },
  lteDegraded: { delayMs: 50, jitterMs: 15, loss: 0.05, bytesPerSecond: 1 * MBIT },
  satcom: { delayMs: 300, jitterMs: 25, loss: 0.02, bytesPerSecond: 0.5 * MBIT },
} as const satisfies Record<string, LinkProfile>;
export type ProfileName = keyof typeof PROFILES;

/** What becomes of the bytes of a cut link: nothing is heard of them, or the sender is told. */
export type Cut = 'none' | 'silent' | 'refused';

/** Bytes under way on a TCP connection before its sender has to wait. */
const TCP_BUFFER_BYTES = 256 * 1024;
/** Bytes a router holds for UDP before it drops what comes. */
const UDP_QUEUE_BYTES = 256 * 1024;
const RETRANSMISSION_MS = 220;
const UDP_PEERS_MAX = 512;

/** One direction between two nodes. */
class Lane {
  profile: LinkProfile = PROFILES.loopback;
  cut: Cut = 'none';
  /** When the wire is free again, for the bandwidth. */
  freeAtMs = 0;
  readonly #chance: SeededChance;
  readonly #healed = new Set<() => void>();

  constructor(chance: SeededChance) {
    this.#chance = chance;
  }

  get isPlain(): boolean {
    return this.cut === 'none' && this.profile === PROFILES.loopback;
  }

  heal(): void {
    this.cut = 'none';
    for (const action of this.#healed) action();
    this.#healed.clear();
  }

  whenHealed(action: () => void): void {
    this.#healed.add(action);
  }

  loses(): boolean {
    return this.profile.loss > 0 && this.#chance.chance(this.profile.loss);
  }

  /** When `bytes` sent now arrive; undefined when a router with a bounded queue would drop them. */
  arrivalMs(bytes: number, nowMs: number, queueBytes: number): number | undefined {
    const { delayMs, jitterMs, bytesPerSecond } = this.profile;
    const backlogMs = Math.max(0, this.freeAtMs - nowMs);
    if ((backlogMs / 1000) * bytesPerSecond > queueBytes) return undefined;
    const sentAtMs = nowMs + backlogMs + (bytes / bytesPerSecond) * 1000;
    this.freeAtMs = sentAtMs;
    return sentAtMs + delayMs + jitterMs * (2 * this.#chance.fraction() - 1);
  }
}

interface Cable {
  readonly there: Lane;
  readonly back: Lane;
}

export interface LinkPorts {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

export interface LinksOptions {
  readonly nodes: readonly number[];
  /** The real address of a node. */
  readonly hostOf: (node: number) => string;
  /** The address at which `from` finds `to`. */
  readonly proxyOf: (from: number, to: number) => string;
  readonly ports: LinkPorts;
  readonly chance: SeededChance;
}

export class Links {
  readonly #options: LinksOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #servers: Server[] = [];
  readonly #udp: UdpSocket[] = [];
  readonly #sockets = new Map<Socket, Cable>();

  constructor(options: LinksOptions) {
    this.#options = options;
    for (const [from, to] of this.#pairs())
      this.#lanes.set(`${from}>${to}`, new Lane(options.chance.fork(`${from}>${to}`)));
  }

  async open(): Promise<void> {
    for (const [from, to] of this.#pairs()) {
      const cable = { there: this.#lane(from, to), back: this.#lane(to, from) };
      const near = this.#options.proxyOf(from, to);
      const far = this.#options.hostOf(to);
      for (const port of this.#options.ports.tcp) await this.#carryTcp(cable, { near, far, port });
      for (const port of this.#options.ports.udp) await this.#carryUdp(cable, { near, far, port });
    }
  }

  /** Cuts what `from` sends to `to`; the other direction stays as it is. */
  cut(from: number, to: number, how: Cut = 'silent'): void {
    const lane = this.#lane(from, to);
    lane.cut = how;
    if (how !== 'refused') return;
    for (const [socket, { there, back }] of this.#sockets)
      if (there === lane || back === lane) socket.destroy();
  }

  /** Cuts a node off from all others, in both directions. */
  isolate(node: number, how: Cut = 'silent'): void {
    for (const other of this.#options.nodes) {
      if (other === node) continue;
      this.cut(node, other, how);
      this.cut(other, node, how);
    }
  }

  /** Every link from and to `nodes`. */
  shape(profile: LinkProfile, nodes: readonly number[] = this.#options.nodes): void {
    for (const [from, to] of this.#pairs())
      if (nodes.includes(from) || nodes.includes(to)) this.#lane(from, to).profile = profile;
  }

  /** As if nothing had ever been wrong. */
  heal(): void {
    for (const lane of this.#lanes.values()) {
      lane.profile = PROFILES.loopback;
      lane.freeAtMs = 0;
      lane.heal();
    }
  }

  async close(): Promise<void> {
    this.heal();
    for (const socket of this.#sockets.keys()) socket.destroy();
    for (const socket of this.#udp) socket.close();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  *#pairs(): Generator<readonly [number, number]> {
    for (const from of this.#options.nodes)
      for (const to of this.#options.nodes) if (from !== to) yield [from, to];
  }

  #lane(from: number, to: number): Lane {
    return this.#lanes.get(`${from}>${to}`)!;
  }

  async #carryTcp(cable: Cable, { near, far, port }: Route): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      if (cable.there.cut === 'refused' || cable.back.cut === 'refused') {
        client.destroy();
        return;
      }
      const target = connect({ host: far, port, allowHalfOpen: true });
      for (const socket of [client, target]) {
        socket.setNoDelay(true);
        this.#sockets.set(socket, cable);
        socket.on('error', () => undefined);
        socket.once('close', () => {
          this.#sockets.delete(socket);
          client.destroy();
          target.destroy();
        });
      }
      pump(client, target, cable.there);
      pump(target, client, cable.back);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, near, resolve);
    });
  }

  async #carryUdp(cable: Cable, { near, far, port }: Route): Promise<void> {
    const front = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    const behind = new Map<string, UdpSocket>();
    front.on('message', (packet, from) => {
      const name = `${from.address}:${from.port}`;
      let upstream = behind.get(name);
      if (upstream === undefined) {
        if (behind.size >= UDP_PEERS_MAX) return;
        upstream = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
        upstream.on('error', () => undefined);
        upstream.on('message', (reply) =>
          carryPacket(cable.back, reply, (bytes) => front.send(bytes, from.port, from.address)),
        );
        upstream.bind();
        this.#udp.push(upstream);
        behind.set(name, upstream);
      }
      const to = upstream;
      carryPacket(cable.there, packet, (bytes) => to.send(bytes, port, far));
    });
    front.on('error', () => undefined);
    this.#udp.push(front);
    await new Promise<void>((resolve) => front.bind(port, near, resolve));
  }
}

interface Route {
  readonly near: string;
  readonly far: string;
  readonly port: number;
}

function carryPacket(lane: Lane, packet: Buffer, deliver: (packet: Buffer) => void): void {
  if (lane.isPlain) {
    deliver(packet);
    return;
  }
  if (lane.cut !== 'none' || lane.loses()) return;
  const nowMs = performance.now();
  const atMs = lane.arrivalMs(packet.length, nowMs, UDP_QUEUE_BYTES);
  if (atMs !== undefined) setTimeout(() => lane.cut === 'none' && deliver(packet), Math.max(0, atMs - nowMs));
}

/** Carries one direction of a TCP connection, in order, holding back what a cut or a slow wire does not let through. */
function pump(from: Socket, to: Socket, lane: Lane): void {
  let held = 0;
  let lastAtMs = 0;
  const line: (Buffer | 'end')[] = [];
  let timer: NodeJS.Timeout | undefined;
  const due: number[] = [];

  const flush = (): void => {
    timer = undefined;
    if (lane.cut !== 'none') {
      lane.whenHealed(flush);
      return;
    }
    const nowMs = performance.now();
    while (due.length > 0 && due[0]! <= nowMs + 0.5) {
      due.shift();
      const piece = line.shift()!;
      if (piece === 'end') to.end();
      else {
        held -= piece.length;
        if (!to.destroyed) to.write(piece);
      }
    }
    if (held < TCP_BUFFER_BYTES && to.writableLength < TCP_BUFFER_BYTES) from.resume();
    if (due.length > 0) timer = setTimeout(flush, Math.max(0, due[0]! - nowMs));
  };
  const push = (piece: Buffer | 'end'): void => {
    if (lane.isPlain && line.length === 0) {
      if (piece === 'end') to.end();
      else if (!to.write(piece)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      return;
    }
    const bytes = piece === 'end' ? 0 : piece.length;
    const nowMs = performance.now();
    const penaltyMs = lane.loses() ? RETRANSMISSION_MS + 2 * lane.profile.delayMs : 0;
    lastAtMs = Math.max(lastAtMs, (lane.arrivalMs(bytes, nowMs, Infinity) ?? nowMs) + penaltyMs);
    line.push(piece);
    due.push(lastAtMs);
    held += bytes;
    if (held >= TCP_BUFFER_BYTES) from.pause();
    timer ??= setTimeout(flush, Math.max(0, due[0]! - nowMs));
  };
  from.on('data', push);
  from.once('end', () => push('end'));
  from.once('close', () => clearTimeout(timer));
}
