// What a nats-server is started with on small machines.

import { expect, test } from '@jest/globals';
import { natsEnvironment } from '../../../src/host/nats-supervisor.ts';

test('a machine with few cores gives Go four processors; large ones, and the operator’s own word, stand', () => {
  expect(natsEnvironment({ HOME: '/h' }, 2)).toEqual({ HOME: '/h', GOMAXPROCS: '4' });
  expect(natsEnvironment({ HOME: '/h' }, 8)).toEqual({ HOME: '/h' });
  expect(natsEnvironment({ GOMAXPROCS: '1' }, 2)).toEqual({ GOMAXPROCS: '1' });
});
