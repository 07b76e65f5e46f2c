// NKEYs of the cluster's own NATS servers, derived from the master key: nothing has to be generated, stored or carried.
//
// Invariant: the same master key and role give the same NKEY for ever (test/unit/bus/nkey.test.ts holds a vector).

import { Prefix, fromSeed } from '@nats-io/nkeys';
import { Codec } from '@nats-io/nkeys/lib/codec.js';
import { deriveSecret } from '../platform/master-key.ts';

/**
 * `node`: an s3d process with shards. `gateway`: one without. `client`: whoever calls `s3.*` and nothing else. `operator`: the
 * same and `s3.admin.>`, one chosen node, and a look at the streams.
 */
export type NatsRole = 'node' | 'gateway' | 'client' | 'operator';

export interface Nkey {
  /** `SU…`: the secret a client signs with. */
  readonly seed: string;
  /** `U…`: what the server knows. */
  readonly publicKey: string;
}

export function deriveNkey(masterKey: Uint8Array, role: NatsRole): Nkey {
  const seed = Codec.encodeSeed(Prefix.User, deriveSecret(masterKey, `nats ${role} v1`));
  return { seed: Buffer.from(seed).toString('ascii'), publicKey: fromSeed(seed).getPublicKey() };
}
