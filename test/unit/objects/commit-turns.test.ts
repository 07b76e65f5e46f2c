import { expect, test } from '@jest/globals';
import { CommitTurns } from '../../../src/objects/commit-turns.ts';

test('each waits for those before it of the same name, and for no other', async () => {
  const turns = new CommitTurns();
  const order: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = turns.run('a', async () => {
    await held;
    order.push('a1');
  });
  const second = turns.run('a', async () => void order.push('a2'));
  await turns.run('b', async () => void order.push('b1'));
  expect(order).toEqual(['b1']);
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['b1', 'a1', 'a2']);
});

test('a failure is that of its own turn, and no line is left when it is over', async () => {
  const turns = new CommitTurns();
  const failing = turns.run('a', () => Promise.reject(new Error('lost')));
  const next = turns.run('a', () => Promise.resolve('won'));
  await expect(failing).rejects.toThrow('lost');
  expect(await next).toBe('won');
  expect(turns.size).toBe(0);
});
