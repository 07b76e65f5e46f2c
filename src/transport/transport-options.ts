// What every adapter is given.

import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { PredastoreError } from '../core/errors.ts';
import type { NodeKey } from './node-key.ts';
import type { Membership, PeerId } from './transport.ts';

export interface AdapterOptions {
  readonly nodeKey: NodeKey;
  /** Asked for every connection, both ways, right after the handshake. */
  readonly membership: Membership;
  /** Connections of others that a QUIC listener keeps, the oldest goes for the next; default: members are as few as the cluster. */
  readonly connectionsMax?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The check of a dialled peer's proven identity; throws `peer-rejected`. */
export function requireExpected(peer: PeerId, expected: PeerId, membership: Membership): void {
  if (peer !== expected) {
    throw new PredastoreError('peer-rejected', `expected node key ${expected}, but ${peer} answered`);
  }
  if (!membership(peer)) throw new PredastoreError('peer-rejected', `node key ${peer} is not a member`);
}
