// docs/s3-compatibility.md says what is served; the route table serves it. Neither may know an operation the other does not.

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { routedOperations } from '../../../src/gateway/routes.ts';

test('the compatibility table and the routes name the same operations', () => {
  const page = readFileSync('docs/s3-compatibility.md', 'utf8');
  const rows = [...page.matchAll(/^\| (\w+) +\| (supported|partly) +\|/gm)].map((row) => row[1]);
  expect(new Set(rows).size).toBe(rows.length);
  expect([...rows].sort()).toEqual([...routedOperations()].sort());
});
