// What a disk can do, roughly, where fio is not installed: sequential writes, each made durable, and reads of them.
//
//   node dist/scripts/bench/disk.js DIRECTORY [SECONDS]
// Reads come from the page cache as far as it reaches: they are an upper bound.

import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const KIB = 1024;
const MIB = 1024 * KIB;
const FILE_BYTES_MAX = 256 * MIB;

const [directory = '.', secondsText = '5'] = process.argv.slice(2);
const limitMs = Number(secondsText) * 1000;
const path = join(directory, `.predastore-disk-bench-${process.pid}`);
const file = await open(path, 'wx+', 0o600);

async function measure(
  what: string,
  blockBytes: number,
  step: (position: number) => Promise<unknown>,
): Promise<void> {
  const startedMs = performance.now();
  const delaysMs: number[] = [];
  let position = 0;
  while (performance.now() - startedMs < limitMs) {
    const beganMs = performance.now();
    await step(position);
    delaysMs.push(performance.now() - beganMs);
    position = (position + blockBytes) % FILE_BYTES_MAX;
  }
  const tookS = (performance.now() - startedMs) / 1000;
  delaysMs.sort((a, b) => a - b);
  const median = delaysMs[Math.floor(delaysMs.length / 2)] ?? 0;
  const slow = delaysMs[Math.floor(delaysMs.length * 0.99)] ?? 0;
  const rate = (delaysMs.length * blockBytes) / MIB / tookS;
  const columns = [
    what.padEnd(24),
    `${rate.toFixed(1)} MiB/s`.padStart(14),
    `${(delaysMs.length / tookS).toFixed(0)}/s`.padStart(9),
  ];
  console.log(`${columns.join('')}   p50 ${median.toFixed(2)} ms   p99 ${slow.toFixed(2)} ms`);
}

try {
  for (const [name, blockBytes] of [['1 MiB', MIB] as const, ['8 KiB', 8 * KIB] as const]) {
    const block = randomBytes(blockBytes);
    await measure(`write ${name} + fdatasync`, blockBytes, async (position) => {
      await file.write(block, 0, blockBytes, position);
      await file.datasync();
    });
    await measure(`read ${name}`, blockBytes, (position) => file.read(block, 0, blockBytes, position));
  }
} finally {
  await file.close();
  await rm(path, { force: true });
}
