import { expect, test } from '@jest/globals';
import { deriveNkey } from '../../../src/bus/nkey.ts';

const master = Buffer.alloc(32, 7);

test('an NKEY is a function of master key and role, for ever', () => {
  expect(deriveNkey(master, 'node')).toEqual({
    seed: 'SUAISODOTFIL4BPERXQW6W5IKGDNYQQX5HJQKFCZVPLEOBS7A3OTVTPBDI',
    publicKey: 'UCYAZKBCKLUDJ3VETA75FSI4AUPATRDKUZTAGZU2SEG2RONAIWPRRN7D',
  });
});

test('roles and master keys do not share NKEYs', () => {
  const keys = [
    deriveNkey(master, 'node'),
    deriveNkey(master, 'client'),
    deriveNkey(Buffer.alloc(32, 8), 'node'),
  ];
  expect(new Set(keys.map((key) => key.publicKey)).size).toBe(3);
  for (const key of keys) {
    expect(key.seed).toMatch(/^SU[A-Z2-7]{56}$/);
    expect(key.publicKey).toMatch(/^U[A-Z2-7]{55}$/);
  }
});
