import { assert } from '../../core/assert.ts';
import { once } from '../../core/body.ts';
import type { Operation } from '../operation.ts';
import { objectHead, readParameters } from './object-reply.ts';

export const getObject: Operation = {
  name: 'GetObject',
  anonymous: true,
  async handle(request) {
    const { result, body } = await request.call('GetObject', readParameters(request));
    const stream = body ?? { lengthBytes: 0, bytes: once(new Uint8Array(0)) };
    assert(stream.lengthBytes === result.ContentLength, 'a body is as long as its reply says');
    return { ...objectHead(request, result), stream };
  },
};
