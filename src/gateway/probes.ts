// `/-/healthz`, `/-/readyz` and `/-/metrics`: for the machines around a gateway, without a signature. No bucket name can
// begin with a hyphen, so that these paths cannot hide an object.

import type { ServerResponse } from 'node:http';
import type { Metrics } from '../platform/metrics.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Names only, nothing secret: anybody may read it. */
  readonly reason?: string;
}

export interface ProbeOptions {
  readonly readiness: () => Readiness | Promise<Readiness>;
  /** Absent: metrics are not served. */
  readonly metrics?: Metrics;
}

export const PROBE_PREFIX = '/-/';

/** Answers a request below PROBE_PREFIX. */
export async function answerProbe(
  url: string,
  response: ServerResponse,
  options: ProbeOptions,
): Promise<void> {
  const path = url.split('?', 1)[0];
  if (path === '/-/healthz') {
    answer(response, 200, 'ok\n');
  } else if (path === '/-/readyz') {
    const { ready, reason } = await options.readiness();
    answer(response, ready ? 200 : 503, `${reason ?? (ready ? 'ready' : 'not ready')}\n`);
  } else if (path === '/-/metrics' && options.metrics !== undefined) {
    answer(response, 200, await options.metrics.render(), 'text/plain; version=0.0.4; charset=utf-8');
  } else {
    answer(response, 404, 'not found\n');
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
