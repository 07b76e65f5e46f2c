// The HTTP or HTTPS server under the gateway: its bounds against slow and numerous clients, and its orderly end.
//
// There is no bound on the duration of a request, because objects may be large and lines slow: what is bounded is the
// time a client may spend without progress, on headers here and on bodies in socket-body.ts and send-reply.ts.

import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { S3_ERRORS, type S3ErrorCode } from '../contracts/s3-errors.ts';
import { systemCodeOf } from '../core/errors.ts';
import { HTTP_HEAD_BYTES_MAX, REQUEST_BUFFER_BYTES_MAX } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { MessageClasses } from './express-messages.ts';
import { escapeXml } from './xml.ts';

export interface TlsOptions {
  /** PEM. */
  readonly key: string | Buffer;
  /** PEM, with the chain. */
  readonly cert: string | Buffer;
  /** Default TLSv1.3. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absent: plain HTTP, for loopback and behind proxies that terminate TLS. */
  readonly tls?: TlsOptions;
  readonly connectionsMax?: number;
}

export interface ListenerContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly messages: MessageClasses;
}

/** A client that has not sent its headers by then is cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;
/** Longer than the 60 s after which load balancers usually drop idle connections, so that they are the ones to close. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const TIMEOUT_CHECK_INTERVAL_MS = 2_000;
/** Each costs some 50 KiB when idle; more than this is no workload but an attack. */
export const CONNECTIONS_MAX = 10_000;

export class Listener {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly port: number;

  private constructor(server: Server, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Starts to listen; rejects when the address cannot be had. */
  static async open(
    handler: RequestListener,
    context: ListenerContext,
    options: ListenOptions,
  ): Promise<Listener> {
    const server = serverFor(options, context.messages);
    server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
    const busy = new WeakSet<Duplex>();
    const serve: RequestListener = (request, response) => {
      busy.add(request.socket);
      response.once('close', () => busy.delete(request.socket));
      handler(request, response);
    };
    server.on('request', serve);
    // The handler says `100 Continue` itself, once the signature holds. Other expectations are ignored, as AWS does.
    server.on('checkContinue', serve);
    server.on('checkExpectation', serve);
    server.on('clientError', (error: Error, socket: Duplex) => {
      if (busy.has(socket)) socket.destroy();
      else refuseUnparsed(error, socket);
    });
    server.on('tlsClientError', (error: Error, socket: Socket) => {
      context.logger.debug('TLS handshake failed', { peer: socket.remoteAddress, reason: error.message });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => context.logger.error('S3 listener failed', { error }));
    return new Listener(server, context.clock);
  }

  /** Accepts nothing more, lets running requests end for up to `drainMs`, then cuts what is left. */
  async close(drainMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeIdleConnections();
    const timer = this.#clock.after(drainMs, () => this.#server.closeAllConnections());
    await closed;
    timer.cancel();
  }
}

function serverFor({ tls }: ListenOptions, messages: MessageClasses): Server {
  const options: ServerOptions = {
    ...messages,
    maxHeaderSize: HTTP_HEAD_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    highWaterMark: REQUEST_BUFFER_BYTES_MAX,
    noDelay: true,
    // The gateway answers a missing Host itself, in XML.
    requireHostHeader: false,
  };
  if (tls === undefined) return createServer(options);
  return createTlsServer({
    ...options,
    key: tls.key,
    cert: tls.cert,
    minVersion: tls.minVersion ?? 'TLSv1.3',
    handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS,
  });
}

/** Answers what could not even be parsed as a request, and hangs up. */
function refuseUnparsed(error: Error, socket: Duplex): void {
  if (!socket.writable || systemCodeOf(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const code = refusalCode(systemCodeOf(error));
  const { status, message } = S3_ERRORS[code];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  socket.end(
    `HTTP/1.1 ${status} Bad Request\r\nContent-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function refusalCode(reason: string | undefined): S3ErrorCode {
  if (reason === 'HPE_HEADER_OVERFLOW') return 'RequestHeaderSectionTooLarge';
  return reason === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'RequestTimeout' : 'InvalidRequest';
}
