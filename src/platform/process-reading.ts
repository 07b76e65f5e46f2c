// What this process uses of what it may: memory, heap, descriptors. Linux says it in /proc; elsewhere descriptors are not known.

import { readFileSync, readdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { systemCodeOf } from '../core/errors.ts';
import type { ProcessReading } from './pressure.ts';

const OPEN_FILES_LIMIT = /^Max open files\s+(\d+)/m;

/** Costs a millisecond or two per ten thousand open descriptors. */
export function readProcess(): ProcessReading {
  const heap = getHeapStatistics();
  return {
    memoryBytes: process.memoryUsage.rss(),
    memoryLimitBytes: memoryLimitBytes(),
    heapBytes: heap.used_heap_size,
    heapLimitBytes: heap.heap_size_limit,
    descriptorsLimit: descriptorsLimit(),
    descriptors: openDescriptors(),
  };
}

/** Of the control group where it sets one, else the memory of the machine. */
function memoryLimitBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Without one to spare for looking, all are in use. */
function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch (error) {
    return systemCodeOf(error) === 'EMFILE' ? lastLimit : 0;
  }
}

let lastLimit = 0;

/** Zero where it is not known or not limited. Read anew every time: it can be changed from outside. */
export function descriptorsLimit(): number {
  try {
    lastLimit = Number(OPEN_FILES_LIMIT.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 0);
  } catch (error) {
    if (systemCodeOf(error) !== 'EMFILE') return 0;
  }
  return lastLimit;
}
