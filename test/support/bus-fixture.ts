// A node with a store in memory behind real operations on a real nats-server, for tests of bus and client.

import { createCipheriv, createHash } from 'node:crypto';

import { connect, type NatsConnection } from '@nats-io/transport-node';

import { Client, type ClientOptions } from '../../src/client/client.ts';
import { connectBus, type Bus, type BusOptions } from '../../src/bus/connection.ts';
import type { CallerCheck } from '../../src/bus/caller-check.ts';
import { LocalBodies } from '../../src/bus/local-bodies.ts';
import type { TicketDesk } from '../../src/bus/ticket-desk.ts';
import type {
  CallContext,
  OperationCall,
  OperationHandler,
  OperationReply,
} from '../../src/bus/operation.ts';
import {
  serveOperations,
  type OperationServer,
  type ServedOperation,
} from '../../src/bus/operation-server.ts';
import { operations, type OperationName } from '../../src/contracts/operations.ts';
import { S3Error } from '../../src/contracts/s3-errors.ts';
import { validateRequest } from '../../src/contracts/validators.ts';
import { nodeId } from '../../src/core/ids.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { underLoad } from './load.ts';

export const CONTEXT: CallContext = { requestId: 'TEST-1', accountId: '123456789012' };

export function busOptions(servers: readonly string[], name: string): BusOptions {
  return { servers, name, clock: systemClock, random: systemRandom, log: silentLogger };
}

/** Waits until something that takes a moment is so; throws when it never is. */
export async function eventually(isSo: () => boolean, limitMs = underLoad(5_000)): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('it never came to be so');
    await systemClock.sleep(10);
  }
}

/** Bytes that differ everywhere, so that a swap or a shift shows. */
export function patternBytes(length: number, seed = 1): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(length));
}

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Cuts bytes into pieces, as a socket would. */
export async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await Promise.resolve();
    yield bytes.subarray(at, at + pieceBytes);
  }
}

/** Objects in memory, with what a test wants to know of the calls. */
export class MemoryStore {
  readonly objects = new Map<string, Buffer>();
  readonly calls: OperationCall[] = [];
  /** Bodies on their way out that were neither read to the end nor returned yet. */
  openReads = 0;
  /** Awaited before a body is read further than its first piece. */
  beforeRead: () => Promise<void> = () => Promise.resolve();

  readonly put: OperationHandler = async (call) => {
    this.calls.push(call);
    const parts: Uint8Array[] = [];
    for await (const part of call.body!.bytes) {
      parts.push(Buffer.from(part));
      await this.beforeRead();
    }
    const bytes = Buffer.concat(parts);
    this.objects.set(String(call.parameters['Key']), bytes);
    return { result: { ETag: `"${md5(bytes)}"` } };
  };

  readonly get: OperationHandler = async (call): Promise<OperationReply> => {
    this.calls.push(call);
    const bytes = this.objects.get(String(call.parameters['Key']));
    if (bytes === undefined) throw new S3Error('NoSuchKey', undefined, { fields: { Key: 'k' } });
    return {
      result: { ContentLength: bytes.length, ETag: `"${md5(bytes)}"` },
      headers: { 'X-Spx-Test': 'yes' },
      body: { lengthBytes: bytes.length, bytes: this.#read(bytes) },
    };
  };

  readonly head: OperationHandler = async (call) => {
    this.calls.push(call);
    return { result: { BucketRegion: 'here' } };
  };

  async *#read(bytes: Buffer): AsyncGenerator<Uint8Array> {
    this.openReads += 1;
    try {
      yield* inPieces(bytes, 64 * 1024);
    } finally {
      this.openReads -= 1;
    }
  }

  served(): ServedOperation[] {
    return [serve('PutObject', this.put), serve('GetObject', this.get), serve('HeadBucket', this.head)];
  }
}

export function serve(name: OperationName, handler: OperationHandler): ServedOperation {
  return {
    description: operations[name],
    handler,
    validate: (parameters) => validateRequest(name, parameters),
  };
}

/** A node and everything a test may use to talk to it. Close it at the end. */
export class BusFixture {
  readonly urls: readonly string[];
  readonly store = new MemoryStore();
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor(urls: readonly string[]) {
    this.urls = urls;
  }

  async bus(name: string, options: Partial<BusOptions> = {}): Promise<Bus> {
    const bus = await connectBus({ ...busOptions(this.urls, name), ...options });
    this.#closers.push(() => bus.close());
    return bus;
  }

  async node(
    id: number,
    options: {
      bus?: Bus;
      localBodies?: LocalBodies;
      operations?: ServedOperation[];
      callers?: CallerCheck;
      tickets?: TicketDesk;
    } = {},
  ): Promise<OperationServer> {
    const server = await serveOperations({
      bus: options.bus ?? (await this.bus(`node ${id}`)),
      node: nodeId(id),
      operations: options.operations ?? this.store.served(),
      version: '0.1.0',
      ...(options.localBodies === undefined ? {} : { localBodies: options.localBodies }),
      ...(options.callers === undefined ? {} : { callers: options.callers }),
      tickets: options.tickets,
    });
    this.#closers.push(() => server.stop(500));
    return server;
  }

  async client(options: Partial<ClientOptions> = {}): Promise<Client> {
    const client = new Client({ bus: options.bus ?? (await this.bus('client')), ...options });
    this.#closers.push(() => client.close());
    return client;
  }

  /** A connection of the plain library, as another program has it. */
  async plain(): Promise<NatsConnection> {
    const connection = await connect({ servers: [...this.urls] });
    this.#closers.push(() => connection.close());
    return connection;
  }

  localBodies(): LocalBodies {
    return new LocalBodies(systemClock, systemRandom);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }
}
