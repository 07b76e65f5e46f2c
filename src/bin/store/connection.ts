// From options and environment to a connected store. Secrets come from files of mode 0600 or the environment, never from
// the command line, where other users see them.

import { open } from 'node:fs/promises';
import { connectStore, type BusAuth, type SigningOptions, type Store } from '../../client/index.ts';
import { PredastoreError, messageOf } from '../../core/errors.ts';
import { INBOX_PREFIX } from '../../host/nats-permissions.ts';
import { misuse } from './location.ts';

/** Permission bits of group and others: none may be set on a file with a secret. */
const OTHERS_MASK = 0o077;
const SECRET_BYTES_MAX = 64 * 1024;
const CONNECT_PATIENCE_MS = 5_000;
const ACCOUNT_PATTERN = /^\d{12}$/;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Options that every command on the store has. */
export interface ConnectionOptions {
  readonly nats?: string;
  readonly nkey?: string;
  readonly creds?: string;
  readonly account?: string;
  readonly ca?: string;
  readonly 'inbox-prefix'?: string;
  readonly sign?: boolean;
  readonly quic?: boolean;
}

export async function openStore(options: ConnectionOptions, environment: Environment): Promise<Store> {
  const given = (option: string | undefined, variable: string): string | undefined =>
    option ?? (environment[variable] === '' ? undefined : environment[variable]);
  const servers = given(options.nats, 'NATS_URL');
  if (servers === undefined)
    throw misuse(
      'no NATS server is named. Set NATS_URL or --nats; `predastore client-key FILE` prints what to set.',
    );
  const accountId = given(options.account, 'PREDASTORE_ACCOUNT');
  if (accountId !== undefined && !ACCOUNT_PATTERN.test(accountId)) throw misuse('an account has 12 digits');
  const nkeyFile = given(options.nkey, 'NATS_NKEY');
  const auth = await authOf(nkeyFile, given(options.creds, 'NATS_CREDS'), environment);
  const caFile = given(options.ca, 'NATS_CA');
  const prefix = given(options['inbox-prefix'], 'NATS_INBOX_PREFIX');
  // The keys that `client-key` writes may read no other inboxes.
  const inboxPrefix = prefix ?? (nkeyFile === undefined ? undefined : INBOX_PREFIX.client);
  const signing = signingOf(options, environment);
  return connectStore({
    servers: servers.split(',').map((server) => server.trim()),
    name: 'predastore command',
    connectPatienceMs: CONNECT_PATIENCE_MS,
    ...(accountId === undefined ? {} : { accountId }),
    ...(auth === undefined ? {} : { auth }),
    ...(signing === undefined ? {} : { signing }),
    ...(caFile === undefined ? {} : { tls: { caFile } }),
    ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
    quic: options.quic === true || environment['PREDASTORE_QUIC'] === '1',
  });
}

/** The key comes by the names that every AWS tool knows, and only when it is asked for: keys of another store may lie around. */
function signingOf({ sign }: ConnectionOptions, environment: Environment): SigningOptions | undefined {
  if (sign !== true && environment['PREDASTORE_SIGN'] !== '1') return undefined;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken, AWS_REGION, AWS_DEFAULT_REGION } = environment;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  if (!accessKeyId || !secretAccessKey || !region)
    throw misuse('--sign needs AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION in the environment.');
  const session = sessionToken === undefined || sessionToken === '' ? {} : { sessionToken };
  return { region, credentials: { accessKeyId, secretAccessKey, ...session } };
}

async function authOf(
  nkeyFile: string | undefined,
  credsFile: string | undefined,
  environment: Environment,
): Promise<BusAuth | undefined> {
  const { NATS_TOKEN: token, NATS_USER: user, NATS_PASSWORD: password } = environment;
  if (nkeyFile !== undefined) return { kind: 'nkey', seed: await readSecret(nkeyFile) };
  if (credsFile !== undefined) return { kind: 'creds', creds: await readSecret(credsFile) };
  if (token !== undefined && token !== '') return { kind: 'token', token };
  if (user !== undefined && user !== '') return { kind: 'password', user, password: password ?? '' };
  return undefined;
}

async function readSecret(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new PredastoreError('invalid-key-file', `${path} cannot be read: ${messageOf(error)}`, error);
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & OTHERS_MASK) !== 0)
      throw new PredastoreError('invalid-key-file', `${path} can be read by others: chmod 600 ${path}`);
    if (size > SECRET_BYTES_MAX)
      throw new PredastoreError('invalid-key-file', `${path} is too large for a key`);
    return (await file.readFile('utf8')).trim();
  } finally {
    await file.close();
  }
}
