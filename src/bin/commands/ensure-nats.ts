// Has a nats-server at hand before nodes are started, so that they do not each fetch one.

import { ensureNatsServer } from '../../host/nats-binary.ts';
import { CACHE_DIRECTORY } from '../../host/start-nats-server.ts';
import { createLogger } from '../../platform/log.ts';

export async function ensureNats(): Promise<void> {
  const environmentPath = process.env['NATS_SERVER_BIN'];
  const log = createLogger('warn');
  await ensureNatsServer({ cacheDirectory: CACHE_DIRECTORY, environmentPath, log });
}
