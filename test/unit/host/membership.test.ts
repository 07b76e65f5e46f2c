import { expect, test } from '@jest/globals';
import { storageNodes, type Config } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load-config.ts';
import type { NodeRecord } from '../../../src/contracts/records.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { ClusterMembership, requirePinnedKey } from '../../../src/host/membership.ts';
import type { MemberTable } from '../../../src/metadata/metadata-store.ts';

const keyOf = (digit: string): string => digit.repeat(64);

function configOf(pinned: string): Config {
  const nodes = [1, 2].map((id) => `[[storage]]\nid = ${id}\nhost = "127.0.0.${id}"\nport = 9991\n`).join('');
  const text = `version = 1\nregion = "r"\n[rs]\ndata = 1\nparity = 1\n[[db]]\nid = 1\nhost = "127.0.0.1"\nport = 4222\n${nodes}peer_id = "${pinned}"\n`;
  return parseConfig(text, { file: 'x', directory: '/', overrides: {}, readSecret: () => '' });
}

class Members implements MemberTable {
  readonly records: NodeRecord[] = [];
  readonly #listeners: (() => void)[] = [];

  async register(record: NodeRecord): Promise<void> {
    this.records.push(record);
    for (const listener of this.#listeners) listener();
  }

  readonly ring = undefined;

  forget = (): Promise<boolean> => Promise.resolve(false);

  changeRing = (): Promise<never> => Promise.reject(new Error('not used'));

  list(): readonly NodeRecord[] {
    return this.records;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => {};
  }
}

const record = (id: number, peerId: string): NodeRecord => ({
  v: 1,
  id: nodeId(id),
  host: '192.0.2.1',
  port: 1,
  peerId,
  startedAt: '2026-01-01T00:00:00.000Z',
});

test('a node is a member once it has introduced itself, at the address of the configuration', async () => {
  const members = new Members();
  const membership = new ClusterMembership(configOf(keyOf('b')), members);
  expect(membership.locate(nodeId(1))).toBeUndefined();
  expect(membership.isMember(keyOf('a'))).toBe(false);
  await members.register(record(1, keyOf('a')));
  expect(membership.isMember(keyOf('a'))).toBe(true);
  expect(membership.locate(nodeId(1))).toEqual({
    address: { host: '127.0.0.1', port: 9991 },
    peerId: keyOf('a'),
  });
});

test('a pinned key outranks what a record says, and a node that joined later is found where its record says', async () => {
  const members = new Members();
  const membership = new ClusterMembership(configOf(keyOf('b')), members);
  await members.register(record(2, keyOf('c')));
  await members.register(record(3, keyOf('d')));
  expect(membership.isMember(keyOf('b'))).toBe(true);
  expect(membership.isMember(keyOf('c'))).toBe(false);
  expect(membership.isMember(keyOf('d'))).toBe(true);
  expect(membership.locate(nodeId(3))).toMatchObject({ peerId: keyOf('d') });
  expect(membership.isMember(keyOf('e'))).toBe(false);
});

test('a process whose key is not the pinned one is told how to mend it', () => {
  const [, second] = storageNodes(configOf(keyOf('b')));
  expect(() => requirePinnedKey(second!, keyOf('b'), 'node.key')).not.toThrow();
  expect(() => requirePinnedKey(second!, keyOf('c'), 'node.key')).toThrow(/Set peer_id = "c{64}"/);
});
