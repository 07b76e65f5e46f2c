// predastore dev [CLUSTER]: a cluster in the foreground, with a line that shows how it is, until Ctrl-C.

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
    try {
      const ended = new Promise<void>((resolve) =>
        interrupted.signal.addEventListener('abort', () => resolve()),
      );
      await Promise.race([start(cluster), ended]);
      await watch(cluster, interrupted.signal);
    } finally {
      say('stopping');
      await cluster.stopAll();
      say('stopped');
    }
    return 0;
  },
};

async function start(cluster: LocalCluster): Promise<void> {
  await cluster.prepare();
  await ensureNats();
  say(`starting ${cluster.nodes.length} nodes in ${cluster.directory}`);
  for (const node of cluster.nodes) await cluster.start(node.id);
  await cluster.untilReady(servingNodes(cluster), READY_LIMIT_MS);
  say('');
  for (const endpoint of endpointsOf(cluster)) say(`endpoint   ${endpoint}`);
  say(`authority  ${cluster.certificates.caFile}`);
  say(`logs       ${cluster.directory}/logs`);
  say('');
  for (const line of awsEnvironment(cluster)) say(line);
  say('');
  say('Ctrl-C stops everything; the data stays.');
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
