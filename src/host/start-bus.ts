// The connection to NATS: our own server first, with derived credentials; or the operator's, with theirs.

import { readFile } from 'node:fs/promises';
import { connectBus, type Bus, type BusAuth, type BusTls } from '../bus/connection.ts';
import { deriveNkey, type NatsRole } from '../bus/nkey.ts';
import { natsEncrypted, natsUrls, type Config, type NatsLogin } from '../config/config.ts';
import { PredastoreError, messageOf } from '../core/errors.ts';
import { natsAuthorityPem } from './nats-certificates.ts';
import { INBOX_PREFIX } from './nats-permissions.ts';
import type { Runtime } from './node-settings.ts';

export interface BusPlan {
  readonly config: Config;
  readonly masterKey: Uint8Array;
  readonly role: NatsRole;
  /** Shown in NATS's own reports. */
  readonly name: string;
  /** Servers to try first, e.g. the one on this node. */
  readonly nearest?: string;
  /** How long the first connection may take. */
  readonly connectPatienceMs?: number;
}

export async function startBus(plan: BusPlan, runtime: Omit<Runtime, 'metrics'>): Promise<Bus> {
  const { config, role, nearest } = plan;
  const embedded = config.nats.urls.length === 0;
  const urls = natsUrls(config);
  const auth: BusAuth | undefined = embedded
    ? { kind: 'nkey', seed: deriveNkey(plan.masterKey, role).seed }
    : await loginOf(config.nats.login);
  const tls: BusTls | undefined = natsEncrypted(config)
    ? { ca: await natsAuthorityPem(plan.masterKey) }
    : config.nats.tls;
  const inboxPrefix = embedded ? INBOX_PREFIX[role] : config.nats.inboxPrefix;
  return connectBus({
    servers: nearest === undefined ? urls : [nearest, ...urls.filter((url) => url !== nearest)],
    name: plan.name,
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { tls }),
    // Somebody else's NATS may allow the usual prefix only.
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
    ...(plan.connectPatienceMs === undefined ? {} : { connectPatienceMs: plan.connectPatienceMs }),
    clock: runtime.clock,
    random: runtime.random,
    log: runtime.log.child({ part: 'bus' }),
  });
}

export async function loginOf(login: NatsLogin): Promise<BusAuth | undefined> {
  switch (login.kind) {
    case 'none':
      return undefined;
    case 'nkey':
      return { kind: 'nkey', seed: await readSecret(login.seedFile) };
    case 'credentials':
      return { kind: 'creds', creds: await readSecret(login.file) };
    case 'token':
      return { kind: 'token', token: await readSecret(login.file) };
    case 'token-text':
      return { kind: 'token', token: login.token };
    case 'password':
      return { kind: 'password', user: login.user, password: await readSecret(login.passwordFile) };
  }
}

async function readSecret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const mend = 'Check the path in [nats] and its permissions.';
    throw new PredastoreError(
      'invalid-config',
      `${file} cannot be read: ${messageOf(error)}. ${mend}`,
      error,
    );
  }
}
