// The S3 face over HTTP: one request from its headers to the last byte of its reply.
//
// Owns the order of things: parse the target, find the operation, verify the signature, run the operation, answer.
// Refuses decisions about objects and buckets: those are the store's, behind the client.
//
// Invariants:
//  1. Nothing of a body is read, and no `100 Continue` is sent, before the signature of the headers is verified.
//  2. Only operations of the route table reach the client, in the name of the verified credential.
//  3. Every request ends: with a whole reply, or with its connection cut.

import express, { type Express, type Request, type Response } from 'express';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CredentialSource } from '../auth/credentials.ts';
import type { ReceivedRequest } from '../auth/signature-claim.ts';
import type { SignatureV2Use } from '../auth/sigv2.ts';
import { SignatureVerifier, UNSIGNED_PAYLOAD, type Authentication } from '../auth/sigv4.ts';
import { s3ErrorOf } from '../contracts/s3-error-of.ts';
import { isS3Error, S3Error, type S3ErrorDetail } from '../contracts/s3-errors.ts';
import { bucketNameProblem } from '../core/bucket-name.ts';
import { PredastoreError } from '../core/errors.ts';
import { BODY_IDLE_TIMEOUT_MS } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { PressureGauge } from '../platform/pressure.ts';
import type { Random } from '../platform/random.ts';
import { supervise } from '../platform/supervise.ts';
import { crossOriginHeadersOf, type CrossOriginHeaders } from './cross-origin.ts';
import { messageClassesOf } from './express-messages.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { requireHeaderSize } from './header-section.ts';
import { InFlightWatch, type InFlight } from './in-flight-watch.ts';
import { Listener, type ListenOptions } from './listener.ts';
import { GatewayRequest, type GatewayReply, type Operation } from './operation.ts';
import { answerProbe, PROBE_PREFIX, type ProbeOptions, type Readiness } from './probes.ts';
import { withQueryHeaders } from './query-headers.ts';
import { withJoinedMetadata } from './repeated-headers.ts';
import { RequestIds } from './request-ids.ts';
import { originOf } from './request-origin.ts';
import { parseTarget, type RequestTarget } from './request-target.ts';
import { routeOf } from './routes.ts';
import type { RequestContext, S3Client } from './s3-client.ts';
import { sendError, sendReply, type Exchange } from './send-reply.ts';
import { SocketBody } from './socket-body.ts';
import { expectsContinue } from './unread-body.ts';

export interface GatewayOptions {
  readonly client: S3Client;
  readonly credentials: CredentialSource;
  readonly region: string;
  /** Domains whose first label names the bucket (virtual-hosted style). */
  readonly domains: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Serve `/-/metrics`. */
  readonly exposeMetrics: boolean;
  /** What `/-/readyz` says; ready when absent. */
  readonly readiness?: () => Readiness | Promise<Readiness>;
  readonly bodyIdleTimeoutMs?: number;
  /** While it gives a reason every request is answered SlowDown, before anything else is done for it. Probes are answered. */
  readonly pressure?: PressureGauge;
  /** Take keys of clients (SSE-C) over connections without TLS. AWS never does. */
  readonly plainCustomerKeys?: boolean;
  /** Where Signature Version 2 is taken; nowhere when absent. */
  readonly signatureV2?: SignatureV2Use;
}

export interface Gateway {
  readonly handler: Express;
  listen(options: ListenOptions): Promise<Listener>;
}

/** ListBuckets belongs to no region; SDKs sign it for this one. */
const GLOBAL_REGION = 'us-east-1';
const CLIENT_CLOSED_STATUS = 499;
const UNSIGNED: Authentication = { kind: 'anonymous', payload: UNSIGNED_PAYLOAD };

export function createGateway(options: GatewayOptions): Gateway {
  const handler = new RequestHandler(options);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use((request, response) => handler.handle(request, response));
  const messages = messageClassesOf(app);
  // Express gives up on targets that it cannot parse; those get an S3 answer too.
  const listener: RequestListener = (request, response) => {
    app(request as Request, response as Response, () => {
      supervise(handler.handle(request, response), options.logger, 'a request without a path');
    });
  };
  return {
    handler: app,
    listen: (listenOptions) => Listener.open(listener, { ...options, messages }, listenOptions),
  };
}

class RequestHandler {
  readonly #options: GatewayOptions;
  readonly #verifier: SignatureVerifier;
  readonly #metrics: GatewayMetrics;
  readonly #watch: InFlightWatch;
  readonly #requestIds: RequestIds;
  readonly #probes: ProbeOptions;
  readonly #domains: readonly string[];
  /** Names this process in errors, as `x-amz-id-2` does at AWS. */
  readonly #hostId: string;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#verifier = new SignatureVerifier(options);
    this.#metrics = new GatewayMetrics(options.metrics);
    this.#watch = new InFlightWatch(options.clock, options.logger);
    this.#requestIds = new RequestIds(options.random);
    this.#domains = options.domains.map((domain) => domain.toLowerCase());
    this.#hostId = options.random.bytes(24).toString('base64');
    this.#probes = {
      readiness: options.readiness ?? (() => ({ ready: true })),
      ...(options.exposeMetrics ? { metrics: options.metrics } : {}),
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    if (url.startsWith(PROBE_PREFIX)) {
      await this.#answerProbe(url, response);
      return;
    }
    const { clock } = this.#options;
    const requestId = this.#requestIds.next();
    const entry = this.#watch.start(requestId, request.method ?? 'GET');
    this.#metrics.running(this.#watch.size);
    let continued = !expectsContinue(request);
    const body = new SocketBody(request, {
      clock,
      idleTimeoutMs: this.#idleTimeoutMs,
      onFirstRead: () => {
        if (!continued) response.writeContinue();
        continued = true;
      },
    });
    const exchange: Exchange = {
      request,
      response,
      clock,
      idleTimeoutMs: this.#idleTimeoutMs,
      requestId,
      hostId: this.#hostId,
      continued: () => continued,
    };
    try {
      await this.#answer(exchange, entry, body);
    } catch (error) {
      await this.#answerError(exchange, entry, error);
    } finally {
      this.#finish(exchange, entry);
    }
  }

  async #answerProbe(url: string, response: ServerResponse): Promise<void> {
    try {
      await answerProbe(url, response, this.#probes);
    } catch (error) {
      this.#options.logger.error('a probe failed', { error });
      response.destroy();
    }
  }

  get #idleTimeoutMs(): number {
    return this.#options.bodyIdleTimeoutMs ?? BODY_IDLE_TIMEOUT_MS;
  }

  async #answer(exchange: Exchange, entry: InFlight, body: SocketBody): Promise<void> {
    const { request, response } = exchange;
    this.#refuseUnderPressure(response);
    requireHeaderSize(request.rawHeaders);
    const target = parseTarget(request.url ?? '/', request.headers.host, this.#domains);
    entry.bucket = target.bucket;
    entry.key = target.key;
    const headers = withQueryHeaders(withJoinedMetadata(request.headers, request.rawHeaders), target.query);
    const operation = routeOf(entry.method, target, headers);
    entry.operation = operation.name;
    if (operation.unsigned !== true && headers.origin !== undefined) {
      exchange.crossOrigin = this.#crossOrigin(exchange, target);
    }
    const authentication = operation.unsigned === true ? UNSIGNED : await this.#authenticate(request, target);
    checkAccess(operation, target, authentication);
    const gone = new AbortController();
    const onClose = (): void => {
      if (!response.writableFinished) gone.abort();
    };
    response.on('close', onClose);
    try {
      const gatewayRequest = new GatewayRequest({
        http: request,
        headers,
        target,
        authentication,
        context: contextOf(exchange, authentication, this.#options.clock.nowMs()),
        client: this.#options.client,
        verifier: this.#verifier,
        clock: this.#options.clock,
        body,
        signal: gone.signal,
        allowsPlainKeys: this.#options.plainCustomerKeys ?? false,
      });
      const reply = await this.#run(operation, gatewayRequest, body);
      await sendReply(exchange, reply, gatewayRequest.forwardedHeaders);
      this.#metrics.sent(reply.stream?.lengthBytes ?? 0);
    } finally {
      response.off('close', onClose);
    }
  }

  #refuseUnderPressure(response: ServerResponse): void {
    const reason = this.#options.pressure?.();
    if (reason === undefined) return;
    // A connection is a descriptor and some memory; whoever tries again comes back with a new one, later.
    response.shouldKeepAlive = false;
    throw new PredastoreError('overloaded', `no work is taken: ${reason}`);
  }

  async #run(operation: Operation, request: GatewayRequest, body: SocketBody): Promise<GatewayReply> {
    try {
      return await operation.handle(request);
    } catch (error) {
      const isStranger = request.isAnonymous && operation.signedInBody !== true;
      throw isStranger ? judgedFirst(error) : error;
    } finally {
      if (body.started) {
        this.#metrics.received(body.receivedBytes);
        await body.return();
      }
    }
  }

  /** Asked beside the request itself; never rejects. */
  #crossOrigin(exchange: Exchange, target: RequestTarget): Promise<CrossOriginHeaders> {
    const { request } = exchange;
    const method = request.method ?? 'GET';
    const context = contextOf(exchange, UNSIGNED, this.#options.clock.nowMs());
    return crossOriginHeadersOf(this.#options.client, context, request.headers, { method, target });
  }

  #authenticate(request: IncomingMessage, target: RequestTarget): Promise<Authentication> {
    const received: ReceivedRequest = {
      method: request.method ?? 'GET',
      target: target.raw,
      headers: joinedHeaders(request.rawHeaders),
      ...(target.hostBucket === undefined ? {} : { hostBucket: target.hostBucket }),
    };
    const otherRegion = target.level === 'service' ? GLOBAL_REGION : undefined;
    return this.#verifier.authenticate(received, target.query, otherRegion);
  }

  async #answerError(exchange: Exchange, entry: InFlight, error: unknown): Promise<void> {
    const { request, response } = exchange;
    const shown = s3ErrorOf(error);
    this.#log(exchange, entry, shown, error);
    if (response.headersSent || response.destroyed) {
      // What was sent so far must not look like a whole reply.
      response.destroy();
      return;
    }
    try {
      await sendError(exchange, withResource(shown, entry), (request.url ?? '/').split('?', 1)[0] ?? '/');
    } catch (failure) {
      this.#options.logger.error('an error could not be answered', {
        error: failure,
        requestId: entry.requestId,
      });
      response.destroy();
    }
  }

  #log(exchange: Exchange, entry: InFlight, shown: S3Error, error: unknown): void {
    const { logger } = this.#options;
    const fields = {
      requestId: exchange.requestId,
      operation: entry.operation,
      bucket: entry.bucket,
      code: shown.code,
      status: shown.status,
    };
    if (exchange.response.destroyed) logger.debug('S3 client went away', fields);
    else if (shown.status >= 500 && shown.code !== 'NotImplemented')
      logger.warn('S3 request failed', { ...fields, error });
    else logger.debug('S3 request refused', fields);
  }

  #finish(exchange: Exchange, entry: InFlight): void {
    const { clock, logger } = this.#options;
    const { response } = exchange;
    this.#watch.finish(entry);
    this.#metrics.running(this.#watch.size);
    const elapsedMs = clock.monotonicMs() - entry.startedMs;
    const status = response.writableEnded ? response.statusCode : CLIENT_CLOSED_STATUS;
    this.#metrics.finished(entry.operation, status, elapsedMs);
    logger.debug('S3 request', {
      requestId: entry.requestId,
      method: entry.method,
      operation: entry.operation,
      bucket: entry.bucket,
      object: entry.key,
      status,
      elapsedMs,
    });
  }
}

/** AWS judges access before it reads a document: who has not signed is not told what is wrong with theirs. */
function judgedFirst(error: unknown): unknown {
  return isS3Error(error) && error.code === 'MalformedXML'
    ? new S3Error('AccessDenied', undefined, {}, error)
    : error;
}

/** Refuses what needs no store to be refused. */
function checkAccess(operation: Operation, target: RequestTarget, authentication: Authentication): void {
  // What anybody may do with a bucket is the store's to say: a policy or an access control list may allow anything.
  if (target.level === 'service') {
    if (authentication.kind === 'anonymous' && !operation.anonymous) throw new S3Error('AccessDenied');
    return;
  }
  // A bucket that does not exist has nobody who could allow it.
  if (authentication.kind === 'anonymous' && operation.name === 'CreateBucket')
    throw new S3Error('AccessDenied', 'Anonymous users cannot invoke this API. Please authenticate.');
  const problem = bucketNameProblem(target.bucket);
  if (problem !== undefined) {
    throw new S3Error('InvalidBucketName', undefined, { fields: { BucketName: target.bucket } });
  }
}

function contextOf(
  { request, requestId }: Exchange,
  authentication: Authentication,
  nowMs: number,
): RequestContext {
  const { traceparent, tracestate } = request.headers;
  return {
    requestId,
    origin: originOf(request, authentication, nowMs),
    ...(authentication.kind === 'signed'
      ? {
          accountId: authentication.credential.accountId,
          principalArn: authentication.credential.principalArn,
        }
      : {}),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}

/** Names what is missing, as AWS does. */
function withResource(error: S3Error, entry: InFlight): S3Error {
  const detail = (fields: Readonly<Record<string, string>>): S3ErrorDetail => ({
    fields: { ...fields, ...error.fields },
    headers: error.headers,
  });
  if (error.code === 'NoSuchKey')
    return new S3Error(error.code, error.message, detail({ Key: entry.key }), error);
  if (error.code === 'NoSuchBucket') {
    return new S3Error(error.code, error.message, detail({ BucketName: entry.bucket }), error);
  }
  return error;
}

/** Headers as received, repeated ones joined: what signatures are made over. */
function joinedHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before.trim()},${value.trim()}`);
  }
  return headers;
}
