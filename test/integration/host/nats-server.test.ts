import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';

import { ensureNatsServer } from '../../../src/host/nats-binary.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats | undefined;

afterEach(async () => {
  await nats?.stop();
  nats = undefined;
});

describe('a nats-server for tests', () => {
  test('one server keeps a JetStream stream over kill -9', async () => {
    nats = await startNats();
    const before = await connect({ servers: nats.urls });
    const manager = await jetstreamManager(before);
    await manager.streams.add({ name: 'kept', subjects: ['kept.>'] });
    await manager.jetstream().publish('kept.a', 'value');
    await before.close();
    await nats.server.restart('SIGKILL');
    const after = await connect({ servers: nats.urls });
    const info = await (await jetstreamManager(after)).streams.info('kept');
    expect(info.state.messages).toBe(1);
    await after.close();
  });

  test('a cluster of three takes a stream with three replicas at once', async () => {
    nats = await startNats({ servers: 3 });
    const connection = await connect({ servers: nats.urls });
    const manager = await jetstreamManager(connection);
    const info = await manager.streams.add({ name: 'wide', subjects: ['wide.>'], num_replicas: 3 });
    expect(info.cluster?.replicas).toHaveLength(2);
    await connection.close();
  });
});

describe('finding the binary', () => {
  test('a named binary that cannot run is refused with advice', async () => {
    const asked = ensureNatsServer({
      cacheDirectory: '.cache',
      environmentPath: '/nonexistent/nats-server',
      log: silentLogger,
    });
    await expect(asked).rejects.toMatchObject({ code: 'server-unsuitable' });
    await expect(asked).rejects.toThrow(/install nats-server 2\.12 or newer/);
  });
});
