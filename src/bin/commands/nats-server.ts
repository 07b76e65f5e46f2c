// predastore nats-server: finds a nats-server, or fetches the pinned one, and prints its path.

import { ensureNatsServer } from '../../host/nats-binary.ts';
import { CACHE_DIRECTORY } from '../../host/start-nats-server.ts';
import { createLogger } from '../../platform/log.ts';
import { say, type Command } from './command.ts';

export function ensureNats(): Promise<string> {
  const environmentPath = process.env['NATS_SERVER_BIN'];
  const log = createLogger('warn');
  return ensureNatsServer({ cacheDirectory: CACHE_DIRECTORY, environmentPath, log });
}

export const natsServer: Command = {
  parameters: '',
  summary: 'find or fetch a nats-server and print its path',
  run: async () => {
    say(await ensureNats());
    return 0;
  },
};
