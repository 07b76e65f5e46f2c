import { describe, expect, test } from '@jest/globals';
import { CircuitBreaker } from '../../../src/shards/circuit-breaker.ts';

function breaker(): { breaker: CircuitBreaker; changes: string[] } {
  const changes: string[] = [];
  return { breaker: new CircuitBreaker((condition) => changes.push(condition)), changes };
}

describe('the circuit breaker', () => {
  test('lets everything through while a node is up', () => {
    const { breaker: it } = breaker();
    expect([it.admit(), it.admit(), it.condition]).toEqual(['free', 'free', 'up']);
  });

  test('a node that cannot be opened is down at once, and calls are refused', () => {
    const { breaker: it, changes } = breaker();
    it.unreachable();
    it.unreachable();
    expect(it.admit()).toBe('refused');
    expect(changes).toEqual(['down']);
  });

  test('one stall is forgiven, two in a row are not', () => {
    const { breaker: it } = breaker();
    expect(it.stalled()).toBe(false);
    it.answered();
    expect(it.stalled()).toBe(false);
    expect(it.stalled()).toBe(true);
    expect(it.condition).toBe('down');
  });

  test('a late answer does not lead out of down, a probe does, by way of suspect', () => {
    const { breaker: it, changes } = breaker();
    it.unreachable();
    it.answered();
    expect(it.condition).toBe('down');
    it.probeAnswered();
    expect(it.condition).toBe('suspect');
    it.probeAnswered();
    expect(changes).toEqual(['down', 'suspect', 'up']);
  });

  test('a suspect gets one operation at a time, and its answer makes it up', () => {
    const { breaker: it } = breaker();
    it.unreachable();
    it.probeAnswered();
    expect([it.admit(), it.admit()]).toEqual(['trial', 'refused']);
    it.trialEnded();
    expect(it.admit()).toBe('trial');
    it.answered();
    expect([it.condition, it.admit()]).toEqual(['up', 'free']);
  });

  test('a suspect that stalls once is down again', () => {
    const { breaker: it } = breaker();
    it.unreachable();
    it.probeAnswered();
    expect(it.stalled()).toBe(true);
  });
});
