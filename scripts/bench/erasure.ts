// Speed of the erasure code in GiB of object data per second of CPU time, in stripes of full cells.
//
// Run: node dist/scripts/bench/erasure.js

import { CELL_BYTES } from '../../src/core/limits.ts';
import {
  createJavascriptKernel,
  createWasmKernel,
  type ErasureKernel,
} from '../../src/shards/erasure-kernel.ts';
import { createErasureCodeOn } from '../../src/shards/reed-solomon.ts';

const GIB = 2 ** 30;
const ROUNDS = 7;
const ROUND_MS = 150;

/** Median over rounds of bytes per CPU second. */
function measure(bytesPerRun: number, run: () => void): number {
  run();
  const speeds = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage();
    let cpuMicros = 0;
    let runs = 0;
    while (cpuMicros < ROUND_MS * 1000) {
      for (let i = 0; i < 8; i += 1) run();
      runs += 8;
      const used = process.cpuUsage(start);
      cpuMicros = used.user + used.system;
    }
    return (runs * bytesPerRun) / (cpuMicros / 1e6);
  });
  return speeds.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
}

function measureCode(kernel: ErasureKernel, k: number, m: number): Record<string, string | number> {
  const code = createErasureCodeOn(kernel, k, m);
  const data = Array.from({ length: k }, (_cell, i) => Buffer.alloc(CELL_BYTES, i + 1));
  const all = [...data, ...code.encode(data, CELL_BYTES)];
  const lost = Array.from({ length: m }, (_shard, i) => i);
  const damaged = all.map((cell, i) => (lost.includes(i) ? undefined : cell));
  const oneLost = all.map((cell, i) => (i === 0 ? undefined : cell));
  const show = (run: () => void): string => (measure(k * CELL_BYTES, run) / GIB).toFixed(2);
  return {
    kernel: kernel.name,
    code: `(${k},${m})`,
    encode: show(() => code.encode(data, CELL_BYTES)),
    'rebuild 1': show(() => code.reconstruct(oneLost, CELL_BYTES, [0])),
    'rebuild M': show(() => code.reconstruct(damaged, CELL_BYTES, lost)),
  };
}

const kernels = [createWasmKernel(), createJavascriptKernel()].filter((kernel) => kernel !== undefined);
const shapes: readonly (readonly [number, number])[] = [
  [2, 1],
  [4, 2],
  [8, 4],
];
console.table(kernels.flatMap((kernel) => shapes.map(([k, m]) => measureCode(kernel, k, m))));
