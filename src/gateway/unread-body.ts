// What happens to the rest of a request body that nobody wanted, so that the client gets to read the answer and, where
// that is cheap, the connection serves on.
//
// Many clients read only after they have sent everything; a connection closed under them is an error to them, and the
// answer is lost. So a bounded part of the body is taken off the wire between the answer and the end.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { UNREAD_BODY_KEEP_ALIVE_BYTES_MAX, UNREAD_BODY_LINGER_BYTES_MAX } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';

/** How long a client may go on sending after it was answered. */
const LINGER_MS = 5_000;

export type UnreadBody = 'none' | 'short' | 'long' | 'awaiting-continue';

/** What is left of the body. `continued`: whether a client that asked was told to send it. */
export function unreadBodyOf(request: IncomingMessage, continued: boolean): UnreadBody {
  if (request.complete) return 'none';
  const length = request.headers['content-length'];
  if (length === undefined && request.headers['transfer-encoding'] === undefined) return 'none';
  if (!continued && expectsContinue(request)) return 'awaiting-continue';
  return Number(length ?? Infinity) <= UNREAD_BODY_KEEP_ALIVE_BYTES_MAX ? 'short' : 'long';
}

export function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}

/** Ends a response whose bytes are all written, after taking what is left of the request off the wire. */
export async function endAfterDraining(
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
): Promise<void> {
  await drain(request, clock);
  response.end();
  if (!request.complete) request.socket.destroySoon();
}

function drain(request: IncomingMessage, clock: Clock): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let drained = 0;
    const onData = (chunk: Uint8Array): void => {
      drained += chunk.length;
      if (drained > UNREAD_BODY_LINGER_BYTES_MAX) finish();
    };
    const finish = (): void => {
      timer.cancel();
      request.off('data', onData);
      request.off('end', finish);
      request.off('close', finish);
      resolve();
    };
    const timer = clock.after(LINGER_MS, finish);
    request.on('data', onData);
    request.on('end', finish);
    request.on('close', finish);
    request.resume();
  });
}
