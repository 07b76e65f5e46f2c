// The program of a seal worker: seals, opens and proves fragments in shared windows, one job after the other.

import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../core/assert.ts';
import { KeyRing } from './data-key.ts';
import { doTask, type SealAnswer, type SealJob, type SealWorkerData } from './seal-job.ts';
import { windowAt } from './shared-windows.ts';

const port = parentPort;
assert(port !== null, 'a worker has a thread that started it');
const { memory, keys } = workerData as SealWorkerData;
// A store id that travelled is a plain array of bytes.
const ring = new KeyRing(keys.map((key) => ({ ...key, storeId: Buffer.from(key.storeId) })));

port.on('message', (job: SealJob) => {
  const corrupt = doTask(job.task, job, ring.get(job.extent.keyEpoch), windowAt(memory, job.slot));
  const answer: SealAnswer = { id: job.id, ...(corrupt === undefined ? {} : { corrupt }) };
  port.postMessage(answer);
});
