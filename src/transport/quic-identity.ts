// Between our identities and libp2p's, which the QUIC addon speaks.
//
// A libp2p peer id of an ed25519 key is base58btc(identity multihash(protobuf(key type 1, raw public key))).

import { assert } from '../core/assert.ts';
import { PredastoreError } from '../core/errors.ts';
import type { NodeKey } from './node-key.ts';
import type { PeerId } from './transport.ts';

const BASE58_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Multihash: identity (0), 36 bytes; protobuf: key type (field 1) ed25519 (1), data (field 2) of 32 bytes. */
const PEER_ID_PREFIX = Buffer.from([0, 36, 8, 1, 18, 32]);
const PEER_ID_BYTES = PEER_ID_PREFIX.length + 32;
/** Protobuf: key type (field 1) ed25519 (1), data (field 2) of 64 bytes: seed, public key. */
const PRIVATE_KEY_PREFIX = Buffer.from([8, 1, 18, 64]);

/** Our identity of the peer at the other end of an addon connection; throws `peer-rejected` for other key types. */
export function peerIdFromMultiaddr(multiaddr: string): PeerId {
  const bytes = decodeBase58(multiaddr.slice(multiaddr.lastIndexOf('/') + 1));
  if (bytes?.subarray(0, PEER_ID_PREFIX.length).equals(PEER_ID_PREFIX) !== true) {
    throw new PredastoreError('peer-rejected', 'the other end has no ed25519 identity');
  }
  return bytes.toString('hex', PEER_ID_PREFIX.length);
}

/** The private key as the addon wants it. */
export function privateKeyProto(key: NodeKey): Buffer {
  const { d, x } = key.privateKey.export({ format: 'jwk' });
  assert(d !== undefined && x !== undefined, 'a node key has both halves');
  return Buffer.concat([PRIVATE_KEY_PREFIX, Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]);
}

/** Undefined unless the text is base58 of exactly one peer id's length. */
function decodeBase58(text: string): Buffer | undefined {
  // 38 bytes are 52 digits; a longer text is refused before arithmetic on it.
  if (text.length > 64) return undefined;
  // Each leading zero byte is one leading `1`; a peer id has exactly one.
  if (!/^1[^1]/.test(text)) return undefined;
  let value = 0n;
  for (const digit of text) {
    const at = BASE58_ALPHABET.indexOf(digit);
    if (at === -1) return undefined;
    value = value * 58n + BigInt(at);
  }
  const hex = value.toString(16);
  if (hex.length > PEER_ID_BYTES * 2) return undefined;
  return Buffer.from(hex.padStart(PEER_ID_BYTES * 2, '0'), 'hex');
}
