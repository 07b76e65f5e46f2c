// Disks that run full under nodes of a real cluster: of one node it costs the redundancy of what is written meanwhile, of two the writes;
// reads and deletions go on, and everything recovers when there is room.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../../src/core/ids.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { FaultCluster } from '../../support/faults/fault-cluster.ts';
import type { S3Wire, WireReply } from '../../support/faults/s3-wire.ts';
import { SeededChance } from '../../support/seeded-chance.ts';

const canMount = process.getuid?.() === 0 && process.platform === 'linux';
const DISK_BYTES = 128 << 20;
const OBJECT_BYTES = 300_000;
const RECOVERY_LIMIT_MS = 60_000;
const bodies = new Map<string, Buffer>();
let cluster: FaultCluster | undefined;
let wires: readonly S3Wire[] = [];
let written = 0;

beforeAll(async () => {
  if (!canMount) return;
  const shape = { nodes: 3, dataShards: 2, parityShards: 1, transport: 'quic' } as const;
  cluster = await FaultCluster.start({
    ...shape,
    diskBytes: DISK_BYTES,
    config: '[reclaim]\ngrace_seconds = 10\n[repair]\ninterval_seconds = 60\n',
    chance: new SeededChance('full-disks'),
  });
  wires = cluster.nodes.map((node) => cluster!.wire(node, 30_000));
  expect((await wires[0]!.send({ method: 'PUT', path: '/disks' })).status).toBe(200);
}, 180_000);

afterAll(() => cluster?.close(), 60_000);

/** Writes a new object through any gateway; it is remembered when it was acknowledged. */
async function put(): Promise<WireReply> {
  const key = `object-${(written += 1)}`;
  const body = randomBytes(OBJECT_BYTES);
  const reply = await wires[written % 3]!.send({ method: 'PUT', path: `/disks/${key}`, body });
  if (reply.status === 200) bodies.set(key, body);
  return reply;
}

async function expectAll(): Promise<void> {
  for (const [key, body] of bodies) {
    const reply = await wires[bodies.size % 3]!.send({ method: 'GET', path: `/disks/${key}` });
    expect({ key, status: reply.status, same: reply.body.equals(body) }).toEqual({
      key,
      status: 200,
      same: true,
    });
  }
}

/** Writes until one is answered as wanted; the answers before it, which a node that has not noticed yet may give. */
async function untilPut(isWanted: (reply: WireReply) => boolean): Promise<WireReply> {
  const deadlineMs = performance.now() + RECOVERY_LIMIT_MS;
  for (;;) {
    const reply = await put();
    if (isWanted(reply)) return reply;
    if (performance.now() > deadlineMs)
      throw new Error(`still ${reply.status} ${JSON.stringify(reply.headers)} ${reply.body.toString()}`);
    await systemClock.sleep(100);
  }
}

const isDegraded = ({ status, headers }: WireReply): boolean =>
  status === 200 && headers['x-spx-degraded-write'] !== undefined;
const isWhole = ({ status, headers }: WireReply): boolean =>
  status === 200 && headers['x-spx-degraded-write'] === undefined;
const isFull = ({ status }: WireReply): boolean => status === 507;

(canMount ? test : test.skip)(
  'one full disk degrades writes, two refuse them with 507, and all recovers when there is room',
  async () => {
    for (let n = 0; n < 10; n += 1) expect(isWhole(await put())).toBe(true);
    await cluster!.fillDisk(2, 256 * 1024);
    await untilPut(isDegraded);
    for (let n = 0; n < 10; n += 1) expect(isDegraded(await put())).toBe(true);
    await expectAll();

    await cluster!.fillDisk(3, 256 * 1024);
    const refused = await untilPut(isFull);
    expect(refused.body.toString()).toContain('<Code>InsufficientStorage</Code>');
    expect((await put()).status).toBe(507);
    await expectAll();
    const [gone] = bodies.keys();
    const removed = await wires[0]!.send({ method: 'DELETE', path: `/disks/${gone}` });
    expect(removed.status).toBe(204);
    bodies.delete(gone!);

    // To the last byte: what a start needs comes from the space reserve.
    await cluster!.emptyDisk(3);
    await cluster!.fillDisk(3, 0);
    await cluster!.cluster.signal(nodeId(3), 'SIGKILL');
    await cluster!.untilGone(3);
    await cluster!.bringUp([3]);
    await expectAll();

    await cluster!.emptyDisk(2);
    await cluster!.emptyDisk(3);
    await untilPut(isWhole);
    await expectAll();
  },
  240_000,
);
