// predastore repair|scrub|orphans|lifecycle|copies [status|start] [CLUSTER]: how nodes do what nobody asks them for, and the word to do it now.

import type { AdminMaintenanceReply } from '../../contracts/generated/messages.ts';
import { PredastoreError } from '../../core/errors.ts';
import type { LocalCluster } from '../../host/local-cluster.ts';
import { namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';
import { NodeCalls } from './node-calls.ts';
import { storageNodes } from '../../config/config.ts';

type Task = 'repair' | 'scrub' | 'orphans' | 'lifecycle' | 'copies';

const MIB = 1024 * 1024;

export const repair = taskCommand('repair', 'rebuild lost shards: how it goes, or a sweep now');
export const scrub = taskCommand('scrub', 'read and authenticate every shard: how it goes, or a pass now');
export const orphans = taskCommand(
  'orphans',
  'collect shards that nobody names: how it goes, or a search now',
);

export const lifecycle = taskCommand(
  'lifecycle',
  'carry out the lifecycle rules of buckets: how it goes, or a pass now',
);

export const copies = taskCommand(
  'copies',
  'copies of all metadata that nodes keep: how old they are, or one now',
);

function taskCommand(task: Task, summary: string): Command {
  const accepts = task === 'orphans' ? ' [--accept]' : '';
  return {
    parameters: `[status|start${accepts}] [CLUSTER]`,
    summary,
    run: async (args) => {
      const [word, ...rest] = args[0] === 'status' || args[0] === 'start' ? args : ['status', ...args];
      const accept = rest.includes('--accept');
      if (accept && (word !== 'start' || task !== 'orphans'))
        throw new PredastoreError('invalid-config', '--accept belongs to: predastore orphans start --accept');
      const request = word === 'start' ? { start: task, ...(accept ? { accept } : {}) } : {};
      return ask(namedCluster(rest, accept ? ['--accept'] : []), task, request);
    },
  };
}

async function ask(cluster: LocalCluster, task: Task, request: object): Promise<number> {
  const calls = await NodeCalls.connect(cluster);
  try {
    const nodes = storageNodes(cluster.config);
    const answers = await Promise.all(
      nodes.map(({ id }) => calls.ask<AdminMaintenanceReply>(id, 'AdminMaintenance', request)),
    );
    for (const answer of answers) {
      say(`node ${answer.node}  ${answer.kind === 'answer' ? DESCRIBE[task](answer.result) : answer.reason}`);
    }
    return answers.every(({ kind }) => kind === 'answer') ? 0 : 1;
  } finally {
    await calls.close();
  }
}

const DESCRIBE: Readonly<Record<Task, (reply: AdminMaintenanceReply) => string>> = {
  repair: ({ repair: now }) =>
    [
      now.running
        ? `sweeping, ${now.sweep_blobs} blobs so far`
        : `last sweep ${now.sweep_completed || 'never'}`,
      `${now.sweep_lost} lost, ${now.sweep_owed} owed, ${now.sweep_failed} not repaired yet`,
      `journal ${now.journal_paid} paid, ${now.journal_postponed} postponed`,
      `rebuilt ${now.rebuilt_shards} shards (${(now.rebuilt_bytes / MIB).toFixed(1)} MiB), ${now.failures} failures`,
    ].join('  |  '),
  scrub: ({ scrub: now }) =>
    [
      now.running ? `reading since ${now.started}` : `resting, last pass ended ${now.completed || 'never'}`,
      `${now.shards} of ${now.shards_in_store} shards, ${now.damaged} damaged`,
      `${(now.bytes_per_second / MIB).toFixed(1)} MiB/s`,
    ].join('  |  '),
  orphans: ({ orphans: now }) =>
    [
      now.running ? `searching, ${now.shards} shards so far` : `last search ${now.completed || 'never'}`,
      `${now.suspects} in their grace, ${now.collected} collected`,
      ...(now.held === '' ? [] : [`HELD: ${now.held}`]),
    ].join('  |  '),
  lifecycle: ({ lifecycle: now }) =>
    now === undefined ? 'too old to know of lifecycle rules' : lifecycleText(now),
  copies: ({ copies: now }) => (now === undefined ? 'too old to make copies' : copiesText(now)),
};

function copiesText(now: NonNullable<AdminMaintenanceReply['copies']>): string {
  return [
    now.running ? 'copying' : `newest copy ${now.newest || 'none'}`,
    ...(now.kept === 0
      ? []
      : [`${now.kept} kept, the newest with ${now.records} records up to change ${now.applied}`]),
    ...(now.held === '' ? [] : [`FAILING (${now.failures} times): ${now.held}`]),
  ].join('  |  ');
}

function lifecycleText(now: NonNullable<AdminMaintenanceReply['lifecycle']>): string {
  const others = now.holder === '' ? '' : `, node ${now.holder} had it`;
  return [
    now.running ? 'ending what is due' : `last pass ended ${now.completed || 'never'}${others}`,
    `${now.examined} looked at`,
    `ended ${now.expired} objects, ${now.noncurrent} versions, ${now.markers} delete markers, ${now.uploads} uploads`,
    `${now.marked} marked deleted, ${now.passed_over} passed over`,
    ...(now.held === '' ? [] : [`HELD: ${now.held}`]),
  ].join('  |  ');
}
