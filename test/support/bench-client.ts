// The store behind a gateway without NATS in between: requests and replies pass the same schemas, in one process.

import type { OperationName } from '../../src/contracts/operations.ts';
import { S3Error } from '../../src/contracts/s3-errors.ts';
import type { S3Client, StoreCallOptions, StoreReply } from '../../src/gateway/s3-client.ts';
import type { ServiceBench } from './service-bench.ts';

export class BenchClient implements S3Client {
  readonly #bench: ServiceBench;

  constructor(bench: ServiceBench) {
    this.#bench = bench;
  }

  async call(
    operation: string,
    parameters: object,
    { context, body }: StoreCallOptions,
  ): Promise<StoreReply<Readonly<Record<string, unknown>>>> {
    const { accountId: account } = context;
    const asked = { account, ...(body === undefined ? {} : { body }) };
    const plain = { ...parameters } as Record<string, unknown>;
    const reply = await this.#bench.ask(operation as OperationName, plain, asked).catch((error: unknown) => {
      // The bus says so too, for callers other than a gateway; from a gateway it is a bug.
      if (error instanceof S3Error && error.code === 'ValidationError') throw new Error(error.message);
      throw error;
    });
    const { result, headers = {}, body: sent } = reply;
    const found = { result: { ...result } as Record<string, unknown>, headers };
    return sent === undefined ? found : { ...found, body: sent };
  }
}
