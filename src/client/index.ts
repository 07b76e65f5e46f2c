// The client library: what other programs import as `predastore/client`.

export { connectClient } from './connect-client.ts';
export type { ConnectedClient } from './connect-client.ts';
export { connectStore, storeOver } from './store.ts';
export type { MethodInput, MethodOptions, MethodOutput, Store, StoreMethods, StoreOptions } from './store.ts';
export type { BodyInput } from './body-input.ts';
export type { ReceivedBody } from './resuming-body.ts';
export { Client, createClient } from './client.ts';
export type { ClientOptions } from './client.ts';
export type { CallOptions, CallReply } from './call.ts';
export type { ConnectOptions } from './connect-options.ts';
export type { Credentials, SigningOptions } from './request-signer.ts';
export type { BusAuth, BusTls } from '../bus/connection.ts';
export type { CallContext } from '../bus/operation.ts';
export type { IncomingBody, OutgoingBody } from '../core/body.ts';
export { bodyOf } from '../core/body.ts';
export { S3Error } from '../contracts/s3-errors.ts';
