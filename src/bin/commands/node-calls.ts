// Asking nodes over NATS, as an operator: `s3.admin.<id>.…` of one node, or of all of them one by one.

import { createClient } from '../../client/client.ts';
import type { OperationName } from '../../contracts/operations.ts';
import { isS3Error } from '../../contracts/s3-errors.ts';
import { messageOf } from '../../core/errors.ts';
import type { NodeId } from '../../core/ids.ts';
import type { LocalCluster } from '../../host/local-cluster.ts';
import { startBus } from '../../host/start-bus.ts';
import type { Bus } from '../../bus/connection.ts';
import { systemClock } from '../../platform/clock.ts';
import { silentLogger } from '../../platform/log.ts';
import { loadMasterKey } from '../../platform/master-key.ts';
import { systemRandom } from '../../platform/random.ts';

const CONNECT_PATIENCE_MS = 5_000;

export type NodeAnswer<T> =
  | { readonly node: NodeId; readonly kind: 'answer'; readonly result: T }
  | { readonly node: NodeId; readonly kind: 'silent'; readonly reason: string };

export class NodeCalls {
  readonly #bus: Bus;

  private constructor(bus: Bus) {
    this.#bus = bus;
  }

  static async connect(cluster: LocalCluster): Promise<NodeCalls> {
    const masterKey = await loadMasterKey(cluster.encryptionKeyFile);
    const plan = {
      config: cluster.config,
      masterKey,
      role: 'operator' as const,
      name: 'predastore admin',
      connectPatienceMs: CONNECT_PATIENCE_MS,
    };
    return new NodeCalls(
      await startBus(plan, { clock: systemClock, random: systemRandom, log: silentLogger }),
    );
  }

  /** Asks one node; a node that does not answer, or refuses, is told with its reason. */
  async ask<T>(node: NodeId, operation: OperationName, parameters: object): Promise<NodeAnswer<T>> {
    const client = createClient({ bus: this.#bus, node });
    const context = { requestId: systemRandom.bytes(8).toString('hex').toUpperCase() };
    try {
      const { result } = await client.call<T>(operation, parameters, { context });
      return { node, kind: 'answer', result };
    } catch (error) {
      const reason = isS3Error(error) ? `${error.code}: ${error.message}` : messageOf(error);
      return { node, kind: 'silent', reason };
    } finally {
      client.close();
    }
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}
