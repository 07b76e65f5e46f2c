// predastore node [list|add|drain|remove|accept] …: which nodes take shards, and how far their moving is.

import type {
  AdminMaintenanceReply,
  AdminMembershipReply,
  AdminMembershipRequest,
} from '../../contracts/generated/messages.ts';
import { storageNodes } from '../../config/config.ts';
import { PredastoreError } from '../../core/errors.ts';
import { nodeId, type NodeId } from '../../core/ids.ts';
import { namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';
import { NodeCalls, type NodeAnswer } from './node-calls.ts';

const WORDS = ['list', 'add', 'drain', 'remove', 'accept'] as const;
type Word = (typeof WORDS)[number];

const MIB = 1024 * 1024;
const MINUTE_S = 60;

export const node: Command = {
  parameters: '[list|add ID|drain ID|remove ID [--force]|accept ID] [CLUSTER]',
  summary: 'which nodes take shards; have one join, empty it, take it out',
  run: async (args) => {
    const { word, request, rest } = parse(args);
    const cluster = namedCluster(rest, word === 'remove' ? ['--force'] : []);
    const calls = await NodeCalls.connect(cluster);
    try {
      const nodes = storageNodes(cluster.config).map(({ id }) => id);
      if (word !== 'list') await first(calls, nodes, request);
      const ring = await first(calls, nodes, { count: true });
      const ids = [...new Set([...nodes, ...ring.nodes.map((member) => nodeId(member.node))])];
      const states = await Promise.all(
        ids.map((id) => calls.ask<AdminMaintenanceReply>(id, 'AdminMaintenance', {})),
      );
      for (const line of describeRing(ring, states)) say(line);
      return 0;
    } finally {
      await calls.close();
    }
  },
};

interface Parsed {
  readonly word: Word;
  readonly request: AdminMembershipRequest;
  readonly rest: readonly string[];
}

function parse(args: readonly string[]): Parsed {
  const word = WORDS.find((known) => known === args[0]);
  if (word === undefined || word === 'list')
    return { word: 'list', request: {}, rest: word === undefined ? args : args.slice(1) };
  const [id, ...rest] = args.slice(1);
  if (id === undefined || !/^[1-9]\d{0,4}$/.test(id))
    throw new PredastoreError('invalid-config', `which node? predastore node ${word} ID [CLUSTER]`);
  const force = rest.includes('--force');
  if (force && word !== 'remove')
    throw new PredastoreError('invalid-config', '--force belongs to: predastore node remove ID --force');
  return { word, request: { action: word, node: Number(id), ...(force ? { force } : {}) }, rest };
}

/** The answer of the first node that gives one; a refusal is an answer too, and thrown. */
async function first(
  calls: NodeCalls,
  nodes: readonly NodeId[],
  request: AdminMembershipRequest,
): Promise<AdminMembershipReply> {
  const reasons: string[] = [];
  for (const id of nodes) {
    const answer = await calls.ask<AdminMembershipReply>(id, 'AdminMembership', request);
    if (answer.kind === 'answer') return answer.result;
    if (answer.reason.startsWith('InvalidRequest'))
      throw new PredastoreError('invalid-config', answer.reason);
    reasons.push(`node ${id}: ${answer.reason}`);
  }
  throw new PredastoreError('peer-unreachable', `no node answers. ${reasons.join('; ')}`);
}

/** The ring, a line per node, with the pass that is under way there. */
export function describeRing(
  { epoch, source, changed, nodes }: AdminMembershipReply,
  states: readonly NodeAnswer<AdminMaintenanceReply>[],
): readonly string[] {
  const since = changed === '' ? '' : `, changed ${changed}`;
  return [
    `ring epoch ${epoch}, from the ${source}${since}`,
    ...nodes.map((member) => {
      const state = states.find((answer) => Number(answer.node) === member.node);
      return [
        `node ${member.node}  ${member.state}`,
        `weight ${member.weight}`,
        ...(member.domain === '' ? [] : [`domain ${member.domain}`]),
        `${member.shards ?? 0} shards`,
        member.address === '' ? 'has not introduced itself' : member.address,
        state?.kind === 'answer' ? describeMoving(state.result) : 'silent',
      ].join('  |  ');
    }),
  ];
}

function describeMoving({ repair }: AdminMaintenanceReply): string {
  const took = `took over ${repair.moved_shards ?? 0} shards (${((repair.moved_bytes ?? 0) / MIB).toFixed(1)} MiB)`;
  if (!repair.running) return took;
  const part = `${repair.sweep_blobs} of ${repair.sweep_total ?? repair.sweep_blobs} blobs`;
  return `${took}, sweeping: ${part}, ${repair.sweep_moving ?? 0} to move, ${timeText(repair.eta_seconds ?? 0)} left`;
}

function timeText(seconds: number): string {
  return seconds < MINUTE_S ? `${seconds} s` : `${Math.ceil(seconds / MINUTE_S)} min`;
}
