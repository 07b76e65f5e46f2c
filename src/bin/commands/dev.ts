// predastore dev [CLUSTER]: a cluster in the foreground, with a line that shows how it is, until Ctrl-C.

import type { NodeId } from '../../core/ids.ts';
import type { LocalCluster } from '../../host/local-cluster.ts';
import { systemClock } from '../../platform/clock.ts';
import { ClusterWatcher, describeCluster, requestsOf } from './cluster-state.ts';
import { awsEnvironment, endpointsOf, namedCluster, servingNodes } from './clusters.ts';
import { say, type Command } from './command.ts';
import { ensureNats } from './ensure-nats.ts';

const READY_LIMIT_MS = 120_000;
/** On a terminal the line is drawn anew; elsewhere it is printed now and then, for a log. */
const TERMINAL_INTERVAL_MS = 1_000;
const PLAIN_INTERVAL_MS = 30_000;
const ERASE_LINE = '\r\u001b[2K';

export const dev: Command = {
  parameters: '[CLUSTER]',
  summary: 'run a cluster on this machine until Ctrl-C',
  run: async (args) => {
    const cluster = namedCluster(args);
    const interrupted = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => interrupted.abort());
    const ended = new Promise<void>((resolve) =>
      interrupted.signal.addEventListener('abort', () => resolve()),
    );
    const started: NodeId[] = [];
    try {
      await Promise.race([prepare(cluster), ended]);
      // Not given up half-way: what has been started has to be known when it is stopped.
      await launch(cluster, started, interrupted.signal);
      await Promise.race([showReady(cluster, started), ended]);
      await watch(cluster, interrupted.signal);
    } finally {
      say('stopping');
      await Promise.all(started.map((id) => cluster.stop(id)));
      say('stopped');
    }
    return 0;
  },
};

async function prepare(cluster: LocalCluster): Promise<void> {
  await cluster.prepare();
  await ensureNats();
}

/** Starts the nodes that do not run yet; the others are somebody else's to stop. */
async function launch(cluster: LocalCluster, started: NodeId[], interrupted: AbortSignal): Promise<void> {
  say(`starting ${cluster.nodes.length} nodes in ${cluster.directory}`);
  for (const { id } of cluster.nodes) {
    if (interrupted.aborted) return;
    if (await cluster.start(id)) started.push(id);
    else say(`node ${id} runs already and is left running at the end; \`predastore down\` stops it`);
  }
}

async function showReady(cluster: LocalCluster, started: readonly NodeId[]): Promise<void> {
  await cluster.untilReady(servingNodes(cluster), READY_LIMIT_MS);
  say('');
  for (const endpoint of endpointsOf(cluster)) say(`endpoint   ${endpoint}`);
  say(`authority  ${cluster.certificates.caFile}`);
  say(`logs       ${cluster.directory}/logs`);
  say('');
  for (const line of awsEnvironment(cluster)) say(line);
  say('');
  const isAll = started.length === cluster.nodes.length;
  say(`Ctrl-C stops ${isAll ? 'everything' : 'what was started here'}; the data stays.`);
}

async function watch(cluster: LocalCluster, interrupted: AbortSignal): Promise<void> {
  const isTerminal = process.stdout.isTTY;
  const intervalMs = isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS;
  const watcher = new ClusterWatcher(cluster);
  let before = { requests: 0, atMs: systemClock.monotonicMs() };
  while (!interrupted.aborted) {
    const nodes = await watcher.look();
    const now = { requests: requestsOf(nodes), atMs: systemClock.monotonicMs() };
    const perSecond =
      (Math.max(0, now.requests - before.requests) * 1000) / Math.max(1, now.atMs - before.atMs);
    before = now;
    const line = describeCluster(nodes, perSecond);
    if (isTerminal) process.stdout.write(`${ERASE_LINE}${line}`);
    else say(line);
    await systemClock.sleep(intervalMs, interrupted);
  }
  await watcher.close();
  if (isTerminal) say('');
}
