import { assert } from '../../core/assert.ts';
import { once } from '../../core/body.ts';
import type { Operation } from '../operation.ts';
import { readGuarded } from './guarded-range.ts';
import { objectHead } from './object-reply.ts';

export const getObject: Operation = {
  name: 'GetObject',
  anonymous: true,
  async handle(request) {
    const { result, body } = await readGuarded(request, (parameters) =>
      request.call('GetObject', parameters),
    );
    const stream = body ?? { lengthBytes: 0, bytes: once(new Uint8Array(0)) };
    assert(stream.lengthBytes === result.ContentLength, 'a body is as long as its reply says');
    return { ...objectHead(request, result), stream };
  },
};
