// One process of the cluster: its parts, built and started in order, drained in the reverse one.
//
// Owns: the order, and nothing of what the parts do. Refuses: flags, environment and signals (src/bin).

import type { Bus } from '../bus/connection.ts';
import { directObjects } from '../bus/direct-call.ts';
import { LocalBodies } from '../bus/local-bodies.ts';
import { createClient, type Client } from '../client/client.ts';
import { natsNodes, type StorageNode } from '../config/config.ts';
import type { AdminStatusReply } from '../contracts/generated/messages.ts';
import { present } from '../core/assert.ts';
import type { Readiness } from '../gateway/probes.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import { startReclaimer } from '../maintenance/reclaimer.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import { loadMasterKey } from '../platform/master-key.ts';
import { systemFiles } from '../platform/files.ts';
import { requireKeysOf } from '../segments/rotate-state.ts';
import type { ShardStore } from '../segments/shard-store.ts';
import { PressureWatch } from '../platform/pressure.ts';
import { readProcess } from '../platform/process-reading.ts';
import { createShardClient } from '../shards/node-shard-client.ts';
import type { ShardClient } from '../shards/shard-client.ts';
import { createShardServer, type ShardServer } from '../storage/shard-server.ts';
import { loadOrCreateNodeKey } from '../transport/node-key.ts';
import type { Transport } from '../transport/transport.ts';
import {
  claimDataDirectory,
  dataDirectoryOf,
  releaseDataDirectory,
  type DataDirectory,
} from './data-directory.ts';
import { Lifecycle } from './lifecycle.ts';
import { ClusterRing } from './cluster-ring.ts';
import { ClusterMembership, requirePinnedKey } from './membership.ts';
import { adminStatusOf, readinessOf } from './node-status.ts';
import { forgetKeys, loadNodeKeys, type NodeKeys } from './node-keys.ts';
import type { NodeSettings, Runtime } from './node-settings.ts';
import { SpaceReserve } from './space-reserve.ts';
import { startBus } from './start-bus.ts';
import { startEvents } from './start-events.ts';
import { startGateway } from './start-gateway.ts';
import { startIdentities, type Identities } from './start-identities.ts';
import { startMetadata } from './start-metadata.ts';
import { startNatsServer } from './start-nats-server.ts';
import { maintenanceAnswers, startMaintenance, type MaintenanceParts } from './start-maintenance.ts';
import { RingChanges } from './ring-changes.ts';
import { createObjectContext, createStores, declareBuckets } from './start-objects.ts';
import { startStorageConfig } from './start-storage-config.ts';
import { startFencedService, startService, type ServicePlan } from './start-service.ts';
import { withStartPatience } from './start-patience.ts';
import { startStore, startTransport } from './start-storage.ts';
import { startTickets } from './start-tickets.ts';
import { loadTls } from './start-tls.ts';
import { startStoreGauges } from './store-gauges.ts';

/** From the first signal to the end of the process. */
export const DRAIN_LIMIT_MS = 30_000;
/** Operations under way may take this long to end. */
const SERVICE_DRAIN_MS = 10_000;
/** Pause between two looks at the queue of replaced blobs. */
const RECLAIM_INTERVAL_MS = 5_000;

export interface RunningNode {
  /** Drains and stops everything within DRAIN_LIMIT_MS. Calling it twice is harmless. */
  stop(): Promise<void>;
  /** Reads the encryption key file again and wraps the data keys with what is in it now; nothing else stops or restarts. */
  rotateMasterKey(): Promise<void>;
}

/** Resolves when the node answers requests; stops what it has started when a part cannot be. */
export async function startNode(settings: NodeSettings, runtime: Runtime): Promise<RunningNode> {
  const parts = new Lifecycle(runtime.clock, runtime.log);
  const builder = new NodeBuilder(parts, settings, runtime);
  const node = { stop: () => parts.stop(DRAIN_LIMIT_MS), rotateMasterKey: () => builder.rotateMasterKey() };
  try {
    await builder.start();
    return node;
  } catch (error) {
    await node.stop();
    throw error;
  }
}

/** What later parts need of earlier ones. */
interface Planes {
  readonly bus: Bus;
  readonly metadata: MetadataPlane;
  readonly membership: ClusterMembership;
  readonly shards: ShardClient;
  readonly store: ShardStore;
}

interface GatewayParts {
  readonly client: Client;
  readonly identities: Identities;
  readonly readiness: () => Promise<Readiness>;
}

class NodeBuilder {
  readonly #parts: Lifecycle;
  readonly #settings: NodeSettings;
  readonly #runtime: Runtime;
  readonly #directory: DataDirectory;
  readonly #pressure: PressureWatch;
  #store: ShardStore | undefined;

  constructor(parts: Lifecycle, settings: NodeSettings, runtime: Runtime) {
    this.#parts = parts;
    this.#settings = settings;
    this.#runtime = runtime;
    this.#directory = dataDirectoryOf(settings.basePath, settings.node.id);
    const { clock, metrics } = runtime;
    const logger = runtime.log.child({ part: 'pressure' });
    this.#pressure = new PressureWatch({ read: readProcess, clock, logger, metrics });
  }

  async start(): Promise<void> {
    for (const notice of this.#settings.config.notices) this.#runtime.log.warn(notice);
    const keys = await loadNodeKeys(this.#settings);
    try {
      await this.#startWith(keys);
    } finally {
      forgetKeys(keys);
    }
  }

  /** Takes the key that lies in the key file now for the store of this node. */
  async rotateMasterKey(): Promise<void> {
    const masterKey = await loadMasterKey(this.#settings.encryptionKeyFile);
    try {
      const outcome = await this.#store?.rotateMasterKey(masterKey);
      this.#runtime.log.info('the encryption key was read again', { outcome: outcome ?? 'no store' });
    } finally {
      masterKey.fill(0);
    }
  }

  async #startWith(keys: NodeKeys): Promise<void> {
    await this.#claimDirectory();
    await requireKeysOf({ ...keys, files: systemFiles, directory: this.#directory.segments });
    await this.#watchPressure();
    await this.#startNatsServer(keys.clusterKey);
    const { storage, gateway } = this.#settings.node;
    if (storage === undefined && gateway === undefined) return;
    const bus = await this.#connectBus(keys.clusterKey);
    const identities = await this.#startIdentities(bus, keys.clusterKey);
    if (storage === undefined) {
      // A gateway without shards of its own asks whichever node is free.
      const readiness = (): Promise<Readiness> => Promise.resolve({ ready: bus.control.connected });
      await this.#startGateway({
        client: createClient({ bus, seal: identities.seal }),
        identities,
        readiness,
      });
      return;
    }
    const metadata = await this.#startMetadata(bus);
    if ((await metadata.status()).fenced) {
      await this.#startFenced(bus, metadata, identities);
      return;
    }
    const planes = await this.#startPlanes({ bus, metadata, keys, own: { ...this.#settings.node, storage } });
    await this.#startEdges(planes, identities);
  }

  /** Nothing may be written or read, so nothing is opened; what asks is told why. It lasts until the node is started again. */
  async #startFenced(bus: Bus, metadata: MetadataPlane, identities: Identities): Promise<void> {
    const { config, node } = this.#settings;
    const self = node.id;
    const { clock, random, log } = this.#runtime;
    log.error('metadata is fenced: this node serves nothing until the stream is restored (docs/metadata.md)');
    const membership = new ClusterMembership(config, metadata.members);
    const sources = { config, self, metadata, membership };
    const adminStatus = (): Promise<AdminStatusReply> => adminStatusOf(sources);
    const localBodies = new LocalBodies(clock, random);
    const pressure = this.#pressure.reason;
    const plan = { config, self, bus, localBodies, identities, pressure, adminStatus, metadata };
    await this.#parts.start(
      'service',
      () => startFencedService(plan, this.#runtime),
      (started) => started.stop(SERVICE_DRAIN_MS),
    );
    if (node.gateway === undefined) return;
    const client = createClient({ bus, localBodies, node: self, seal: identities.seal });
    await this.#startGateway({ client, identities, readiness: () => readinessOf(sources) });
  }

  #startMetadata(bus: Bus): Promise<MetadataPlane> {
    const { config, node } = this.#settings;
    const { view, segments, restoreMarker } = this.#directory;
    const plan = { config, self: node.id, bus, directory: view, segments, restoreMarker };
    return this.#parts.start(
      'metadata',
      () => startMetadata(plan, this.#runtime),
      (plane) => plane.close(),
    );
  }

  #startIdentities(bus: Bus, clusterKey: Uint8Array): Promise<Identities> {
    const { config, node } = this.#settings;
    return this.#parts.start(
      'identities',
      () => startIdentities({ config, bus, clusterKey, name: `predastore-${node.id}` }, this.#runtime),
      (started) => started.stop(),
    );
  }

  async #watchPressure(): Promise<void> {
    await this.#parts.start(
      'pressure watch',
      () => this.#pressure.start(),
      () => {
        this.#pressure.stop();
        return Promise.resolve();
      },
    );
  }

  async #claimDirectory(): Promise<void> {
    const { path, nats, segments, view } = this.#directory;
    const { clock, log } = this.#runtime;
    const directories = [path, nats, segments, view];
    const reserve = new SpaceReserve({ files: systemFiles, clock, log, directories });
    await reserve.makeRoom();
    await this.#parts.start(
      'data directory',
      () => claimDataDirectory(this.#directory),
      () => releaseDataDirectory(this.#directory),
    );
    await this.#parts.start(
      'space reserve',
      () => reserve.start(),
      () => reserve.stop(),
    );
  }

  async #startNatsServer(masterKey: Uint8Array): Promise<void> {
    const { config, node } = this.#settings;
    const own = natsNodes(config).find(({ id }) => id === node.id);
    if (own === undefined) return;
    const plan = { node: own, directory: this.#directory.nats, masterKey };
    await this.#parts.start(
      'nats-server',
      () => startNatsServer(this.#settings, plan, this.#runtime),
      (server) => server.stop(),
    );
  }

  #connectBus(masterKey: Uint8Array): Promise<Bus> {
    const { config, node } = this.#settings;
    const own = natsNodes(config).find(({ id }) => id === node.id)?.natsServer;
    const nearest = own === undefined ? {} : { nearest: `nats://${own.host}:${own.port}` };
    const plan = { config, masterKey, role: 'node' as const, name: `predastore-${node.id}`, ...nearest };
    return this.#parts.start(
      'bus',
      () => startBus(plan, this.#runtime),
      (bus) => bus.close(),
    );
  }

  /** Shards, ours and those of others: from here on the node is a member. */
  async #startPlanes(base: {
    readonly bus: Bus;
    readonly metadata: MetadataPlane;
    readonly keys: NodeKeys;
    readonly own: StorageNode;
  }): Promise<Planes> {
    const { bus, metadata, keys, own } = base;
    const { config, node } = this.#settings;
    const self = node.id;
    const membership = new ClusterMembership(config, metadata.members);
    const nodeKey = await loadOrCreateNodeKey(this.#directory.nodeKeyFile);
    requirePinnedKey(own, nodeKey.peerId, this.#directory.nodeKeyFile);
    const transport = await this.#parts.start(
      'transport',
      () => startTransport({ config, nodeKey, membership: membership.isMember }, this.#runtime),
      (started) => started.close(),
    );
    const store = await this.#startStore(keys, metadata);
    const server = await this.#startShardServer(store);
    const shards = await this.#startShardClient(transport, server, membership);
    const { host, port } = own.storage;
    await this.#parts.start(
      'shard listener',
      () => transport.listen({ host, port }, server.onStream),
      (listener) => listener.close(),
    );
    const startedAt = new Date(this.#runtime.clock.nowMs()).toISOString();
    const record = { v: 1, id: self, host, port, peerId: nodeKey.peerId, startedAt } as const;
    await withStartPatience(this.#runtime, 'joining', () => metadata.members.register(record));
    return { bus, metadata, membership, shards, store };
  }

  #startShardClient(
    transport: Transport,
    server: ShardServer,
    membership: ClusterMembership,
  ): Promise<ShardClient> {
    const { clock, random, log, metrics } = this.#runtime;
    const options = {
      transport,
      self: this.#settings.node.id,
      local: server.local,
      resolve: membership.locate,
      clock,
      random,
      logger: log.child({ part: 'shards' }),
      metrics,
    };
    return this.#parts.start(
      'shard client',
      () => createShardClient(options),
      (client) => client.close(),
    );
  }

  async #startStore(keys: NodeKeys, { witnesses }: MetadataPlane): Promise<ShardStore> {
    const { config, node } = this.#settings;
    const plan = { config, directory: this.#directory.segments, keys, self: node.id, witnesses };
    const store = await this.#parts.start(
      'segments',
      () => startStore(plan, this.#runtime),
      (opened) => opened.close(),
    );
    this.#store = store;
    await this.#parts.start(
      'store gauges',
      () => startStoreGauges(store, this.#runtime),
      (gauges) => gauges.stop(),
    );
    return store;
  }

  #startShardServer(store: ShardStore): Promise<ShardServer> {
    const { clock, log, metrics } = this.#runtime;
    return this.#parts.start(
      'shard server',
      () => createShardServer({ store, clock, logger: log.child({ part: 'storage' }), metrics }),
      (server) => server.close(),
    );
  }

  /** Where the configuration asks for it, bodies of NATS clients may go past NATS. */
  async #startTickets(): Promise<Pick<ServicePlan, 'tickets'>> {
    const { config, node } = this.#settings;
    if (config.quicTickets === undefined) return {};
    const place = { host: node.host, port: config.quicTickets.port };
    const { desk } = await this.#parts.start(
      'tickets',
      () => startTickets(place, this.#runtime),
      (door) => door.close(),
    );
    return { tickets: desk };
  }

  /** What users reach: operations on NATS, S3 over HTTP; and the work that nobody asks for. */
  async #startEdges(
    { bus, metadata, membership, shards, store }: Planes,
    identities: Identities,
  ): Promise<void> {
    const { config, node } = this.#settings;
    const { clock, random, log, metrics } = this.#runtime;
    const self = node.id;
    const ring = new ClusterRing(config, metadata.members);
    const objects = createObjectContext({ config, self, metadata, shards, ring }, this.#runtime);
    const stores = createStores(objects);
    await withStartPatience(this.#runtime, 'declaring buckets', () => declareBuckets(config, stores.buckets));
    const maintenance = await this.#startMaintenance({ metadata, store, objects, ring, stores });
    // What belongs elsewhere under a new ring begins to move at once.
    ring.onEpoch(() => maintenance.ask('repair'));
    const localBodies = new LocalBodies(clock, random);
    const sources = { config, self, metadata, membership };
    const adminStatus = (): Promise<AdminStatusReply> => adminStatusOf(sources);
    const adminMaintenance = maintenanceAnswers(self, maintenance);
    const { dataShards, parityShards } = config.erasure;
    const width = dataShards + parityShards;
    const changes = new RingChanges({ metadata, ring, width, clock, logger: log.child({ part: 'ring' }) });
    const adminMembership: ServicePlan['adminMembership'] = (request) => changes.answer(request);
    const admin = { adminStatus, adminMaintenance, adminMembership };
    const pressure = this.#pressure.reason;
    const tickets = await this.#startTickets();
    const plan = { config, self, bus, localBodies, stores, identities, pressure, ...tickets, ...admin };
    const service = await this.#parts.start(
      'service',
      () => startService(plan, this.#runtime),
      (started) => started.stop(SERVICE_DRAIN_MS),
    );
    if (node.gateway !== undefined) {
      const direct = config.s3.directCalls ? { direct: directObjects(service) } : {};
      const client = createClient({ bus, localBodies, node: self, seal: identities.seal, ...direct });
      await this.#startGateway({ client, identities, readiness: () => readinessOf(sources) });
    }
    await this.#parts.start(
      'storage config',
      () => startStorageConfig(config, bus, this.#runtime),
      (answer) => answer.stop(),
    );
    await this.#parts.start(
      'events',
      () => startEvents({ config, self, bus, metadata }, this.#runtime),
      (events) => events.stop(),
    );
    const logger = log.child({ part: 'reclaimer' });
    const { graceMs } = config.reclaim;
    const intervalMs = RECLAIM_INTERVAL_MS;
    await this.#parts.start(
      'reclaimer',
      () => startReclaimer({ self, metadata, shards, graceMs, intervalMs, clock, logger, metrics }),
      (reclaimer) => reclaimer.stop(),
    );
  }

  #startMaintenance(
    planes: Omit<MaintenanceParts, 'config' | 'notebookFile' | 'copiesDirectory'>,
  ): Promise<Maintenance> {
    const { config } = this.#settings;
    const { maintenanceFile: notebookFile, metadataCopies: copiesDirectory } = this.#directory;
    return this.#parts.start(
      'maintenance',
      () => startMaintenance({ config, notebookFile, copiesDirectory, ...planes }, this.#runtime),
      (maintenance) => maintenance.stop(),
    );
  }

  async #startGateway({ client: ours, identities, readiness }: GatewayParts): Promise<void> {
    const { config, node } = this.#settings;
    const at = present(node.gateway, 'the address of the gateway');
    const tls = await loadTls(this.#settings, this.#directory.certificates, this.#runtime);
    const client = await this.#parts.start(
      'client',
      () => ours,
      (started) => {
        started.close();
        return Promise.resolve();
      },
    );
    const { credentials } = identities;
    const pressure = this.#pressure.reason;
    const plan = { config, at, client, credentials, tls, readiness, pressure };
    await this.#parts.start(
      'gateway',
      () => startGateway(plan, this.#runtime),
      (gateway) => gateway.stop(),
    );
  }
}
