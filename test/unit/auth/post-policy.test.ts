// The policy of a browser upload: a form passes only when every condition holds and every field is covered.

import { describe, expect, test } from '@jest/globals';
import { checkFileLength, checkPostPolicy, parsePostPolicy } from '../../../src/auth/post-policy.ts';
import { isS3Error } from '../../../src/contracts/s3-errors.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const LATER = '2026-11-22T12:00:01.000Z';

function encoded(policy: unknown): string {
  return Buffer.from(typeof policy === 'string' ? policy : JSON.stringify(policy)).toString('base64');
}

function refusal(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (isS3Error(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function judge(conditions: readonly unknown[], fields: Record<string, string>, expiration = LATER): string {
  return refusal(() => {
    const policy = parsePostPolicy(encoded({ expiration, conditions }));
    checkPostPolicy(policy, new Map(Object.entries(fields)), NOW);
  });
}

const FAILED = 'AccessDenied: Invalid according to Policy: Policy Condition failed:';

describe('conditions', () => {
  test.each<[string, readonly unknown[], Record<string, string>, string]>([
    ['an exact match', [{ bucket: 'b' }, ['eq', '$key', 'k']], { bucket: 'b', key: 'k' }, 'accepted'],
    ['another value', [['eq', '$key', 'k']], { key: 'kk' }, `${FAILED} ["eq","$key","k"]`],
    ['an object with another value', [{ key: 'k' }], { key: 'x' }, `${FAILED} ["eq", "$key", "k"]`],
    ['a prefix', [['starts-with', '$key', 'user/']], { key: 'user/a' }, 'accepted'],
    ['any value', [['starts-with', '$key', '']], { key: 'k' }, 'accepted'],
    [
      'another prefix',
      [['starts-with', '$key', 'user/']],
      { key: 'users/a' },
      `${FAILED} ["starts-with","$key","user/"]`,
    ],
    ['an absent field', [['starts-with', '$acl', '']], {}, `${FAILED} ["starts-with","$acl",""]`],
    ['names in any case', [['EQ', '$Content-Type', 'a/b']], { 'content-type': 'a/b' }, 'accepted'],
    ['a number as text', [{ success_action_status: 201 }], { success_action_status: '201' }, 'accepted'],
    [
      'a list of content types',
      [['starts-with', '$Content-Type', 'image/']],
      { 'content-type': 'image/png, image/gif' },
      'accepted',
    ],
    [
      'a content type smuggled into a list',
      [['starts-with', '$Content-Type', 'image/']],
      { 'content-type': 'image/png,text/html' },
      `${FAILED} ["starts-with","$Content-Type","image/"]`,
    ],
    [
      'a field that no condition knows',
      [{ key: 'k' }],
      { key: 'k', 'x-amz-meta-a': 'b' },
      'AccessDenied: Invalid according to Policy: Extra input fields: x-amz-meta-a',
    ],
    [
      'fields that need no condition',
      [{ key: 'k' }],
      { key: 'k', policy: 'p', 'x-amz-signature': 's', 'x-ignore-me': 'x' },
      'accepted',
    ],
  ])('%s', (_name, conditions, fields, outcome) => {
    expect(judge(conditions, fields)).toBe(outcome);
  });

  test('a policy ends at its expiration', () => {
    expect(judge([], {}, '2026-11-22T12:00:00Z')).toBe('accepted');
    expect(judge([], {}, '2026-11-22T11:59:59.999Z')).toBe(
      'AccessDenied: Invalid according to Policy: Policy expired.',
    );
  });

  test.each([
    [9, 'EntityTooSmall: Your proposed upload is smaller than the minimum allowed size'],
    [10, 'accepted'],
    [20, 'accepted'],
    [21, 'EntityTooLarge: Your proposed upload exceeds the maximum allowed object size.'],
  ])('a file of %d bytes where 10 to 20 are allowed', (lengthBytes, outcome) => {
    const conditions = [['content-length-range', 10, '20']];
    const policy = parsePostPolicy(encoded({ expiration: LATER, conditions }));
    expect(refusal(() => checkFileLength(policy, lengthBytes))).toBe(outcome);
  });
});

describe('malformed policies', () => {
  const invalid = 'InvalidPolicyDocument: Invalid Policy:';

  test.each<[unknown, string]>([
    ['{', `${invalid} Invalid JSON.`],
    ['[]', `${invalid} Invalid JSON.`],
    [{ conditions: [] }, `${invalid} Policy missing expiration.`],
    [{ expiration: 'tomorrow', conditions: [] }, `${invalid} Invalid 'expiration' value: 'tomorrow'`],
    [{ expiration: LATER }, `${invalid} Policy missing conditions.`],
    [
      { expiration: LATER, conditions: ['x'] },
      `${invalid} Invalid condition test: must be a List or Object.`,
    ],
    [
      { expiration: LATER, conditions: [['in', '$key', 'k']] },
      `${invalid} Invalid Condition: unknown operation 'in'.`,
    ],
    [{ expiration: 1, conditions: [] }, `${invalid} Invalid JSON.`],
    [{ expiration: LATER, conditions: [], more: 1 }, `${invalid} Unexpected: "more"`],
    [{ expiration: LATER, conditions: 'x' }, `${invalid} Invalid 'conditions' value: must be a List.`],
    [{ expiration: LATER, conditions: [[]] }, `${invalid} Invalid Condition: missing operation identifier.`],
    [
      { expiration: LATER, conditions: [['eq', '$key']] },
      `${invalid} Invalid eq: wrong number of arguments.`,
    ],
    [
      { expiration: LATER, conditions: [{ key: ['k'] }] },
      `${invalid} Invalid Simple-Condition: value must be a string.`,
    ],
    [{ expiration: LATER, conditions: [['content-length-range', -1, 5]] }, `${invalid} Invalid JSON.`],
  ])('%j', (policy, outcome) => {
    expect(refusal(() => void parsePostPolicy(encoded(policy)))).toBe(outcome);
  });

  test('what is not base64', () => {
    expect(refusal(() => void parsePostPolicy('not_base64!'))).toBe(`${invalid} invalid Base64 encoding.`);
  });
});
