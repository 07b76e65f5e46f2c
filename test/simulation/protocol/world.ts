// A whole cluster in simulated time: the real objects room, shard client, shard server, reclaimer and maintenance (repair, scrub,
// orphans) of every node over a simulated network, disk and metadata service, driven from one seed, judged after every step.
//
// Invariants that are checked (I1 … of docs/ARCHITECTURE.md):
//   I1  a reader gets exactly the bytes of one write, the one its record names; a shard never changes under its name.
//   I2  whatever the truth names can be read: every shard that is not recorded as missing and that no misfortune destroyed is on its
//       node, K whole ones are there, and a restart finds them.
//   I3  once all is healed everything owed is repaired, and nothing is stored that nobody names.
//   I7  every operation ends within a bound of simulated time.
//   and every key is a linearizable register.

import { StripeBuffers } from '../../../src/objects/stripe-buffers.ts';
import { CommitTurns } from '../../../src/objects/commit-turns.ts';
import { createHash } from 'node:crypto';
import { bodyOf, collect } from '../../../src/core/body.ts';
import { nodeId } from '../../../src/core/ids.ts';
import type { BucketRecord } from '../../../src/contracts/records.ts';
import { shardKeyText } from '../../../src/core/shard-key.ts';
import { Maintenance, type MaintenancePlan } from '../../../src/maintenance/maintenance.ts';
import type { Notebook, Notes } from '../../../src/maintenance/notebook.ts';
import { Pace } from '../../../src/maintenance/pace.ts';
import { startReclaimer } from '../../../src/maintenance/reclaimer.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { DamageReports } from '../../../src/objects/damage-reports.ts';
import type { ObjectContext } from '../../../src/objects/object-context.ts';
import { createObjectStore } from '../../../src/objects/stored-objects.ts';
import { createMultipartStore } from '../../../src/objects/stored-uploads.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import type { Random } from '../../../src/platform/random.ts';
import { createShardClient } from '../../../src/shards/node-shard-client.ts';
import { createErasureCode } from '../../../src/shards/reed-solomon.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { createShardServer } from '../../../src/storage/shard-server.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import {
  checkRegister,
  type RegisterAction,
  type RegisterEvent,
} from '../../support/consistency/register-history.ts';
import { someBucket } from '../../support/metadata-planes.ts';
import { SeededChance } from '../../support/seeded-chance.ts';
import { Inventory, K, M } from './inventory.ts';
import { Nemesis, type TroubledWorld } from './misfortunes.ts';
import { EngineDisk } from './sim-engine.ts';
import type { HistoryReport, PlantedWorld, WorldOptions } from './world-options.ts';
import { SimMetadata } from './sim-metadata.ts';
import { SimNetwork } from './sim-network.ts';
import { firstRing, SimRing } from './sim-ring.ts';
import { digestOf, SimDisk, type HeldShard, type NodeDisk } from './sim-store.ts';
import { Incarnation, SimTime } from './sim-time.ts';

/** Long enough for two sweeps, a pass of scrubbing, and two looks at orphans a grace apart, whose clocks were wrong before. */
const SETTLE_MS = 220_000;
const AUDIT_TRIES = 4;
const AUDIT_PAUSE_MS = 2_000;
const OPERATION_LIMIT_MS = 120_000;
const HISTORY_LIMIT_MS = 30 * 60_000;
const RECLAIM_INTERVAL_MS = 5_000;
const GRACE_MS = 10_000;
const BODY_BYTES_LIMIT = 1 << 24;
/** A connection to a machine that is gone ends by itself: the idle timeout of QUIC. */
const SILENCE_MS = 30_000;
const ALONE_PATIENCE_MS = 5_000;
const ENGINE_TURNS = 4;
/** More than one stripe. */
const BODY_BYTES = 140_000;
const SHARD_LIMIT_OF_ENGINE = 20_000;
const MAINTENANCE: MaintenancePlan = {
  repair: { enabled: true, workers: 1, intervalMs: 30_000 },
  scrub: { enabled: true, periodMs: 60_000, bytesPerSecondMax: 1e9 },
  orphans: { enabled: true, graceMs: 40_000, intervalMs: 25_000 },
  lifecycle: { enabled: false, intervalMs: 60_000, deletionsPerSecondMax: 1 },
  copies: { enabled: false },
};

interface Process {
  readonly life: Incarnation;
  readonly breakConnections: () => void;
  /** Absent while it starts. */
  ready?: Node;
}

interface Node {
  readonly life: Incarnation;
  readonly objects: ReturnType<typeof createObjectStore>;
  readonly multipart: ReturnType<typeof createMultipartStore>;
}

export class World implements PlantedWorld, TroubledWorld {
  readonly time = new SimTime();
  readonly chance: SeededChance;
  readonly network: SimNetwork;
  readonly metadata: SimMetadata;
  readonly disks = new Map<number, NodeDisk>();
  readonly inventory: Inventory;
  readonly ids: readonly number[];
  readonly bucket: BucketRecord = someBucket('sim');
  readonly violations: string[] = [];
  readonly #options: WorldOptions;
  readonly #processes = new Map<number, Process>();
  readonly #histories = new Map<string, RegisterEvent[]>();
  /** Every body by its MD5, as ETags have it. */
  readonly #bodies = new Map<string, Buffer>();
  /** The digest of every shard that was ever committed, by its name. */
  readonly #shardDigests = new Map<string, string>();
  readonly #rings = new Map<number, SimRing>();
  #requests = 0;
  #answered = 0;
  #unknown = 0;
  #running = 0;
  #operationsLeft: number;
  /** Clients wait here while something needs to be alone. */
  #gate: Promise<void> | undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.chance = new SeededChance(options.seed);
    this.ids = Array.from({ length: options.nodes ?? 5 }, (_, index) => index + 1);
    this.network = new SimNetwork(this.time, this.chance.fork('network'));
    this.metadata = new SimMetadata(this.time, this.chance.fork('metadata'), {
      bucket: this.bucket,
      nodes: this.ids,
      ring: firstRing(this.ids),
    });
    this.inventory = new Inventory(this.metadata, this.disks);
    this.#operationsLeft = options.operations ?? 60;
    if (options.engine === 'real') this.time.turns = ENGINE_TURNS;
    for (const id of this.ids) {
      this.disks.set(id, this.#newDisk(id));
      this.#rings.set(id, new SimRing(this.metadata.views.get(id)!));
      this.start(id);
    }
  }

  #newDisk(id: number): NodeDisk {
    const { engine, plant } = this.#options;
    const onCommit = (shard: HeldShard): void => this.#committed(id, shard);
    const parts = { time: this.time, chance: this.chance.fork(`disk ${id}`), onCommit };
    if (engine === 'real') {
      const disk = new EngineDisk(parts);
      plant?.engine?.(disk);
      return disk;
    }
    const disk = new SimDisk(parts);
    plant?.disk?.(disk);
    return disk;
  }

  /** One whole history: faults and clients, then peace, then every key is read through every node. */
  async run(): Promise<HistoryReport> {
    const clients = Array.from({ length: this.#options.clients ?? 4 }, (_, n) => this.#client(n));
    let isQuiet = false;
    const chance = this.chance.fork('nemesis');
    const nemesis = new Nemesis(this, chance, this.#options.misfortunes).run(() => isQuiet);
    const everySecond = this.#everySecond(() => isQuiet);
    const over = { is: false };
    const story = (async () => {
      await Promise.all(clients);
      isQuiet = true;
      if (this.#options.endsEarly === true) return;
      await nemesis;
      this.heal();
      await this.time.sleep(SETTLE_MS);
      this.violations.push(...this.inventory.judgeRest());
      await this.#audit();
      await everySecond;
    })();
    void story
      .catch((error: unknown) => {
        this.violations.push(`the history broke off: ${String((error as Error).stack)}`);
      })
      .finally(() => (over.is = true));
    await this.time.run(
      HISTORY_LIMIT_MS,
      () => over.is || this.violations.length > 0,
      () => this.violations.push(...this.inventory.judge()),
    );
    if (!over.is && this.violations.length === 0)
      this.violations.push(`I7: the history does not end; ${this.#running} operations are still running`);
    if (this.violations.length === 0) this.#judgeHistories();
    return {
      seed: this.#options.seed,
      operations: this.#requests,
      answered: this.#answered,
      unknown: this.#unknown,
      steps: this.time.steps,
      simulatedMs: Math.round(this.time.nowMs),
      trace: this.time.traceDigest(),
      violations: this.violations,
    };
  }

  /** Every link, disk and process as it should be; what rotted stays rotten. */
  heal(): void {
    this.mend();
    this.hurry();
    for (const id of this.ids) {
      const disk = this.disks.get(id)!;
      disk.full = false;
      disk.slownessMs = 2;
      this.skew(id, 0);
      this.startAgain(id);
    }
  }

  crash(id: number): void {
    const process = this.#processes.get(id);
    if (process === undefined) return;
    this.time.note(`crash ${id}`);
    this.#processes.delete(id);
    process.life.kill();
    this.disks.get(id)?.crash();
    // A machine that lost power says nothing; a process that was killed has its sockets closed by the kernel.
    const silenceMs = this.chance.chance(0.6) ? 200 * this.chance.fraction() : SILENCE_MS;
    this.time.after(silenceMs, process.breakConnections);
  }

  start(id: number): void {
    this.time.note(`start ${id}`);
    const life = new Incarnation(this.time, id, this.chance.integer(-2_000, 2_000));
    const { transport, break: breakConnections } = this.network.transport(life);
    const process: Process = { life, breakConnections };
    this.#processes.set(id, process);
    this.#boot(process, transport).catch((error: unknown) => {
      this.violations.push(`node ${id} does not start: ${String((error as Error).stack)}`);
    });
  }

  startAgain(id: number): void {
    if (!this.#processes.has(id)) this.start(id);
  }

  mend(): void {
    this.network.heal();
    this.metadata.heal();
  }

  hurry(): void {
    this.network.slowness = 1;
    this.metadata.slowness = 1;
  }

  /** The wall clock of a machine jumps. */
  skew(id: number, skewMs: number): void {
    const process = this.#processes.get(id);
    if (process !== undefined) process.life.skewMs = skewMs;
  }

  /** Does something while no operation runs; does nothing when that cannot be had soon. */
  async alone<T>(work: () => T): Promise<T | undefined> {
    let open: () => void = () => undefined;
    this.#gate = new Promise((resolve) => (open = resolve));
    try {
      const deadlineMs = this.time.nowMs + ALONE_PATIENCE_MS;
      while (this.#running > 0 && this.time.nowMs < deadlineMs) await this.time.sleep(50);
      return this.#running === 0 ? work() : undefined;
    } finally {
      this.#gate = undefined;
      open();
    }
  }

  async #boot(process: Process, transport: Transport): Promise<void> {
    const { life } = process;
    const plant = this.#options.plant ?? {};
    const disk = this.disks.get(life.node)!;
    const honest = await life.whileAlive(disk.open(life));
    await this.#recheck(life, honest);
    const store = plant.store?.(honest, this, life.node) ?? honest;
    const context = this.#context(life, store, transport);
    const plane = plant.metadata?.(this.metadata.of(life), this, life.node) ?? this.metadata.of(life);
    this.#startTasks(context, { store, plane, notebook: notebookOn(disk) });
    process.ready = { life, objects: createObjectStore(context), multipart: createMultipartStore(context) };
  }

  #startTasks(
    context: ObjectContext,
    { store, plane, notebook }: { store: ShardStore; plane: MetadataPlane; notebook: Notebook },
  ): void {
    const plant = this.#options.plant ?? {};
    const { clock, logger, random } = context;
    startReclaimer({
      ...context,
      metrics: noMetrics,
      graceMs: plant.reclaimGraceMs ?? this.#options.graceMs ?? GRACE_MS,
      intervalMs: plant.reclaimIntervalMs ?? RECLAIM_INTERVAL_MS,
    });
    new Maintenance(
      {
        self: context.self,
        metadata: plane,
        store,
        objects: plant.repair?.(context, this) ?? context,
        ring: this.#rings.get(context.self)!,
        notebook,
        pace: new Pace(clock, 1e9),
        clock,
        logger,
        metrics: noMetrics,
      },
      { objects: createObjectStore(context), multipart: createMultipartStore(context), random },
      plant.maintenance?.(MAINTENANCE) ?? MAINTENANCE,
    );
  }

  /** After a restart everything that the truth needs of this node is there, and authenticates. */
  async #recheck(life: Incarnation, store: ShardStore): Promise<void> {
    for (const { node, name, blob, index } of [...this.inventory.needed()]) {
      if (node !== life.node || !this.inventory.isWhole(node, name)) continue;
      const verdict = await life.whileAlive(store.verify({ writeId: blob.write, index }));
      if (verdict.kind !== 'whole' && this.inventory.isWhole(node, name))
        this.violations.push(`I2: shard ${name} is ${verdict.kind} on node ${node} after a restart`);
    }
  }

  /** The parts of a node, each as planted. */
  #context(life: Incarnation, store: ShardStore, transport: Transport): ObjectContext {
    const { node: id } = life;
    const plant = this.#options.plant ?? {};
    const chance = this.chance.fork(`node ${id}`);
    const random: Random = { bytes: (count) => chance.bytes(count), fraction: () => chance.fraction() };
    const base = { clock: life.clock, logger: silentLogger, metrics: noMetrics };
    const server = createShardServer({ ...base, store });
    this.#listen(transport, id, server.onStream);
    const client = createShardClient({
      ...base,
      transport,
      self: nodeId(id),
      local: server.local,
      resolve: (node) => this.network.locate(node),
      random,
    });
    const honest = this.metadata.of(life);
    const metadata = plant.metadata?.(honest, this, id) ?? honest;
    const ring = this.#rings.get(id)!;
    const context: ObjectContext = {
      ...base,
      self: nodeId(id),
      coding: { k: K, m: M, floor: plant.floor ?? K },
      ring: () => ring,
      turns: new CommitTurns(),
      erasureCode: createErasureCode,
      buffers: new StripeBuffers(),
      shards: plant.shards?.(client, this) ?? client,
      metadata,
      random,
      damage: new DamageReports({ ...base, metadata }),
    };
    return plant.context?.(context, this) ?? context;
  }

  #listen(transport: Transport, id: number, onStream: Parameters<Transport['listen']>[1]): void {
    const port = this.network.nextPort(id);
    transport.listen({ host: 'sim', port }, onStream).catch((error: unknown) => {
      this.violations.push(`cannot listen: ${String(error)}`);
    });
  }

  // --- Clients --------------------------------------------------------------------------------------------------

  async #client(number: number): Promise<void> {
    const chance = this.chance.fork(`client ${number}`);
    while (this.#operationsLeft > 0) {
      this.#operationsLeft -= 1;
      await this.time.sleep(2_500 * chance.fraction() ** 2);
      await this.#gate;
      const id = chance.pick(this.ids);
      const node = this.#processes.get(id)?.ready;
      if (node === undefined) continue;
      await this.#operate(node, chance, `client ${number} at ${id}`);
    }
  }

  async #operate(node: Node, chance: SeededChance, by: string): Promise<void> {
    const key = `key ${chance.integer(1, this.#options.keys ?? 4)}`;
    const dice = chance.integer(1, 100);
    if (dice <= 38) await this.#put(node, { key, chance, by }, {});
    else if (dice <= 44) await this.#put(node, { key, chance, by }, { ifNoneMatch: '*' });
    else if (dice <= 54) await this.#remove(node, key, by);
    else if (dice <= 62) await this.#copy(node, { key, chance, by });
    else await this.#get(node, key, by);
  }

  async #put(node: Node, at: Operation, conditions: { ifNoneMatch?: string }): Promise<void> {
    const body = bodyBytes(at.chance, this.#options.engine === 'real' ? SHARD_LIMIT_OF_ENGINE : BODY_BYTES);
    this.#bodies.set(md5(body), body);
    const requestId = this.#request();
    const request = { bucket: this.bucket, key: at.key, conditions, headers: {}, meta: {}, requestId };
    const isCreation = conditions.ifNoneMatch !== undefined;
    const action: RegisterAction = { kind: isCreation ? 'create' : 'write', value: requestId };
    const put = (): Promise<{ kind: string }> =>
      node.objects.put(request, bodyOf(body), new AbortController().signal);
    await this.#record(node, { key: at.key, by: at.by, action }, put, ({ kind }) => {
      if (kind === 'stored') return action;
      if (kind === 'precondition-failed') return { kind: 'create-refused' };
      return undefined;
    });
  }

  async #copy(node: Node, at: Operation): Promise<void> {
    const from = `key ${at.chance.integer(1, this.#options.keys ?? 4)}`;
    if (from === at.key) return;
    const requestId = this.#request();
    const action: RegisterAction = { kind: 'write', value: requestId };
    const copy = (): Promise<{ kind: string }> =>
      node.multipart.copy(
        {
          bucket: this.bucket,
          key: at.key,
          source: { bucket: this.bucket, key: from, conditions: {} },
          conditions: {},
          requestId,
        },
        new AbortController().signal,
      );
    await this.#record(node, { key: at.key, by: at.by, action }, copy, ({ kind }) =>
      kind === 'copied' ? action : kind === 'source' ? 'nothing' : undefined,
    );
  }

  async #remove(node: Node, key: string, by: string): Promise<void> {
    const action: RegisterAction = { kind: 'remove' };
    const request = { bucket: this.bucket, key, conditions: {}, requestId: this.#request() };
    await this.#record(
      node,
      { key, by, action },
      () => node.objects.remove(request),
      ({ kind }) => {
        if (kind === 'removed') return action;
        return kind === 'absent' ? { kind: 'read', value: undefined } : undefined;
      },
    );
  }

  /** True when the answer was definite. */
  async #get(node: Node, key: string, by: string): Promise<boolean> {
    const action: RegisterAction = { kind: 'read', value: undefined };
    const get = async (): Promise<RegisterAction | undefined> => {
      const found = await node.objects.get({ bucket: this.bucket, key, conditions: {} });
      if (found.kind === 'no-such-key') return action;
      if (found.kind !== 'found') return undefined;
      const bytes = await collect(found.body.bytes, BODY_BYTES_LIMIT);
      const wanted = this.#bodies.get(found.record.etag);
      if (wanted?.equals(bytes) !== true)
        this.violations.push(`I1: ${by} read ${key} and got bytes of nobody (${found.record.request})`);
      return { kind: 'read', value: found.record.request };
    };
    this.#request();
    return this.#record(node, { key, by, action }, get, (answer) => answer);
  }

  /** Runs one operation at a node that may die meanwhile, and writes down what is known of it. */
  async #record<T>(
    node: Node,
    what: { key: string; by: string; action: RegisterAction },
    work: () => Promise<T>,
    meaning: (result: T) => RegisterAction | 'nothing' | undefined,
  ): Promise<boolean> {
    const beganAt = this.time.nowMs;
    this.#running += 1;
    const overdue = this.time.after(OPERATION_LIMIT_MS, () =>
      this.violations.push(`I7: ${what.by}: ${what.action.kind} ${what.key} takes longer than its bound`),
    );
    let known: RegisterAction | 'nothing' | undefined;
    try {
      const result = await Promise.race([work(), node.life.ended]);
      if (result !== 'ended') known = meaning(result);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code === 'internal')
        this.violations.push(
          `${what.by}: ${what.action.kind} ${what.key} threw ${String((error as Error).stack)}`,
        );
    } finally {
      overdue.cancel();
      this.#running -= 1;
    }
    const isKnown = known !== undefined;
    if (isKnown) this.#answered += 1;
    else this.#unknown += 1;
    this.time.note(`${what.by} ${what.action.kind} ${what.key} ${JSON.stringify(known)}`);
    if (known !== 'nothing') {
      const events = this.#histories.get(what.key) ?? [];
      this.#histories.set(what.key, events);
      const endedAt = isKnown ? this.time.nowMs : Infinity;
      events.push({ action: known ?? what.action, beganAt, endedAt, by: what.by });
    }
    return isKnown;
  }

  #request(): string {
    this.#requests += 1;
    return `r${this.#requests}`;
  }

  async #everySecond(isQuiet: () => boolean): Promise<void> {
    const { everySecond } = this.#options.plant ?? {};
    while (!isQuiet() && everySecond !== undefined) {
      await this.time.sleep(1_000);
      await everySecond(this);
    }
  }

  // --- Judging --------------------------------------------------------------------------------------------------

  async #audit(): Promise<void> {
    for (const id of this.ids) {
      for (const key of [...this.#histories.keys()].sort()) {
        let isKnown = false;
        for (let attempt = 0; attempt < AUDIT_TRIES && !isKnown; attempt += 1) {
          if (attempt > 0) await this.time.sleep(AUDIT_PAUSE_MS);
          const node = this.#processes.get(id)?.ready;
          if (node === undefined) throw new Error(`node ${id} is down after all was healed`);
          isKnown = await this.#get(node, key, `audit at ${id}`);
        }
        if (!isKnown) this.violations.push(`I2: ${key} cannot be read at node ${id} after all was healed`);
      }
    }
  }

  #committed(node: number, shard: HeldShard): void {
    const name = shardKeyText(shard.stat.key);
    this.inventory.destroyed.delete(`${node} ${name}`);
    const digest = digestOf(shard.bytes);
    const before = this.#shardDigests.get(name);
    if (before !== undefined && before !== digest)
      this.violations.push(`I1: shard ${name} was committed twice with different bytes`);
    this.#shardDigests.set(name, digest);
  }

  #judgeHistories(): void {
    for (const [key, events] of this.#histories) {
      const verdict = checkRegister(events);
      if (verdict.kind === 'violation') this.violations.push(`${key}: ${verdict.explanation}`);
    }
  }
}

function notebookOn(disk: NodeDisk): Notebook {
  const notebook = {
    get notes(): Notes {
      return disk.notes;
    },
    update: async (change: Partial<Notes>): Promise<void> => {
      disk.notes = { ...disk.notes, ...change };
    },
  };
  return notebook as unknown as Notebook;
}

interface Operation {
  readonly key: string;
  readonly chance: SeededChance;
  readonly by: string;
}

function bodyBytes(chance: SeededChance, most: number): Buffer {
  const dice = chance.fraction();
  const bytes = dice < 0.6 ? chance.integer(16, 300) : dice < 0.95 ? chance.integer(300, 20_000) : most;
  // Only the head differs: what is expensive to make up proves nothing more.
  return Buffer.concat([chance.bytes(16), Buffer.alloc(bytes - 16, chance.integer(0, 255))]);
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
