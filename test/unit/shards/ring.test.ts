import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { nodeId } from '../../../src/core/ids.ts';
import { createRing, type RingNode } from '../../../src/shards/ring.ts';

const OBJECTS = 20_000;

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function nodes(count: number, domains?: number): RingNode[] {
  return Array.from({ length: count }, (_node, i) => ({
    id: nodeId(i + 1),
    weight: 1,
    ...(domains === undefined ? {} : { domain: `rack-${i % domains}` }),
  }));
}

function sharesOfFirst(count: number, list: readonly RingNode[]): Map<number, number> {
  const ring = createRing({ epoch: 1, nodes: list });
  const shares = new Map<number, number>();
  for (let i = 0; i < count; i += 1) {
    const first = ring.order(hashOf(`object ${i}`))[0]!;
    shares.set(first, (shares.get(first) ?? 0) + 1 / count);
  }
  return shares;
}

describe('the ring', () => {
  test('gives the same orders for ever', () => {
    const ring = createRing({ epoch: 7, nodes: nodes(5) });
    const orders = ['', 'a', 'photos/cat.jpg', 'vol-1/chunks/00000017.bin'].map((key) =>
      ring.order(hashOf(key)).join(' '),
    );
    expect(orders).toEqual(GOLDEN_ORDERS);
    expect(ring.epoch).toBe(7);
  });

  test('does not care in which order nodes are listed', () => {
    const forward = createRing({ epoch: 1, nodes: nodes(6) });
    const backward = createRing({ epoch: 1, nodes: nodes(6).reverse() });
    for (let i = 0; i < 200; i += 1)
      expect(backward.order(hashOf(`${i}`))).toEqual(forward.order(hashOf(`${i}`)));
  });

  test('names every node exactly once', () => {
    const ring = createRing({ epoch: 1, nodes: nodes(9, 4) });
    for (let i = 0; i < 200; i += 1) {
      expect([...ring.order(hashOf(`${i}`))].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  test.each([3, 5, 12])('%i equal nodes are preferred within 30 %% of their due', (count) => {
    for (const share of sharesOfFirst(OBJECTS, nodes(count)).values()) {
      expect(share * count).toBeGreaterThan(0.7);
      expect(share * count).toBeLessThan(1.3);
    }
  });

  test('a node of weight 2 is preferred about twice as often', () => {
    const list = nodes(4).map((node) => (node.id === 1 ? { ...node, weight: 2 } : node));
    const share = sharesOfFirst(OBJECTS, list).get(1)!;
    expect(share).toBeGreaterThan(0.4 * 0.75);
    expect(share).toBeLessThan(0.4 * 1.25);
  });

  test('a joining node takes about its share, and nothing moves between the others', () => {
    const before = createRing({ epoch: 1, nodes: nodes(9) });
    const after = createRing({ epoch: 2, nodes: nodes(10) });
    let moved = 0;
    for (let i = 0; i < 5000; i += 1) {
      const hash = hashOf(`object ${i}`);
      const [old, next] = [before.order(hash), after.order(hash)];
      if (next.filter((node) => node !== 10).join() !== old.join()) throw new Error(`object ${i} moved`);
      if (next[0] === 10) moved += 1;
    }
    expect(moved / 5000).toBeLessThan(0.1 * 1.4);
  });

  test('shards of an object avoid sharing a domain while there are domains left', () => {
    const list = nodes(9, 3);
    const ring = createRing({ epoch: 1, nodes: list });
    const domainOf = new Map(list.map((node) => [node.id, node.domain]));
    for (let i = 0; i < 500; i += 1) {
      const domains = ring.order(hashOf(`${i}`)).map((node) => domainOf.get(node));
      expect(new Set(domains.slice(0, 3)).size).toBe(3);
      expect(new Set(domains.slice(3, 6)).size).toBe(3);
    }
  });

  test('nodes without a domain fail alone', () => {
    const list = [...nodes(2, 1), { id: nodeId(3), weight: 1 }, { id: nodeId(4), weight: 1 }];
    const ring = createRing({ epoch: 1, nodes: list });
    for (let i = 0; i < 200; i += 1) {
      const last = ring.order(hashOf(`${i}`))[3]!;
      expect([1, 2]).toContain(last);
    }
  });

  test('refuses a node twice, a weight of nothing, and no nodes at all', () => {
    expect(() => createRing({ epoch: 1, nodes: [...nodes(2), ...nodes(1)] })).toThrow('twice');
    expect(() => createRing({ epoch: 1, nodes: [{ id: nodeId(1), weight: 0 }] })).toThrow('weight');
    expect(() => createRing({ epoch: 1, nodes: [{ id: nodeId(1), weight: Number.NaN }] })).toThrow('weight');
    expect(() => createRing({ epoch: 1, nodes: [] })).toThrow('needs a node');
  });
});

/** Objects of existing clusters are spread by these; a change would be a rebalancing of everything. */
const GOLDEN_ORDERS = ['1 3 2 4 5', '1 4 2 3 5', '3 5 1 4 2', '3 4 2 5 1'];
