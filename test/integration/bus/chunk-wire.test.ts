// The short way of chunks over a real server: beside the library's own messages, and again after a reconnect.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import type { ChunkPiece } from '../../../src/bus/chunk-filter.ts';
import { ChunkWire, connectWired } from '../../../src/bus/chunk-wire.ts';
import { BulkLink } from '../../../src/bus/bulk-link.ts';
import { BusFixture, eventually, patternBytes } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { until } from '../../support/until.ts';

const BASE = '_INBOX.wire.';
let nats: TestNats;
let wire: ChunkWire;
let pieces: ChunkPiece[];

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
beforeEach(() => {
  pieces = [];
  wire = new ChunkWire(BASE);
  wire.onPiece = (piece) => pieces.push(piece);
});

const bytesOf = (): Buffer => Buffer.concat(pieces.map(({ bytes }) => bytes));

test('chunks come and go beside other messages, in order, also after the server was restarted', async () => {
  const connection = await connectWired({ servers: [...nats.urls], reconnectTimeWait: 50 }, wire);
  try {
    const heard: string[] = [];
    connection.subscribe(`${BASE}>`, {
      callback: (_, msg) => void heard.push(`${msg.subject} ${msg.string()}`),
    });
    for (const round of [1, 2]) {
      const big = patternBytes(100_000, round);
      pieces = [];
      heard.length = 0;
      // A flush that waits while the connection breaks fails: the library has not noticed the restart, or is on its way back.
      await until(() => connection.flush().then(() => true));
      connection.publish(`${BASE}a.note`, 'before');
      await connection.flush();
      expect(wire.send(`${BASE}a`, 'r.1', big)).toBe(true);
      expect(wire.send(`${BASE}a`, 'r.2', Buffer.from('small'))).toBe(true);
      connection.publish(`${BASE}a`, 'no reply, so no chunk');
      await eventually(() => heard.length === 2);
      expect(heard).toEqual([`${BASE}a.note before`, `${BASE}a no reply, so no chunk`]);
      expect(bytesOf()).toEqual(Buffer.concat([big, Buffer.from('small')]));
      expect(pieces.filter(({ isFirst }) => isFirst).map(({ reply }) => reply)).toEqual(['r.1', 'r.2']);
      if (round === 1) await nats.server.restart();
    }
  } finally {
    await connection.close();
  }
  expect(wire.send(`${BASE}a`, 'r.3', Buffer.from('late'))).toBe(false);
});

test('body streams that the server does not let us hear are an error at once, not a wait', async () => {
  const user = 'user: a, password: b, permissions: { subscribe: { deny: "deaf.>" } }';
  const strict = await startNats({ config: `authorization { users: [{ ${user} }] }` });
  const fixture = new BusFixture(strict.urls);
  try {
    const bus = await fixture.bus('deaf', { auth: { kind: 'password', user: 'a', password: 'b' } });
    const refusal = { code: 'peer-unreachable', message: expect.stringMatching(/hear no body streams/) };
    await expect(BulkLink.open(bus, 'deaf')).rejects.toMatchObject(refusal);
    await expect(BulkLink.open(bus, 'heard')).resolves.toBeInstanceOf(BulkLink);
  } finally {
    await fixture.close();
    await strict.stop();
  }
});
