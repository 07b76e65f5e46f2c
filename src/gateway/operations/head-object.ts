import type { Operation } from '../operation.ts';
import { readGuarded } from './guarded-range.ts';
import { objectHead } from './object-reply.ts';

export const headObject: Operation = {
  name: 'HeadObject',
  anonymous: true,
  async handle(request) {
    const { result } = await readGuarded(request, (parameters) => request.call('HeadObject', parameters));
    return objectHead(request, result);
  },
};
