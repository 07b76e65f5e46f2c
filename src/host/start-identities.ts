// Who may come in: the keys of the configuration, and Spinifex's identities where `[iam]` names them; and by what processes of
// the cluster know each other's word on the bus.

import { ConfiguredCredentials, type CredentialSource } from '../auth/credentials.ts';
import { IamIdentities } from '../auth/iam/iam-identities.ts';
import type { RecordBucket } from '../auth/iam/record-cache.ts';
import { IAM_BUCKETS, type IamBucket } from '../auth/iam/records.ts';
import { SecretBox } from '../auth/iam/secret-box.ts';
import { IdentityChain } from '../auth/identity-chain.ts';
import type { AccountDirectory, IdentitySource } from '../auth/identity.ts';
import { connectBus, type Bus } from '../bus/connection.ts';
import { KvReader } from '../bus/kv-reader.ts';
import { OriginSeal } from '../bus/origin-seal.ts';
import type { Config, IamConfig } from '../config/config.ts';
import { deriveSecret, loadSharedKey } from '../platform/master-key.ts';
import { supervise } from '../platform/supervise.ts';
import type { Runtime } from './node-settings.ts';
import { loginOf } from './start-bus.ts';

export interface Identities {
  readonly credentials: CredentialSource;
  readonly identities: IdentitySource;
  readonly accounts: AccountDirectory;
  readonly seal: OriginSeal;
  stop(): Promise<void>;
}

export interface IdentityPlan {
  readonly config: Pick<Config, 'credentials' | 'iam'>;
  readonly bus: Bus;
  readonly clusterKey: Uint8Array;
  /** Shown in NATS's own reports. */
  readonly name: string;
}

export async function startIdentities(
  { config, bus, clusterKey, name }: IdentityPlan,
  runtime: Omit<Runtime, 'metrics'>,
): Promise<Identities> {
  const seal = new OriginSeal(deriveSecret(clusterKey, 'request origin v1'), runtime.clock);
  const configured = new ConfiguredCredentials(config.credentials);
  const { iam } = config;
  if (iam === undefined) {
    const stop = (): Promise<void> => Promise.resolve();
    return { credentials: configured, identities: configured, accounts: configured, seal, stop };
  }
  const masterKey = await loadSharedKey(iam.masterKeyFile);
  const secrets = new SecretBox(masterKey);
  masterKey.fill(0);
  const own = await connectOwn(iam, name, runtime);
  const log = runtime.log.child({ part: 'iam' });
  const reader = new KvReader({ ...runtime, connection: (own ?? bus).control, log });
  const spinifex = new IamIdentities({ buckets: bucketsOf(iam, reader), secrets, clock: runtime.clock, log });
  spinifex.start();
  supervise(spinifex.warnOfVersions(), log, 'looking at the versions of the IAM buckets');
  const chain = new IdentityChain([configured, spinifex]);
  return {
    credentials: chain,
    identities: chain,
    accounts: configured,
    seal,
    stop: async () => {
      await reader.close();
      await own?.close();
    },
  };
}

async function connectOwn(
  { nats }: IamConfig,
  name: string,
  runtime: Omit<Runtime, 'metrics'>,
): Promise<Bus | undefined> {
  if (nats === undefined) return undefined;
  const auth = await loginOf(nats.login);
  return connectBus({
    servers: [nats.url],
    name: `${name} iam`,
    ...(auth === undefined ? {} : { auth }),
    ...(nats.tls === undefined ? {} : { tls: nats.tls }),
    clock: runtime.clock,
    random: runtime.random,
    log: runtime.log.child({ part: 'iam bus' }),
  });
}

function bucketsOf(iam: IamConfig, reader: KvReader): Readonly<Record<IamBucket, RecordBucket>> {
  const bucket = (kind: IamBucket): RecordBucket => {
    const own = kind === 'accessKeys' ? iam.accessKeysBucket : undefined;
    const name = own ?? IAM_BUCKETS[kind];
    return { read: (key) => reader.read(name, key), watch: (listener) => reader.watch(name, listener) };
  };
  return {
    accessKeys: bucket('accessKeys'),
    users: bucket('users'),
    groups: bucket('groups'),
    roles: bucket('roles'),
    policies: bucket('policies'),
    sessions: bucket('sessions'),
    accounts: bucket('accounts'),
  };
}
