// The store as a TypeScript program uses it: one typed method per operation, bodies in and out, retries that are safe.
//
//   const store = await connectStore({ servers: ['nats://127.0.0.1:4222'], accountId: '123456789012' });
//   await store.putObject({ Bucket: 'photos', Key: 'cat', Body: 'meow' });
//   const { Body } = await store.getObject({ Bucket: 'photos', Key: 'cat' });
//
// Owns: what may be tried again. Reads are (a read changes nothing). A write is only with an idempotency key, and only when
// its body can be sent again. A body that breaks off in the middle is fetched on from where it stopped (resuming-body.ts).
//   S1. Every failure is an S3Error. A method never does more than `attempts` tries.
//   S2. A body given is read to its end or let go; a body received must be read or returned (`break` does).

import { OPERATIONS } from '../contracts/generated/operations.ts';
import type { ReplyTypes, RequestTypes } from '../contracts/generated/messages.ts';
import { operationNames, operations, type OperationName } from '../contracts/operations.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import type { CallContext } from '../bus/operation.ts';
import type { IncomingBody } from '../core/body.ts';
import { systemRandom } from '../platform/random.ts';
import { incomingBody, type BodyInput } from './body-input.ts';
import type { CallReply } from './call.ts';
import type { Client } from './client.ts';
import { connectClient } from './connect-client.ts';
import { Retry, type RetryOptions } from './retry.ts';
import { resumingBody, type ReceivedBody } from './resuming-body.ts';
import type { ConnectOptions } from './connect-options.ts';

export interface StoreOptions extends RetryOptions {
  /** Who asks: 12 digits. */
  readonly accountId?: string;
  readonly principalArn?: string;
  /** W3C trace context of the moment, asked for at every call: `propagation.inject` of OpenTelemetry fits. */
  readonly trace?: () => { readonly traceparent?: string; readonly tracestate?: string };
  /** Whole objects are compared with their checksum or MD5 entity tag while they are read; true unless said otherwise. */
  readonly verify?: boolean;
}

export interface MethodOptions {
  /** Makes a write safe to repeat: `auto` takes a fresh random key for this call. */
  readonly idempotencyKey?: string;
  readonly requestId?: string;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

type TakesBody<Name extends OperationName> = (typeof OPERATIONS)[Name]['takesBody'] extends true
  ? { readonly Body?: BodyInput }
  : unknown;
type ReturnsBody<Name extends OperationName> = (typeof OPERATIONS)[Name]['returnsBody'] extends true
  ? { readonly Body: ReceivedBody }
  : unknown;

export type MethodInput<Name extends OperationName> = Omit<RequestTypes[Name], 'Body'> & TakesBody<Name>;
export type MethodOutput<Name extends OperationName> = Omit<ReplyTypes[Name], 'Body'> & ReturnsBody<Name>;

/** `putObject`, `getObject`, …: every operation of the contract. */
export type StoreMethods = {
  readonly [Name in OperationName as Uncapitalize<Name>]: (
    input: MethodInput<Name>,
    options?: MethodOptions,
  ) => Promise<MethodOutput<Name>>;
};

export type Store = StoreMethods & {
  /** Ends what is under way; disconnects a store that made its own connection. */
  close(): Promise<void>;
};

/** A store over a client that exists already; `close` leaves its bus open. */
export function storeOver(client: Client, options: StoreOptions = {}): Store {
  return assemble(new StoreCaller(client, options), () => {
    client.close();
    return Promise.resolve();
  });
}

/** Connects to NATS and gives the store behind it. */
export async function connectStore(options: ConnectOptions & StoreOptions): Promise<Store> {
  const connected = await connectClient(options);
  return assemble(new StoreCaller(connected.client, options), () => connected.close());
}

function assemble(caller: StoreCaller, close: () => Promise<void>): Store {
  const methods = operationNames.map((name): [string, unknown] => [
    name.charAt(0).toLowerCase() + name.slice(1),
    (input: object, options?: MethodOptions) => caller.run(name, input, options ?? {}),
  ]);
  // One entry per operation, as the type says; TypeScript cannot follow the names through a list.
  return Object.assign(Object.fromEntries(methods) as StoreMethods, { close });
}

class StoreCaller {
  readonly #client: Client;
  readonly #options: StoreOptions;

  constructor(client: Client, options: StoreOptions) {
    this.#client = client;
    this.#options = options;
  }

  async run(name: OperationName, input: object, options: MethodOptions): Promise<object> {
    const { Body: given, ...parameters } = input as { Body?: BodyInput } & Record<string, unknown>;
    const context = this.#contextOf(options);
    const source = operations[name].takesBody ? incomingBody(given ?? '', parameters) : undefined;
    const isSafe = operations[name].readOnly || context.idempotencyKey !== undefined;
    const retry = new Retry(this.#options, options.signal);
    for (;;) {
      const body = source?.open();
      try {
        const reply = await this.#once(name, parameters, { context, ...options, ...(body && { body }) });
        return this.#outputOf(name, parameters, reply, options);
      } catch (error) {
        const canRepeat = isSafe && (source === undefined || source.repeatable);
        await retry.again(s3ErrorOf(error), canRepeat);
      }
    }
  }

  #once(
    name: OperationName,
    parameters: object,
    { context, body, signal }: { context: CallContext; body?: IncomingBody; signal?: AbortSignal },
  ): Promise<CallReply> {
    return this.#client.call(name, parameters, {
      context,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #outputOf(
    name: OperationName,
    parameters: Readonly<Record<string, unknown>>,
    reply: CallReply,
    options: MethodOptions,
  ): object {
    const { body, result } = reply;
    if (body === undefined) return result;
    const Body = resumingBody({
      first: { ...reply, body },
      parameters,
      verify: this.#options.verify ?? true,
      retry: new Retry(this.#options, options.signal),
      fetch: (more) =>
        this.#once(name, { ...parameters, ...more }, { ...options, context: this.#contextOf(options) }),
    });
    return { ...result, Body };
  }

  #contextOf({ requestId, idempotencyKey }: MethodOptions): CallContext {
    const { accountId, principalArn, trace } = this.#options;
    const isNamed = accountId !== undefined || this.#client.signs;
    const key = idempotencyKey === 'auto' ? freshKey(isNamed) : idempotencyKey;
    return {
      requestId: requestId ?? systemRandom.bytes(8).toString('hex').toUpperCase(),
      ...(accountId === undefined ? {} : { accountId }),
      ...(principalArn === undefined ? {} : { principalArn }),
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...trace?.(),
    };
  }
}

/** Without an account a key means nothing to a node: the write is sent as it is. */
function freshKey(isNamed: boolean): string | undefined {
  return isNamed ? systemRandom.bytes(16).toString('hex') : undefined;
}
