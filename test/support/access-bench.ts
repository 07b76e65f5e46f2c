// Both planes of one node over stores in memory: the gateway over HTTP, and `s3.*` on a real nats-server, with the identities
// that a configuration names.

import { S3Client } from '@aws-sdk/client-s3';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { IdentitySource } from '../../src/auth/identity.ts';
import { SignatureVerifier } from '../../src/auth/sigv4.ts';
import { nodeId } from '../../src/core/ids.ts';
import { BusCallers, type BusTrust } from '../../src/service/bus-callers.ts';
import { startIdentities, type Identities } from '../../src/host/start-identities.ts';
import type { Bus } from '../../src/bus/connection.ts';
import type { Client } from '../../src/client/client.ts';
import type { CredentialConfig } from '../../src/config/config.ts';
import { operationNames, operations, type OperationName } from '../../src/contracts/operations.ts';
import type { IamConfig } from '../../src/config/config.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { BusFixture, serve } from './bus-fixture.ts';
import { benchWithBucket, REGION, type ServiceBench } from './service-bench.ts';
import { startGateway, type TestGateway } from './test-gateway.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AccessBenchOptions {
  readonly urls: readonly string[];
  readonly credentials?: readonly CredentialConfig[];
  readonly iam?: IamConfig;
  readonly trust?: BusTrust;
  /** What principals may do, in place of what the configuration and Spinifex say. */
  readonly identities?: IdentitySource;
  /** Other than 1 where two benches share a bus. */
  readonly node?: number;
}

const CLUSTER_KEY = Buffer.alloc(32, 7);

/** What a NATS caller says of itself. */
export interface Caller {
  readonly accountId?: string;
  readonly principalArn?: string;
}

export class AccessBench {
  readonly fixture: BusFixture;
  readonly bench: ServiceBench;
  readonly gateway: TestGateway;
  readonly bus: Bus;
  readonly client: Client;
  readonly plain: NatsConnection;
  readonly #identities: Identities;
  readonly #clients: S3Client[] = [];

  private constructor(parts: {
    fixture: BusFixture;
    bench: ServiceBench;
    gateway: TestGateway;
    bus: Bus;
    client: Client;
    plain: NatsConnection;
    identities: Identities;
  }) {
    this.fixture = parts.fixture;
    this.bench = parts.bench;
    this.gateway = parts.gateway;
    this.bus = parts.bus;
    this.client = parts.client;
    this.plain = parts.plain;
    this.#identities = parts.identities;
  }

  static async start({ urls, credentials = [], iam, ...options }: AccessBenchOptions): Promise<AccessBench> {
    const fixture = new BusFixture(urls);
    const bus = await fixture.bus('node');
    const runtime = { clock: systemClock, random: systemRandom, log: silentLogger };
    const config = { credentials, ...(iam === undefined ? {} : { iam }) };
    const plan = { config, bus, clusterKey: CLUSTER_KEY, name: 'test' };
    const identities = await startIdentities(plan, runtime);
    const bench = await benchWithBucket({
      identities: options.identities ?? identities.identities,
      accounts: identities.accounts,
    });
    const verifier = new SignatureVerifier({
      credentials: identities.credentials,
      region: REGION,
      clock: systemClock,
    });
    const callers = new BusCallers({ trust: options.trust ?? 'header', seal: identities.seal, verifier });
    const node = nodeId(options.node ?? 1);
    await fixture.node(node, {
      bus,
      operations: operationNames.map((name) => serve(name, bench.table[name])),
      callers,
    });
    const client = await fixture.client({ node, seal: identities.seal });
    const gateway = await startGateway({
      client,
      credentials: identities.credentials,
      region: REGION,
    });
    const plain = await fixture.plain();
    return new AccessBench({ fixture, bench, gateway, bus, client, plain, identities });
  }

  s3(keys: Keys): S3Client {
    const client = new S3Client({
      endpoint: this.gateway.endpoint,
      region: REGION,
      credentials: keys,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    this.#clients.push(client);
    return client;
  }

  /** A client that signs nothing. */
  anonymous(): S3Client {
    const client = this.s3({ accessKeyId: '', secretAccessKey: '' });
    client.middlewareStack.addRelativeTo(
      <Args, Reply>(next: (args: Args) => Reply) =>
        (args: Args): Reply => {
          const { headers: sent } = (args as unknown as { request: { headers: Record<string, string> } })
            .request;
          for (const name of Object.keys(sent)) {
            if (/^(authorization|x-amz-date)$/i.test(name)) Reflect.deleteProperty(sent, name);
          }
          return next(args);
        },
      { relation: 'after', toMiddleware: 'httpSigningMiddleware' },
    );
    return client;
  }

  /** One operation over NATS; the code of the error, or `ok`. */
  async nats(name: OperationName, parameters: object, { accountId, principalArn }: Caller): Promise<string> {
    const said = headers();
    if (accountId !== undefined) said.set('X-Account-ID', accountId);
    if (principalArn !== undefined) said.set('X-Principal-ARN', principalArn);
    const { subject } = operations[name];
    const reply = await this.plain.request(subject, JSON.stringify(parameters), {
      headers: said,
      timeout: 10_000,
    });
    const document = reply.json<{ Code?: string }>();
    return document.Code ?? 'ok';
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.gateway.close();
    await this.#identities.stop();
    await this.fixture.close();
  }
}

/** The code of the error that a request of the SDK ends with, or `ok`; `status` of it beside. */
export async function outcomeOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'ok';
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode ?? 0} ${name}`;
  }
}
