import { describe, expect, test } from '@jest/globals';
import { authorize, type AuthorizationQuestion } from '../../../src/auth/authorize.ts';
import { matchesWildcard } from '../../../src/auth/wildcard.ts';

const OWNER = '111111111111';
const OTHER = '222222222222';
const bucket = { name: 'photos', account: OWNER, public: false };
const shared = { ...bucket, public: true };

describe('authorize', () => {
  test.each([
    ['the owner may read', { action: 's3:GetObject', accountId: OWNER, bucket }, 'allow'],
    ['the owner may delete', { action: 's3:DeleteBucket', accountId: OWNER, bucket }, 'allow'],
    ['another account may not read', { action: 's3:GetObject', accountId: OTHER, bucket }, 'deny'],
    ['nobody may not read', { action: 's3:GetObject', bucket }, 'deny'],
    ['nobody may read what is public', { action: 's3:GetObject', bucket: shared }, 'allow'],
    ['nobody may list what is public', { action: 's3:ListBucket', bucket: shared }, 'allow'],
    ['nobody may write what is public', { action: 's3:PutObject', bucket: shared }, 'deny'],
    ['nobody may delete what is public', { action: 's3:DeleteObject', bucket: shared }, 'deny'],
    [
      'another account may read what is public',
      { action: 's3:GetObject', accountId: OTHER, bucket: shared },
      'allow',
    ],
    [
      'another account may not write it',
      { action: 's3:PutObject', accountId: OTHER, bucket: shared },
      'deny',
    ],
    [
      'an account may create a bucket',
      { action: 's3:CreateBucket', accountId: OWNER, bucket: { name: 'new' } },
      'allow',
    ],
    ['an account may list its buckets', { action: 's3:ListAllMyBuckets', accountId: OWNER }, 'allow'],
    ['nobody may create a bucket', { action: 's3:CreateBucket', bucket: { name: 'new' } }, 'deny'],
    [
      'a bucket without an owner is out of reach',
      { action: 's3:GetObject', accountId: OWNER, bucket: { name: 'x' } },
      'deny',
    ],
  ] as [string, AuthorizationQuestion, string][])('%s', (_name, question, expected) => {
    expect(authorize(question)).toBe(expected);
  });

  test.each([
    ['names the action', [{ bucket: 'photos', actions: ['s3:GetObject'] }], 'allow'],
    ['names it in another case', [{ bucket: 'photos', actions: ['S3:getobject'] }], 'allow'],
    ['matches by pattern', [{ bucket: 'pho*', actions: ['s3:Get*'] }], 'allow'],
    ['allows everything everywhere', [{ bucket: '*', actions: ['*'] }], 'allow'],
    ['names another bucket', [{ bucket: 'films', actions: ['s3:*'] }], 'deny'],
    ['names another action', [{ bucket: 'photos', actions: ['s3:PutObject'] }], 'deny'],
    ['is empty', [], 'deny'],
    [
      'splits bucket and action over two entries',
      [
        { bucket: 'photos', actions: ['s3:PutObject'] },
        { bucket: 'films', actions: ['s3:GetObject'] },
      ],
      'deny',
    ],
  ])('a policy that %s', (_name, policy, expected) => {
    expect(authorize({ action: 's3:GetObject', accountId: OWNER, bucket, policy })).toBe(expected);
  });

  test('a policy never reaches into another account', () => {
    const policy = [{ bucket: '*', actions: ['*'] }];
    expect(authorize({ action: 's3:GetObject', accountId: OTHER, bucket, policy })).toBe('deny');
  });
});

describe('wildcards', () => {
  test.each([
    ['*', '', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['', 'x', false],
    ['*x', 'xxxxy', false],
  ])('%s against %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
  });
});
