// The client library: what other programs import as `predastore/client`.

export { Client, createClient } from './client.ts';
export type { CallOptions, CallReply, ClientOptions } from './client.ts';
export { connectBus } from '../bus/connection.ts';
export type { BusAuth, BusOptions, BusTls } from '../bus/connection.ts';
export type { CallContext } from '../bus/operation.ts';
export type { IncomingBody, OutgoingBody } from '../core/body.ts';
export { bodyOf } from '../core/body.ts';
export { S3Error } from '../contracts/s3-errors.ts';
