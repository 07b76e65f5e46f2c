// The one way to get a transport.

import { createPipeTransport, type PipeNetwork } from './pipe-transport.ts';
import { createQuicTransport } from './quic-transport.ts';
import { createTlsTransport } from './tls-transport.ts';
import type { AdapterOptions } from './transport-options.ts';
import type { Transport } from './transport.ts';

export interface TransportOptions extends AdapterOptions {
  readonly kind: Transport['kind'];
  /** For `pipe`: who can reach whom; the whole process when left out. */
  readonly network?: PipeNetwork;
}

/** Throws `invalid-config` when `kind` does not run on this platform. Nothing is opened before `listen` or `connect`. */
export function createTransport(options: TransportOptions): Transport {
  switch (options.kind) {
    case 'quic':
      return createQuicTransport(options);
    case 'tls':
      return createTlsTransport(options);
    case 'pipe':
      return createPipeTransport(options, options.network);
  }
}
