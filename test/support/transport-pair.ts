// Two members of a little cluster, connected by one kind of transport; everything is closed at the end.

import { createHash } from 'node:crypto';
import { silentLogger } from '../../src/platform/log.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createTransport } from '../../src/transport/create-transport.ts';
import { generateNodeKey, type NodeKey } from '../../src/transport/node-key.ts';
import { PipeNetwork } from '../../src/transport/pipe-transport.ts';
import type {
  Membership,
  StreamHandler,
  Transport,
  TransportConnection,
  TransportListener,
  TransportStream,
} from '../../src/transport/transport.ts';

export const TRANSPORT_KINDS = ['quic', 'tls', 'pipe'] as const;

export interface TransportPair {
  readonly server: Transport;
  readonly client: Transport;
  readonly listener: TransportListener;
  readonly connection: TransportConnection;
  readonly members: Set<string>;
  close(): Promise<void>;
}

export function newTransport(
  kind: Transport['kind'],
  membership: Membership,
  network: PipeNetwork,
  nodeKey: NodeKey = generateNodeKey(),
): Transport {
  return createTransport({ kind, nodeKey, membership, network, clock: systemClock, logger: silentLogger });
}

export async function transportPair(
  kind: Transport['kind'],
  onStream: StreamHandler,
): Promise<TransportPair> {
  const network = new PipeNetwork();
  const members = new Set<string>();
  const server = newTransport(kind, (peer) => members.has(peer), network);
  const client = newTransport(kind, (peer) => members.has(peer), network);
  members.add(server.self).add(client.self);
  const listener = await server.listen({ host: '127.0.0.1', port: 0 }, onStream);
  const connection = await client.connect({ host: '127.0.0.1', port: listener.port }, server.self);
  const close = async (): Promise<void> => {
    await client.close();
    await server.close();
  };
  return { server, client, listener, connection, members, close };
}

export async function readAll(stream: TransportStream): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let part = await stream.read(); part !== null; part = await stream.read()) parts.push(part);
  return Buffer.concat(parts);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sends everything back. */
export function echo(stream: TransportStream): void {
  const work = async (): Promise<void> => {
    for (let part = await stream.read(); part !== null; part = await stream.read()) await stream.write(part);
    await stream.end();
  };
  work().catch((error: unknown) => stream.abort(error as Error));
}
