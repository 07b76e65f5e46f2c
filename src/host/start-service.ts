// The operations of this node on NATS.

import type { ConfiguredCredentials } from '../auth/credentials.ts';
import type { Bus } from '../bus/connection.ts';
import type { LocalBodies } from '../bus/local-bodies.ts';
import { serveOperations, type OperationServer } from '../bus/operation-server.ts';
import type { Config } from '../config/config.ts';
import type { AdminStatusReply } from '../contracts/generated/messages.ts';
import { operationNames, operations } from '../contracts/operations.ts';
import { validateRequest } from '../contracts/validators.ts';
import type { NodeId } from '../core/ids.ts';
import { createService } from '../service/service.ts';
import type { Runtime } from './node-settings.ts';
import type { Stores } from './start-objects.ts';
import { predastoreVersion } from './version.ts';

export interface ServicePlan {
  readonly config: Config;
  readonly self: NodeId;
  readonly bus: Bus;
  readonly localBodies: LocalBodies;
  readonly stores: Stores;
  readonly credentials: ConfiguredCredentials;
  readonly adminStatus: () => Promise<AdminStatusReply>;
}

export function startService(plan: ServicePlan, runtime: Runtime): Promise<OperationServer> {
  const { config, self, bus, localBodies, stores } = plan;
  const handlers = createService({
    ...stores,
    policies: plan.credentials,
    region: config.region,
    unlimitedListAccounts: new Set(config.s3.unlimitedListAccounts),
    adminStatus: plan.adminStatus,
  });
  return serveOperations({
    bus,
    node: self,
    operations: operationNames.map((name) => ({
      description: operations[name],
      handler: handlers[name],
      validate: (parameters) => validateRequest(name, parameters),
    })),
    localBodies,
    queueGroup: config.nats.queueGroup,
    version: predastoreVersion(),
    metrics: runtime.metrics,
  });
}
