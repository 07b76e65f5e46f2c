// How a request came in: what the conditions of policies may ask about it. The store believes it because it comes from a
// gateway; headers such as X-Forwarded-For are anybody's to write and say nothing here.

import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { plainAddress } from '../auth/policy/ip-range.ts';
import type { Authentication } from '../auth/sigv4.ts';
import type { RequestOrigin } from '../core/request-origin.ts';
import { receivedText } from './header-text.ts';

export function originOf(
  request: IncomingMessage,
  authentication: Authentication,
  nowMs: number,
): RequestOrigin {
  const { socket, headers } = request;
  const address = socket.remoteAddress;
  const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null;
  const userAgent = headers['user-agent'];
  const { referer } = headers;
  return {
    secure: socket instanceof TLSSocket,
    contentSha256: authentication.payload,
    ...(address === undefined ? {} : { sourceIp: plainAddress(address) }),
    ...(protocol === null ? {} : { tlsVersion: protocol.replace('TLSv', '') }),
    ...(userAgent === undefined ? {} : { userAgent: receivedText(userAgent) }),
    ...(referer === undefined ? {} : { referer: receivedText(referer) }),
    ...(authentication.kind === 'signed'
      ? {
          authType: authentication.presigned ? 'REST-QUERY-STRING' : 'REST-HEADER',
          signatureAgeMs: nowMs - authentication.signedAtMs,
          ...(authentication.version === 2 ? { signatureVersion: 'AWS' as const } : {}),
        }
      : {}),
  };
}
