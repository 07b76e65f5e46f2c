// A whole cluster in simulated time: the real objects room, shard client, shard server and reclaimer of every node over a simulated
// network, disk and metadata service, driven from one seed, judged after every step.
//
// Invariants that are checked (I1 … of docs/ARCHITECTURE.md):
//   I1  a reader gets exactly the bytes of one write, the one its record names; a shard never changes under its name.
//   I2  whatever the truth names can be read: every shard not recorded as missing is on its node, and K are readable.
//   I7  every operation ends within a bound of simulated time.
//   and every key is a linearizable register.

import { createHash } from 'node:crypto';
import { bodyOf, collect } from '../../../src/core/body.ts';
import { nodeId } from '../../../src/core/ids.ts';
import type { BlobRecord, BucketRecord, ObjectRecord } from '../../../src/contracts/records.ts';
import { shardKeyText } from '../../../src/core/shard-key.ts';
import { startReclaimer, type Reclaimer } from '../../../src/maintenance/reclaimer.ts';
import type { MetadataStore } from '../../../src/metadata/metadata-store.ts';
import { shardBytes } from '../../../src/objects/layout.ts';
import type { ObjectContext } from '../../../src/objects/object-context.ts';
import { createObjectStore } from '../../../src/objects/stored-objects.ts';
import { createMultipartStore } from '../../../src/objects/stored-uploads.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import type { Random } from '../../../src/platform/random.ts';
import { createShardClient } from '../../../src/shards/node-shard-client.ts';
import type { ShardClient } from '../../../src/shards/shard-client.ts';
import { createErasureCode } from '../../../src/shards/reed-solomon.ts';
import { createRing } from '../../../src/shards/ring.ts';
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
import { SimMetadata } from './sim-metadata.ts';
import { SimNetwork } from './sim-network.ts';
import { digestOf, SimDisk, SimStore, type HeldShard } from './sim-store.ts';
import { Incarnation, SimTime } from './sim-time.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly nodes?: number;
  readonly clients?: number;
  readonly operations?: number;
  readonly keys?: number;
  readonly graceMs?: number;
  /** Replaces a layer by one with a planted bug. */
  readonly plant?: Plant;
}

/** Where canaries live: every hook gets the honest layer and gives back what the nodes use in its place. */
export interface Plant {
  readonly context?: (context: ObjectContext, world: World) => ObjectContext;
  readonly store?: (store: ShardStore, world: World, node: number) => ShardStore;
  readonly metadata?: (metadata: MetadataStore, world: World, node: number) => MetadataStore;
  readonly shards?: (shards: ShardClient, world: World) => ShardClient;
  readonly disk?: (disk: SimDisk) => void;
  readonly reclaimGraceMs?: number;
  readonly reclaimIntervalMs?: number;
  readonly floor?: number;
  /** Runs beside everything else, once a simulated second. */
  readonly everySecond?: (world: World) => Promise<void> | void;
}

export interface HistoryReport {
  readonly seed: number;
  readonly operations: number;
  readonly answered: number;
  readonly unknown: number;
  readonly steps: number;
  readonly simulatedMs: number;
  readonly trace: string;
  /** Empty: everything held. */
  readonly violations: readonly string[];
}

const K = 2;
const M = 1;
const SETTLE_MS = 60_000;
const OPERATION_LIMIT_MS = 120_000;
const HISTORY_LIMIT_MS = 30 * 60_000;
const RECLAIM_INTERVAL_MS = 5_000;
const GRACE_MS = 10_000;
const BODY_BYTES_LIMIT = 1 << 24;

interface Node {
  readonly life: Incarnation;
  readonly objects: ReturnType<typeof createObjectStore>;
  readonly multipart: ReturnType<typeof createMultipartStore>;
  readonly reclaimer: Reclaimer;
  readonly breakConnections: () => void;
}

export class World {
  readonly time = new SimTime();
  readonly chance: SeededChance;
  readonly network: SimNetwork;
  readonly metadata: SimMetadata;
  readonly disks = new Map<number, SimDisk>();
  readonly ids: readonly number[];
  readonly bucket: BucketRecord = someBucket('sim');
  readonly violations: string[] = [];
  readonly #options: WorldOptions;
  readonly #nodes = new Map<number, Node>();
  readonly #histories = new Map<string, RegisterEvent[]>();
  /** Every body by its MD5, as ETags have it. */
  readonly #bodies = new Map<string, Buffer>();
  /** The digest of every shard that was ever committed, by its name. */
  readonly #shardDigests = new Map<string, string>();
  #requests = 0;
  #answered = 0;
  #unknown = 0;
  #running = 0;
  #operationsLeft: number;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.chance = new SeededChance(options.seed);
    this.ids = Array.from({ length: options.nodes ?? 4 }, (_, index) => index + 1);
    this.network = new SimNetwork(this.time, this.chance.fork('network'));
    this.metadata = new SimMetadata(this.time, this.chance.fork('metadata'), {
      bucket: this.bucket,
      nodes: this.ids,
    });
    this.#operationsLeft = options.operations ?? 60;
    for (const id of this.ids) {
      const disk = new SimDisk((_, shard) => this.#committed(shard));
      options.plant?.disk?.(disk);
      this.disks.set(id, disk);
      this.start(id);
    }
  }

  /** One whole history: faults and clients, then peace, then every key is read through every node. */
  async run(): Promise<HistoryReport> {
    const clients = Array.from({ length: this.#options.clients ?? 4 }, (_, n) => this.#client(n));
    let isQuiet = false;
    const nemesis = this.#nemesis(() => isQuiet);
    const everySecond = this.#everySecond(() => isQuiet);
    const over = { is: false };
    const story = (async () => {
      await Promise.all(clients);
      isQuiet = true;
      await nemesis;
      this.heal();
      await this.time.sleep(SETTLE_MS);
      await this.#audit();
      await everySecond;
      over.is = true;
    })();
    story.catch((error: unknown) => {
      this.violations.push(`the history broke off: ${String((error as Error).stack)}`);
      over.is = true;
    });
    await this.time.run(
      HISTORY_LIMIT_MS,
      () => over.is || this.violations.length > 0,
      () => this.#judge(),
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
    this.#mend();
    this.#hurry();
    for (const id of this.ids) {
      const disk = this.disks.get(id)!;
      disk.full = false;
      disk.slownessMs = 2;
      if (!this.#nodes.has(id)) this.start(id);
    }
  }

  crash(id: number): void {
    const node = this.#nodes.get(id);
    if (node === undefined) return;
    this.time.note(`crash ${id}`);
    this.#nodes.delete(id);
    node.life.kill();
    this.disks.get(id)?.crash();
    // A machine that lost power says nothing; a process that was killed has its sockets closed by the kernel.
    if (this.chance.chance(0.6)) this.time.after(200 * this.chance.fraction(), node.breakConnections);
  }

  start(id: number): void {
    this.time.note(`start ${id}`);
    const plant = this.#options.plant ?? {};
    const life = new Incarnation(this.time, id, this.chance.integer(-2_000, 2_000));
    const { context, breakConnections } = this.#context(life, plant);
    const reclaimer = startReclaimer({
      ...context,
      metrics: noMetrics,
      graceMs: plant.reclaimGraceMs ?? this.#options.graceMs ?? GRACE_MS,
      intervalMs: plant.reclaimIntervalMs ?? RECLAIM_INTERVAL_MS,
    });
    const objects = createObjectStore(context);
    const multipart = createMultipartStore(context);
    this.#nodes.set(id, { life, objects, multipart, reclaimer, breakConnections });
  }

  /** The parts of a node, each as planted. */
  #context(life: Incarnation, plant: Plant): { context: ObjectContext; breakConnections: () => void } {
    const { node: id } = life;
    const chance = this.chance.fork(`node ${id}`);
    const random: Random = { bytes: (count) => chance.bytes(count), fraction: () => chance.fraction() };
    const base = { clock: life.clock, logger: silentLogger, metrics: noMetrics };
    const disk = this.disks.get(id)!;
    const honest = new SimStore(disk, life, { time: this.time, chance }) as unknown as ShardStore;
    const server = createShardServer({ ...base, store: plant.store?.(honest, this, id) ?? honest });
    const { transport, break: breakConnections } = this.network.transport(life);
    this.#listen(transport, id, server.onStream);
    const client = createShardClient({
      ...base,
      transport,
      self: nodeId(id),
      local: server.local,
      resolve: (node) => this.network.locate(node),
      random,
    });
    const metadata = this.metadata.of(life);
    const ring = createRing({ epoch: 1, nodes: this.ids.map((node) => ({ id: nodeId(node), weight: 1 })) });
    const context: ObjectContext = {
      ...base,
      self: nodeId(id),
      coding: { k: K, m: M, floor: plant.floor ?? K },
      ring: () => ring,
      erasureCode: createErasureCode,
      shards: plant.shards?.(client, this) ?? client,
      metadata: plant.metadata?.(metadata, this, id) ?? metadata,
      random,
    };
    return { context: plant.context?.(context, this) ?? context, breakConnections };
  }

  /** Shard names that the truth needs on this node now. */
  *neededShards(): Generator<{
    node: number;
    name: string;
    index: number;
    blob: BlobRecord;
    record: ObjectRecord;
  }> {
    for (const { record } of this.metadata.truth.values()) {
      for (const blob of record.blobs) {
        for (const [index, node] of blob.nodes.entries()) {
          if (shardBytes(shapeOf(blob), index) === 0 || blob.missing?.includes(index) === true) continue;
          yield { node, index, blob, record, name: shardKeyText({ writeId: blob.write, index }) };
        }
      }
    }
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
      const id = chance.pick(this.ids);
      const node = this.#nodes.get(id);
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
    const body = bodyBytes(at.chance);
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

  // --- Faults ---------------------------------------------------------------------------------------------------

  async #nemesis(isQuiet: () => boolean): Promise<void> {
    const chance = this.chance.fork('nemesis');
    while (!isQuiet()) {
      await this.time.sleep(chance.integer(20, 1_500));
      const lastsMs = chance.chance(0.7) ? chance.integer(50, 4_000) : chance.integer(4_000, 20_000);
      const end = this.#misfortune(chance);
      await this.time.sleep(lastsMs);
      end();
    }
  }

  #misfortune(chance: SeededChance): () => void {
    const [first, second] = chance.shuffled(this.ids);
    const node = first!;
    const disk = this.disks.get(node)!;
    switch (chance.integer(1, 9)) {
      case 1:
      case 2:
        this.crash(node);
        return () => this.#startAgain(node);
      case 3:
        for (const id of this.ids) this.crash(id);
        return () => this.ids.forEach((id) => this.#startAgain(id));
      case 4:
        for (const other of this.ids) {
          this.network.cut(node, other);
          this.network.cut(other, node);
        }
        this.metadata.cutOff.add(node);
        return () => this.#mend();
      case 5:
        this.network.cut(node, second!);
        return () => this.#mend();
      case 6:
        this.metadata.cutOff.add(node);
        return () => this.#mend();
      case 7:
        this.network.slowness = chance.integer(10, 200);
        this.metadata.slowness = this.network.slowness / 4;
        return () => this.#hurry();
      case 8:
        disk.full = true;
        return () => (disk.full = false);
      default:
        disk.slownessMs = chance.integer(100, 6_000);
        return () => (disk.slownessMs = 2);
    }
  }

  #startAgain(id: number): void {
    if (!this.#nodes.has(id)) this.start(id);
  }

  #hurry(): void {
    this.network.slowness = 1;
    this.metadata.slowness = 1;
  }

  #mend(): void {
    this.network.heal();
    this.metadata.heal();
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
        for (let attempt = 0; attempt < 3 && !isKnown; attempt += 1) {
          const node = this.#nodes.get(id);
          if (node === undefined) throw new Error(`node ${id} is down after all was healed`);
          isKnown = await this.#get(node, key, `audit at ${id}`);
        }
        if (!isKnown) this.violations.push(`I2: ${key} cannot be read at node ${id} after all was healed`);
      }
    }
  }

  #committed(shard: HeldShard): void {
    const name = shardKeyText(shard.stat.key);
    const digest = digestOf(shard.bytes);
    const before = this.#shardDigests.get(name);
    if (before !== undefined && before !== digest)
      this.violations.push(`I1: shard ${name} was committed twice with different bytes`);
    this.#shardDigests.set(name, digest);
  }

  /** After every step: everything that the truth names is there. */
  #judge(): void {
    for (const { node, name, record, index } of this.neededShards()) {
      const held = this.disks.get(node)?.shards.get(name);
      if (held === undefined) {
        this.violations.push(`I2: shard ${index} of ${record.request} is not on node ${node}`);
        return;
      }
    }
    for (const { record } of this.metadata.truth.values()) {
      for (const blob of record.blobs) {
        const present = blob.nodes.length - (blob.missing?.length ?? 0);
        if (present < K) {
          this.violations.push(`I2: ${record.request} was committed with ${present} shards`);
          return;
        }
      }
    }
  }

  #judgeHistories(): void {
    for (const [key, events] of this.#histories) {
      const verdict = checkRegister(events);
      if (verdict.kind === 'violation') this.violations.push(`${key}: ${verdict.explanation}`);
    }
  }
}

interface Operation {
  readonly key: string;
  readonly chance: SeededChance;
  readonly by: string;
}

function shapeOf(blob: BlobRecord): Parameters<typeof shardBytes>[0] {
  return { sizeBytes: blob.size, k: blob.k, m: blob.m, cellBytes: blob.cell };
}

function bodyBytes(chance: SeededChance): Buffer {
  const dice = chance.fraction();
  const bytes = dice < 0.6 ? chance.integer(16, 300) : dice < 0.95 ? chance.integer(300, 20_000) : 300_000;
  // Only the head differs: what is expensive to make up proves nothing more.
  return Buffer.concat([chance.bytes(16), Buffer.alloc(bytes - 16, chance.integer(0, 255))]);
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
