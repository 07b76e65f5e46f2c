import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  evaluate,
  parseBucketPolicy,
  parseIdentityPolicy,
  PolicyProblem,
  type Policy,
} from '../../../src/auth/policy/document.ts';
import { Pattern } from '../../../src/auth/policy/pattern.ts';
import { accountCaller, ANYBODY } from '../../../src/auth/policy/principal.ts';
import type { PolicyQuestion } from '../../../src/auth/policy/statement.ts';

const BUCKET = 'photos';
const ACCOUNT = '111111111111';
const nothing = (): undefined => undefined;

/** Texts of few letters, so that patterns have something to match. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '*', '?', '$', '{', '}'), maxLength: 12 });

describe('patterns', () => {
  test('match as the regular expression that they stand for', () => {
    fc.assert(
      fc.property(text, text, (pattern, subject) => {
        const escaped = pattern
          .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll('\\*', '[^]*')
          .replaceAll('\\?', '[^]');
        const expected = new RegExp(`^${escaped}$`).test(subject);
        expect(new Pattern(pattern, { wildcards: true, variables: false }).matches(subject, nothing)).toBe(
          expected,
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('take what a variable stands for literally', () => {
    fc.assert(
      fc.property(text, text, (name, subject) => {
        const pattern = new Pattern('home/${aws:username}/*', { wildcards: true, variables: true });
        const values = (key: string): string | undefined => (key === 'aws:username' ? name : undefined);
        expect(pattern.matches(`home/${subject}/x`, values)).toBe(
          `home/${subject}/x`.startsWith(`home/${name}/`),
        );
      }),
    );
  });

  test('with a variable that has no value match nothing', () => {
    const pattern = new Pattern('${aws:username}*', { wildcards: true, variables: true });
    fc.assert(fc.property(text, (subject) => !pattern.matches(subject, nothing)));
  });

  test('stay quick when they are hostile', () => {
    const pattern = new Pattern('*a'.repeat(500), { wildcards: true, variables: false });
    expect(pattern.matches('a'.repeat(1000) + 'b', nothing)).toBe(false);
  });
});

const action = fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:*', 's3:Get*', 's3:DeleteObject');
const resource = fc.constantFrom(
  '*',
  `arn:aws:s3:::${BUCKET}/*`,
  `arn:aws:s3:::${BUCKET}/a*`,
  `arn:aws:s3:::${BUCKET}/?b`,
);
const principal = fc.constantFrom<unknown>(
  '*',
  { AWS: ACCOUNT },
  { AWS: '222222222222' },
  { CanonicalUser: ACCOUNT },
);
const condition = fc.constantFrom<unknown>(
  undefined,
  { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  { Bool: { 'aws:SecureTransport': 'true' } },
  { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
);
const statement = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: principal,
    Action: fc.array(action, { minLength: 1, maxLength: 3 }),
    Resource: fc.array(resource, { minLength: 1, maxLength: 2 }),
    Condition: condition,
  })
  .map(({ Condition, ...rest }) => (Condition === undefined ? rest : { ...rest, Condition }));
type AnyStatement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

function bucketPolicy(statements: readonly AnyStatement[]): Policy {
  return parseBucketPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), {
    bucket: BUCKET,
  });
}

const question: fc.Arbitrary<PolicyQuestion> = fc
  .record({
    action: fc.constantFrom('s3:getobject', 's3:putobject', 's3:deleteobject'),
    key: fc.constantFrom('a', 'ab', 'xb', 'c/d'),
    caller: fc.constantFrom(ANYBODY, accountCaller(ACCOUNT), accountCaller('222222222222')),
    ip: fc.constantFrom(undefined, '192.0.2.7', '198.51.100.1'),
    secure: fc.constantFrom(undefined, 'true', 'false'),
  })
  .map(({ key, ip, secure, ...rest }) => ({
    ...rest,
    resource: `arn:aws:s3:::${BUCKET}/${key}`,
    values: (name: string) =>
      name === 'aws:sourceip' ? ip : name === 'aws:securetransport' ? secure : undefined,
  }));

const statements = fc.array(statement, { minLength: 1, maxLength: 6 });

describe('policies', () => {
  test('deny as soon as one statement denies, wherever it stands', () => {
    fc.assert(
      fc.property(statements, question, (list, asked) => {
        const alone = list.map((one) => evaluate(bucketPolicy([one]), asked));
        const expected = alone.includes('deny') ? 'deny' : alone.includes('allow') ? 'allow' : 'none';
        expect(evaluate(bucketPolicy(list), asked)).toBe(expected);
        expect(evaluate(bucketPolicy([...list].reverse()), asked)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('grant nothing more for a condition that is not understood', () => {
    fc.assert(
      fc.property(statements, question, (list, asked) => {
        const doubtful = list.map((one) => ({
          ...one,
          Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
        }));
        const verdict = evaluate(bucketPolicy(doubtful), asked);
        expect(verdict === 'none' || verdict === 'deny').toBe(true);
        if (list.some((one) => one.Effect === 'Deny' && evaluate(bucketPolicy([one]), asked) === 'deny')) {
          expect(verdict).toBe('deny');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of identities are never worse than nothing when they are nonsense', () => {
    const nonsense = fc.record(
      {
        Effect: fc.constantFrom<unknown>('Allow', 'allow', 7),
        Action: fc.oneof(fc.jsonValue(), action),
        NotAction: fc.oneof(fc.jsonValue(), action),
        Resource: fc.oneof(fc.jsonValue(), resource),
        Condition: fc.oneof(fc.jsonValue(), condition),
        Extra: fc.constant(1),
      },
      { requiredKeys: [] },
    );
    const known = (value: unknown): boolean =>
      value === undefined || typeof value === 'string' || Array.isArray(value);
    fc.assert(
      fc.property(nonsense, question, (one, asked) => {
        const policy = parseIdentityPolicy(JSON.stringify({ Statement: [one] }));
        const verdict = evaluate(policy, asked);
        if (one.Effect !== 'Allow' || one.Extra !== undefined || !known(one.Action ?? one.NotAction)) {
          expect(verdict).not.toBe('allow');
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('that are any JSON or none are refused as AWS refuses them, and never otherwise', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.object().map((value) => JSON.stringify({ Statement: value })),
        ),
        (any) => {
          for (const parse of [
            (): unknown => parseBucketPolicy(any, { bucket: BUCKET }),
            (): unknown => parseIdentityPolicy(any),
          ]) {
            try {
              parse();
            } catch (error) {
              expect(error).toBeInstanceOf(PolicyProblem);
              expect((error as Error).message).not.toBe('');
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
