// What an adapter has open: the connections it dialled, and where it listens. Closing it leaves nothing behind.

import { PredastoreError } from '../core/errors.ts';
import type { TransportListener } from './transport.ts';

export class OpenEnds {
  /** Each takes itself out when it fails. */
  readonly connections = new Set<{ fail(error: Error): void }>();
  readonly listeners = new Set<TransportListener>();

  async close(): Promise<void> {
    const error = new PredastoreError('peer-unreachable', 'the transport was closed');
    for (const connection of [...this.connections]) connection.fail(error);
    await Promise.all([...this.listeners].map((listener) => listener.close()));
    this.listeners.clear();
  }
}
