// Finds or fetches the nats-server that development and tests use, and prints its path.
// Run after a build: `node dist/scripts/fetch-nats-server.js`.

import { ensureNatsServer } from '../src/host/nats-binary.ts';
import { messageOf } from '../src/core/errors.ts';
import { silentLogger } from '../src/platform/log.ts';

try {
  const path = await ensureNatsServer({
    cacheDirectory: '.cache',
    environmentPath: process.env['NATS_SERVER_BIN'],
    log: silentLogger,
  });
  console.log(path);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
