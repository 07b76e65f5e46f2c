// The commands on the store: each by its name.

import type { Command } from '../commands/command.ts';
import { cp } from './cp.ts';
import { get } from './get.ts';
import { ls } from './ls.ts';
import { mb } from './mb.ts';
import { put } from './put.ts';
import { rb } from './rb.ts';
import { rm } from './rm.ts';
import { stat } from './stat.ts';
import { storeCommand } from './store-command.ts';

export const STORE_COMMANDS: Readonly<Record<string, Command>> = {
  ls: storeCommand(ls),
  put: storeCommand(put),
  get: storeCommand(get),
  cp: storeCommand(cp),
  rm: storeCommand(rm),
  stat: storeCommand(stat),
  mb: storeCommand(mb),
  rb: storeCommand(rb),
};

export const STORE_HELP = `Commands on the store talk NATS and nothing else:
  --nats URL[,URL]  servers                        NATS_URL
  --nkey FILE       NKEY seed, mode 0600           NATS_NKEY
  --creds FILE      credentials file, mode 0600    NATS_CREDS (or NATS_TOKEN, NATS_USER and NATS_PASSWORD)
  --ca FILE         authority of the servers       NATS_CA
  --account ID      account that asks, 12 digits   PREDASTORE_ACCOUNT
  --sign            sign requests (for trust = "signed")   PREDASTORE_SIGN=1; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION
  --quic            bodies past NATS where nodes allow it    PREDASTORE_QUIC=1
  --json            results as JSON lines          -q, --quiet: no words, no progress
  \`predastore client-key FILE\` writes a key and prints the variables. A FILE that is - means standard input or output.
  Exit codes: 0 done, 1 failed, 2 misused, 3 not found, 4 denied, 5 unavailable.
`;
