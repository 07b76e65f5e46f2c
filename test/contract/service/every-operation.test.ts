// Every operation of the contract, whoever added it, answers over a real NATS server what its documents promise: the
// valid example is answered by a valid reply or an announced error, the invalid ones are refused, every subject is heard.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadSources, type OperationSource } from '../../../scripts/contracts/sources.ts';
import { operationNames, type OperationName } from '../../../src/contracts/operations.ts';
import { validateMessage, validateReply, type SchemaId } from '../../../src/contracts/validators.ts';
import { BusFixture, serve } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ACCOUNT, benchWithBucket } from '../../support/service-bench.ts';

const NODE = 7;

let nats: TestNats;
let fixture: BusFixture;
let plain: NatsConnection;
let sources: ReadonlyMap<string, OperationSource>;

beforeAll(async () => {
  nats = await startNats();
  fixture = new BusFixture(nats.urls);
  const bench = await benchWithBucket();
  await fixture.node(NODE, { operations: operationNames.map((name) => serve(name, bench.table[name])) });
  plain = await fixture.plain();
  sources = new Map((await loadSources('.')).operations.map((operation) => [operation.name, operation]));
});
afterAll(async () => {
  await fixture.close();
  await nats.stop();
});

async function example<T>(schema: string, kind: 'valid' | 'invalid'): Promise<T> {
  const file = path.join('schemas', 'examples', `${schema}.${kind}.json`);
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

function request(subject: string, document: unknown): Promise<Msg> {
  const own = headers();
  own.set('X-Account-ID', ACCOUNT);
  return plain.request(subject, JSON.stringify(document), { headers: own, timeout: 10_000 });
}

/** What is wrong with an answer; undefined when nothing is. */
function problemOf(name: OperationName, source: OperationSource, reply: Msg): string | undefined {
  if (reply.headers?.has('X-Amz-Request-Id') !== true) return 'the reply has no X-Amz-Request-Id';
  const document = reply.json<{ Code?: string; Body?: string }>();
  const status = reply.headers.get('Nats-Service-Error-Code');
  if (status === '') {
    const { Body: _body, ...result } = document;
    return validateReply(name, result);
  }
  if (reply.headers.get('S3-Status-Code') !== status) return 'the two status headers differ';
  const code = document.Code ?? '';
  return source.errors.includes(code) ? validateMessage('error.v1', document) : `${code} is not announced`;
}

describe.each(operationNames)('%s', (name) => {
  const of = (): OperationSource => sources.get(name)!;

  test('answers its valid example as its documents say, on every subject', async () => {
    const document = await example(of().requestSchema, 'valid');
    const { subject, aliases, nodeSubject } = of();
    for (const heard of [subject, ...aliases, nodeSubject.replace('{nodeId}', String(NODE))]) {
      const reply = await request(heard, document);
      expect({ heard, problem: problemOf(name, of(), reply) }).toEqual({ heard, problem: undefined });
    }
  });

  test('refuses its invalid examples for the reason they give', async () => {
    const cases = await example<{ reason: string; document: unknown }[]>(of().requestSchema, 'invalid');
    for (const { reason, document } of cases) {
      const reply = await request(of().subject, document);
      expect(validateMessage('error.v1' satisfies SchemaId, reply.json())).toBeUndefined();
      const refusal = reply.json<{ Code: string; Message: string }>();
      expect({ reason, code: refusal.Code }).toEqual({ reason, code: 'ValidationError' });
    }
  });
});
