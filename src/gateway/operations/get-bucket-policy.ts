import { bodyOf } from '../../core/body.ts';
import type { Operation } from '../operation.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const getBucketPolicy: Operation = {
  name: 'GetBucketPolicy',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('GetBucketPolicy', bucketParameters(request));
    const text = Buffer.from(result.Policy);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(text.length) };
    return { status: 200, headers, stream: bodyOf(text) };
  },
};
