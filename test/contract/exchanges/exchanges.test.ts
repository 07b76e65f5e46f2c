// The recorded exchanges are what a node says today, byte for byte. `RECORD=1 npm test -- test/contract/exchanges`
// records them again, after a change of the protocol that is meant.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { bodyOf } from '../../../src/core/body.ts';
import { BusFixture, serve } from '../../support/bus-fixture.ts';
import { ExchangePlayer, fillBytes, type RecordedExchange } from '../../support/exchange.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { benchOn } from '../../support/service-bench.ts';

const DIRECTORY = fileURLToPath(new URL('../../../subjects/exchanges/', import.meta.url));
const names = (await readdir(DIRECTORY)).filter((name) => name.endsWith('.json'));
const OPERATIONS = ['PutObject', 'GetObject', 'HeadObject', 'DeleteObject'] as const;

let nats: TestNats;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());

async function play(exchange: RecordedExchange): ReturnType<ExchangePlayer['play']> {
  const fixture = new BusFixture(nats.urls);
  try {
    const bench = await benchOn(new ObjectBench());
    for (const { key, fill } of exchange.given) {
      await bench.ask('PutObject', { Bucket: 'photos', Key: key }, { body: bodyOf(fillBytes(fill)) });
    }
    const served = OPERATIONS.map((operation) => serve(operation, bench.table[operation]));
    await fixture.node(1, { operations: served });
    return await new ExchangePlayer(await fixture.plain(), exchange).play();
  } finally {
    await fixture.close();
  }
}

const read = async (name: string): Promise<RecordedExchange> =>
  JSON.parse(await readFile(DIRECTORY + name, 'utf8')) as RecordedExchange;

test.each(names)('%s', async (name) => {
  const { difference, recorded } = await play(await read(name));
  if (process.env['RECORD'] === '1')
    await writeFile(DIRECTORY + name, `${JSON.stringify(recorded, undefined, 2)}\n`);
  else expect(difference).toBeUndefined();
});

test('a node that says something else is found out', async () => {
  const exchange = await read('get-missing.json');
  const [asked, answer] = exchange.messages;
  const other = { ...answer!, payload: '{"Code":"NoSuchKey","Message":"It is gone."}' };
  expect((await play({ ...exchange, messages: [asked!, other] })).difference).toMatch(/It is gone/);
});
