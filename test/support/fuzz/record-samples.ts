// One valid record of each kind, for targets that start from valid inputs.

import type { BlobRecord } from '../../../src/contracts/records.ts';
import { nodeId, parseWriteId } from '../../../src/core/ids.ts';

export const blob: BlobRecord = {
  write: parseWriteId('0123456789abcdef0123456789abcdef'),
  size: 300_000,
  k: 2,
  m: 1,
  cell: 65_536,
  epoch: 1,
  nodes: [1, 2, 3].map(nodeId),
  missing: [1],
};

const modified = '2026-01-02T03:04:05.678Z';
const etag = 'd41d8cd98f00b204e9800998ecf8427e';

export const object = {
  v: 1,
  size: 300_000,
  etag,
  modified,
  headers: { 'content-type': 'text/plain' },
  meta: { a: 'b' },
  checksums: { sha256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
  blobs: [blob],
  request: 'r1',
} as const;

export const upload = {
  v: 1,
  id: '0'.repeat(32),
  key: 'k',
  initiated: modified,
  headers: {},
  meta: {},
  account: '111122223333',
  request: 'r',
} as const;

export const part = { v: 1, number: 3, size: 5, etag, modified, blobs: [blob], request: 'r' } as const;

export const bucket = {
  v: 1,
  id: 'b1',
  name: 'bucket',
  account: '111122223333',
  region: 'r',
  created: modified,
  state: 'active',
  public: false,
  declared: false,
} as const;

export const ring = {
  v: 1,
  epoch: 3,
  changed: modified,
  nodes: [{ id: 1, weight: 1, state: 'active', since: 1 }],
} as const;

export const member = {
  v: 1,
  id: 1,
  host: '127.0.0.1',
  port: 9991,
  peerId: 'ab'.repeat(32),
  startedAt: modified,
} as const;
