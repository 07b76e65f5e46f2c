// A load generator for any S3 endpoint of this machine.
//
//   node dist/scripts/bench/s3-load.js --endpoint http://127.11.12.1:8080 --operation get --size 1m --connections 16
//     --duration 10 [--warm-up 2] [--range 64k] [--objects 500] [--read-share 0.7] [--bucket bench] [--signed-payload]
//     [--ca FILE] [--csv FILE] [--chart FILE.svg] [--json]
// Several endpoints, separated by commas, share the connections. Credentials come from AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_DEFAULT_REGION.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chart, csvHeader, csvRow, line, summarise } from './load/report.ts';
import { runLoad, type LoadOperation, type LoadOptions } from './load/workload.ts';

const OPERATIONS: readonly LoadOperation[] = ['put', 'get', 'list', 'mixed'];

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    operation: { type: 'string', default: 'get' },
    size: { type: 'string', default: '64k' },
    range: { type: 'string', default: '0' },
    connections: { type: 'string', default: '16' },
    duration: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '2' },
    objects: { type: 'string', default: '500' },
    'read-share': { type: 'string', default: '0.7' },
    bucket: { type: 'string', default: 'bench' },
    'signed-payload': { type: 'boolean', default: false },
    ca: { type: 'string' },
    csv: { type: 'string' },
    chart: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

function bytesOf(text: string): number {
  const match = /^(\d+)([kmg]?)$/i.exec(text);
  if (match === null) throw new Error(`not a size: ${text}`);
  const power = ['', 'k', 'm', 'g'].indexOf((match[2] ?? '').toLowerCase());
  return Number(match[1]) * 1024 ** power;
}

function endpointsOf(text: string | undefined): URL[] {
  const endpoints = (text ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => new URL(part));
  if (endpoints.length === 0) throw new Error('--endpoint is needed');
  for (const { hostname } of endpoints) {
    if (!/^(127\.|localhost$|\[::1\]$)/.test(hostname)) throw new Error('only endpoints of this machine');
  }
  return endpoints;
}

function operationOf(text: string): LoadOperation {
  const operation = OPERATIONS.find((name) => name === text);
  if (operation === undefined) throw new Error(`--operation is one of ${OPERATIONS.join(', ')}`);
  return operation;
}

const options: LoadOptions = {
  endpoints: endpointsOf(values.endpoint),
  ca: values.ca === undefined ? undefined : readFileSync(values.ca),
  identity: {
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
    region: process.env['AWS_DEFAULT_REGION'] ?? 'ap-southeast-2',
  },
  bucket: values.bucket,
  operation: operationOf(values.operation),
  sizeBytes: bytesOf(values.size),
  rangeBytes: bytesOf(values.range),
  connections: Number(values.connections),
  durationMs: Number(values.duration) * 1000,
  warmUpMs: Number(values['warm-up']) * 1000,
  objects: Number(values.objects),
  readShare: Number(values['read-share']),
  signedPayload: values['signed-payload'],
};

const result = await runLoad(options);
const summary = summarise(options, result);
console.log(values.json ? JSON.stringify(summary) : line(summary));
for (const [what, count] of result.errors) console.error(`error ${what}: ${count}`);
if (values.csv !== undefined) {
  if (!existsSync(values.csv)) writeFileSync(values.csv, `${csvHeader()}\n`);
  appendFileSync(values.csv, `${csvRow(summary)}\n`);
}
if (values.chart !== undefined) writeFileSync(values.chart, chart(summary, result.perSecond));
process.exitCode = summary.errors > 0 ? 1 : 0;
