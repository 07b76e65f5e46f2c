// The operations of this node on NATS.

import { principalArnOf } from '../auth/credentials.ts';
import { SignatureVerifier } from '../auth/sigv4.ts';
import type { Bus } from '../bus/connection.ts';
import type { LocalBodies } from '../bus/local-bodies.ts';
import { serveOperations, type OperationServer } from '../bus/operation-server.ts';
import type { TicketDesk } from '../bus/ticket-desk.ts';
import type { Config } from '../config/config.ts';
import type { AdminStatusReply } from '../contracts/generated/messages.ts';
import type { OperationHandler } from '../bus/operation.ts';
import { operationNames, operations } from '../contracts/operations.ts';
import { validateRequest } from '../contracts/validators.ts';
import { PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import type { PressureGauge } from '../platform/pressure.ts';
import { BusCallers } from '../service/bus-callers.ts';
import { AnswerBook } from '../service/idempotency/answer-book.ts';
import { answerStream } from '../service/idempotency/answer-stream.ts';
import { withIdempotency } from '../service/idempotency/idempotent.ts';
import { createService, type OperationTable, type ServiceParts } from '../service/service.ts';
import { streamReplicas } from './stream-replicas.ts';
import type { Runtime } from './node-settings.ts';
import type { Identities } from './start-identities.ts';
import type { Stores } from './start-objects.ts';
import { predastoreVersion } from './version.ts';

interface ServerPlan {
  readonly config: Config;
  readonly self: NodeId;
  readonly bus: Bus;
  readonly localBodies: LocalBodies;
  readonly identities: Identities;
  readonly pressure: PressureGauge;
  readonly tickets?: TicketDesk;
  readonly adminStatus: () => Promise<AdminStatusReply>;
}

export interface ServicePlan extends ServerPlan {
  readonly stores: Stores;
  readonly adminMaintenance: ServiceParts['adminMaintenance'];
  readonly adminMembership: ServiceParts['adminMembership'];
}

export function startService(plan: ServicePlan, runtime: Runtime): Promise<OperationServer> {
  const { config, stores } = plan;
  const table = createService({
    ...stores,
    identities: plan.identities.identities,
    accounts: plan.identities.accounts,
    nowMs: () => runtime.clock.nowMs(),
    region: config.region,
    blockPublicAccess: config.s3.blockPublicAccess,
    objectOwnership: config.s3.objectOwnership,
    unlimitedListAccounts: new Set(config.s3.unlimitedListAccounts),
    unlimitedListPrincipals: principalsWith(config, 'unlimitedList'),
    everyAccountPrincipals: principalsWith(config, 'everyAccount'),
    unlimitedPages: runtime.metrics.counter(
      'predastore_unlimited_listings_total',
      'Listings that gave more than 1000 entries because of unlimited_list_accounts or unlimited_list.',
    ),
    adminStatus: plan.adminStatus,
    adminMaintenance: plan.adminMaintenance,
    adminMembership: plan.adminMembership,
  });
  return serve(plan, withIdempotency(table, startAnswerBook(plan, runtime)), runtime);
}

/**
 * The service of a node whose metadata is fenced: it says how it is, and refuses everything else with the reason. So clients are told
 * to come back, and an operator can ask what happened, also after the node was restarted.
 */
export function startFencedService(
  plan: ServerPlan & { readonly metadata: MetadataPlane },
  runtime: Runtime,
): Promise<OperationServer> {
  const refuse: OperationHandler = async () => {
    const { fenceReason } = await plan.metadata.status();
    throw new PredastoreError('metadata-fenced', `metadata is fenced: ${fenceReason}`);
  };
  const state: OperationHandler = async () => ({ result: { ...(await plan.adminStatus()) } });
  const handlers = operationNames.map((name) => [name, name === 'AdminStatus' ? state : refuse] as const);
  return serve(plan, Object.fromEntries(handlers) as OperationTable, runtime);
}

function serve(plan: ServerPlan, handlers: OperationTable, runtime: Runtime): Promise<OperationServer> {
  const { config, self, bus, localBodies } = plan;
  return serveOperations({
    bus,
    node: self,
    operations: operationNames.map((name) => ({
      description: operations[name],
      handler: handlers[name],
      validate: (parameters) => validateRequest(name, parameters),
    })),
    localBodies,
    tickets: plan.tickets,
    callers: callersOf(plan, runtime),
    queueGroup: config.nats.queueGroup,
    version: predastoreVersion(),
    metrics: runtime.metrics,
    pressure: plan.pressure,
  });
}

/** Whom the credentials stand for that the configuration gives a switch. */
function principalsWith(
  { credentials }: Config,
  name: 'unlimitedList' | 'everyAccount',
): ReadonlySet<string> {
  const chosen = credentials.filter((credential) => credential[name] === true);
  return new Set(chosen.map(({ accountId, accessKeyId }) => principalArnOf(accountId, accessKeyId)));
}

function callersOf({ config, identities }: ServerPlan, { clock }: Runtime): BusCallers {
  const { credentials, seal } = identities;
  const verifier = new SignatureVerifier({ credentials, region: config.region, clock });
  return new BusCallers({ trust: config.nats.trust, seal, verifier });
}

function startAnswerBook({ config, self, bus }: ServicePlan, runtime: Runtime): AnswerBook {
  const { clock, random } = runtime;
  const log = runtime.log.child({ part: 'idempotency' });
  const replicas = streamReplicas(config);
  const stream = answerStream({ connection: bus.control, replicas, clock, random });
  return new AnswerBook({ stream, clock, random, log, node: self });
}
