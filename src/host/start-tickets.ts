// The door for bodies that go past NATS: a QUIC listener of its own for guests with a ticket (docs/decisions/quic-tickets.md).
//
// Its identity is made at every start and named in every ticket: what members prove to each other is never shown to guests.

import { TicketDesk } from '../bus/ticket-desk.ts';
import { GUEST_CONNECTIONS_MAX } from '../core/limits.ts';
import { createTransport } from '../transport/create-transport.ts';
import { generateNodeKey } from '../transport/node-key.ts';
import type { Runtime } from './node-settings.ts';

export interface TicketDoor {
  readonly desk: TicketDesk;
  close(): Promise<void>;
}

/** Throws `invalid-config` when QUIC does not run here or the port is taken. */
export async function startTickets(
  { host, port }: { host: string; port: number },
  { clock, random, log, metrics }: Runtime,
): Promise<TicketDoor> {
  const logger = log.child({ part: 'tickets' });
  const nodeKey = generateNodeKey();
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const desk = new TicketDesk({ clock, random, log: logger, metrics, address, peer: nodeKey.peerId });
  const transport = createTransport({
    kind: 'quic',
    nodeKey,
    membership: (peer) => desk.isExpected(peer),
    clock,
    logger,
    connectionsMax: GUEST_CONNECTIONS_MAX,
  });
  try {
    await transport.listen({ host, port }, (stream, peer) => {
      desk.receive(stream, peer);
    });
  } catch (error) {
    await transport.close();
    throw error;
  }
  return { desk, close: () => transport.close() };
}
