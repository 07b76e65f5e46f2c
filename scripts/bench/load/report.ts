// Figures of a run: a line for people, a CSV row for comparing, an SVG chart of requests per second.

import type { LoadOptions, LoadResult } from './workload.ts';

export interface Summary {
  readonly operation: string;
  readonly sizeBytes: number;
  readonly rangeBytes: number;
  readonly connections: number;
  readonly seconds: number;
  readonly requests: number;
  readonly errors: number;
  readonly requestsPerSecond: number;
  readonly mibPerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export function summarise(options: LoadOptions, result: LoadResult): Summary {
  const { latency } = result;
  return {
    operation: options.operation,
    sizeBytes: options.sizeBytes,
    rangeBytes: options.rangeBytes,
    connections: options.connections,
    seconds: result.seconds,
    requests: result.requests,
    errors: [...result.errors.values()].reduce((sum, count) => sum + count, 0),
    requestsPerSecond: round(result.requests / result.seconds),
    mibPerSecond: round(result.bytes / result.seconds / 1_048_576),
    p50Ms: round(latency.percentileMs(0.5)),
    p90Ms: round(latency.percentileMs(0.9)),
    p99Ms: round(latency.percentileMs(0.99)),
    p999Ms: round(latency.percentileMs(0.999)),
    maxMs: round(latency.maxMs),
  };
}

export function line(summary: Summary): string {
  const range = summary.rangeBytes === 0 ? '' : ` range ${summary.rangeBytes}`;
  return (
    `${summary.operation} ${summary.sizeBytes} B${range}, ${summary.connections} connections, ${summary.seconds} s: ` +
    `${summary.requestsPerSecond} requests/s, ${summary.mibPerSecond} MiB/s, ms p50 ${summary.p50Ms} p90 ${summary.p90Ms} ` +
    `p99 ${summary.p99Ms} p99.9 ${summary.p999Ms} max ${summary.maxMs}, errors ${summary.errors}`
  );
}

export function csvHeader(): string {
  return 'operation,sizeBytes,rangeBytes,connections,seconds,requests,errors,requestsPerSecond,mibPerSecond,p50Ms,p90Ms,p99Ms,p999Ms,maxMs';
}

export function csvRow(summary: Summary): string {
  return Object.values(summary).join(',');
}

const WIDTH = 720;
const HEIGHT = 240;
const MARGIN = 40;

/** Requests per second over the run, as a standalone SVG document. */
export function chart(summary: Summary, perSecond: readonly number[]): string {
  const top = Math.max(1, ...perSecond);
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, perSecond.length - 1);
  const y = (value: number): number => HEIGHT - MARGIN - (value / top) * (HEIGHT - 2 * MARGIN);
  const points = perSecond
    .map((value, second) => `${(MARGIN + second * step).toFixed(1)},${y(value).toFixed(1)}`)
    .join(' ');
  const text = (x: number, at: number, words: string): string =>
    `<text x="${x}" y="${at}" font-family="sans-serif" font-size="12">${words}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<path d="M${MARGIN} ${MARGIN} V${HEIGHT - MARGIN} H${WIDTH - MARGIN}" stroke="black" fill="none"/>`,
    `<polyline points="${points}" fill="none" stroke="steelblue" stroke-width="2"/>`,
    text(MARGIN, 24, line(summary)),
    text(4, MARGIN, String(top)),
    text(4, HEIGHT - MARGIN, '0'),
    text(WIDTH - MARGIN - 60, HEIGHT - 12, `${perSecond.length} s`),
    '</svg>',
    '',
  ].join('\n');
}
