import type { Operation } from '../operation.ts';
import { objectHead, readParameters } from './object-reply.ts';

export const headObject: Operation = {
  name: 'HeadObject',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('HeadObject', readParameters(request));
    return objectHead(request, result);
  },
};
