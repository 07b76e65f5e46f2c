// s3d rotate-key: the encryption key file holds a new key; the data keys of this node are wrapped with it.
//
// A running node is told by SIGHUP and does it itself; otherwise it is done here, for which the key before is needed. Either way
// nothing is sealed anew, and the command may be repeated until it says that the key is in use.

import {
  claimDataDirectory,
  dataDirectoryOf,
  releaseDataDirectory,
  runningNode,
  type DataDirectory,
} from '../../host/data-directory.ts';
import { forgetKeys, loadNodeKeys, type NodeKeys } from '../../host/node-keys.ts';
import { PredastoreError } from '../../core/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { systemFiles } from '../../platform/files.ts';
import { systemRandom } from '../../platform/random.ts';
import { isWrappedWith, rotateState } from '../../segments/rotate-state.ts';
import type { MaintenanceCommand } from './maintenance-command.ts';

/** How long a running node may take: one small file, but its disk may be busy. */
const ANSWER_LIMIT_MS = 30_000;
const POLL_MS = 100;

export const rotate: MaintenanceCommand = {
  summary: 'use the new key in the encryption key file',
  flags: [],
  run: async (settings) => {
    const directory = dataDirectoryOf(settings.basePath, settings.node.id);
    const keys = await loadNodeKeys(settings);
    try {
      process.stdout.write(`node ${settings.node.id}: ${await rotateNode(directory, keys)}\n`);
      return 0;
    } finally {
      forgetKeys(keys);
    }
  },
};

async function rotateNode(directory: DataDirectory, keys: NodeKeys): Promise<string> {
  if (await isWrappedWith(systemFiles, directory.segments, keys.masterKey))
    return 'the key is in use already.';
  const running = await runningNode(directory);
  if (running === undefined) return rotateStopped(directory, keys);
  process.kill(running.pid, 'SIGHUP');
  const limitMs = systemClock.monotonicMs() + ANSWER_LIMIT_MS;
  while (!(await isWrappedWith(systemFiles, directory.segments, keys.masterKey))) {
    if (systemClock.monotonicMs() > limitMs) {
      const mend = 'Its log says why; is the file of --encryption-key-file the one that it was started with?';
      throw new PredastoreError('store-failed', `process ${running.pid} did not take the new key. ${mend}`);
    }
    await systemClock.sleep(POLL_MS);
  }
  return 'the running node uses the new key.';
}

async function rotateStopped(directory: DataDirectory, keys: NodeKeys): Promise<string> {
  await claimDataDirectory(directory);
  try {
    const outcome = await rotateState({
      ...keys,
      directory: directory.segments,
      files: systemFiles,
      random: systemRandom,
    });
    return outcome === 'rotated' ? 'the new key is in use.' : 'there is nothing to do.';
  } finally {
    await releaseDataDirectory(directory);
  }
}
