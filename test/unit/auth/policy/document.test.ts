import { describe, expect, test } from '@jest/globals';
import { evaluate, parseBucketPolicy, parseIdentityPolicy } from '../../../../src/auth/policy/document.ts';
import { isPublicPolicy } from '../../../../src/auth/policy/public-policy.ts';
import { accountCaller } from '../../../../src/auth/policy/principal.ts';
import type { RequestValue } from '../../../../src/auth/policy/pattern.ts';

const ACCOUNT = '111111111111';
const OBJECTS = 'arn:aws:s3:::photos/*';
const STATEMENT = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: OBJECTS };

function refusalOf(text: string): string {
  try {
    parseBucketPolicy(text, { bucket: 'photos' });
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

const refusalWith = (fields: object, version = '2012-10-17'): string =>
  refusalOf(JSON.stringify({ Version: version, Statement: [{ ...STATEMENT, ...fields }] }));

describe('PutBucketPolicy refuses in the words of AWS', () => {
  const INVALID_JSON = 'This policy contains invalid Json';
  const FIRST_BYTE = "Policies must be valid JSON and the first byte must be '{'";
  test.each([
    ['', FIRST_BYTE],
    ['[]', FIRST_BYTE],
    ['{true}', INVALID_JSON],
    ['{"Statement":[7]}', INVALID_JSON],
    ['{}', 'Missing required field Statement'],
    ['{"Statement":[]}', 'Could not parse the policy: Statement is empty!'],
    [
      `{"Statement":[{}],"X":"${'x'.repeat(20_480)}"}`,
      'The policy exceeds the maximum allowed document size.',
    ],
    [`{"Statement":${'['.repeat(5000)}${']'.repeat(5000)}}`, INVALID_JSON],
    [JSON.stringify({ Statement: [STATEMENT], Extra: 1 }), 'Unknown field Extra'],
    [
      JSON.stringify({ Statement: Array.from({ length: 257 }, () => ({})) }),
      'The policy has too many statements.',
    ],
  ])('%#', (text, expected) => {
    expect(refusalOf(text)).toBe(expected);
  });

  test.each<[object, string]>([
    [{}, 'accepted'],
    [{ Effect: undefined }, 'Missing required field Effect'],
    [{ Effect: 'allow' }, 'Invalid effect: allow'],
    [{ Principal: undefined }, 'Missing required field Principal'],
    [{ Principal: '' }, 'Invalid principal in policy'],
    [{ Principal: { AWS: [] } }, 'Invalid principal in policy'],
    [{ Principal: { AWS: ['*', ACCOUNT] } }, 'Invalid principal in policy'],
    [{ Principal: { AWS: 'somebody' } }, 'Invalid principal in policy'],
    [{ Principal: { Aws: '*' } }, 'Invalid principal in policy'],
    [{ Principal: undefined, NotPrincipal: '*' }, 'Allow with NotPrincipal is not allowed.'],
    [{ Principal: { Service: 'logging.s3.amazonaws.com' } }, 'accepted'],
    [{ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/ann` } }, 'accepted'],
    [{ Action: undefined }, 'Missing required field Action'],
    [{ Action: 's3:NoSuch' }, 'Policy has invalid action'],
    [{ Action: 'ec2:RunInstances' }, 'Policy has invalid action'],
    [{ Action: 's3:Put-Object' }, 'Policy has invalid action'],
    [{ Action: [] }, 'Policy has invalid action'],
    [{ Resource: undefined }, 'Missing required field Resource'],
    [{ Resource: 'arn:aws:s3:::films/*' }, 'Policy has invalid resource'],
    [{ Resource: 'arn:aws:iam:::photos' }, 'Policy has invalid resource'],
    [{ Resource: 'arn:aws:s3:::/photos' }, 'Policy has invalid resource'],
    [{ Resource: 'arn:aws:s3:::photos' }, 'Action does not apply to any resource(s) in statement'],
    [{ Action: 's3:ListBucket' }, 'Action does not apply to any resource(s) in statement'],
    [{ Action: 's3:*', Resource: 'arn:aws:s3:::photos' }, 'accepted'],
    [{ Action: 's3:*', Resource: 'arn:aws:s3:::photos*' }, 'accepted'],
    [{ Condition: { StringSame: { 'aws:UserAgent': 'x' } } }, 'Invalid Condition type : StringSame'],
    [{ Condition: { stringequals: { 'aws:UserAgent': 'x' } } }, 'Invalid Condition type : stringequals'],
    [{ Condition: { NullIfExists: { 'aws:UserAgent': 'true' } } }, 'Invalid Condition type : NullIfExists'],
    [{ Condition: { StringEquals: { 's3:NoSuchKey': 'x' } } }, 'Policy has an invalid condition key'],
    [
      { Condition: { StringEquals: { 's3:prefix': 'x' } } },
      'Conditions do not apply to combination of actions and resources in statement',
    ],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '300.1.1.1/40' } } }, 'Invalid IP address in Conditions'],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } } }, 'accepted'],
    [{ Condition: 'x' }, INVALID_JSON],
  ])('%j', (fields, expected) => {
    expect(refusalWith(fields)).toBe(expected);
  });

  test('versions', () => {
    expect(refusalWith({}, '2008-10-17')).toBe('accepted');
    expect(refusalWith({}, '2012-10-16')).toBe('The policy must contain a valid version string');
    expect(refusalWith({}, '')).toBe('The policy must contain a valid version string');
  });
});

describe('conditions', () => {
  const asked = (condition: object, values: Record<string, RequestValue>, effect = 'Allow'): string => {
    const policy = parseIdentityPolicy(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: effect, Action: 's3:*', Resource: '*', Condition: condition },
      }),
    );
    const caller = accountCaller(ACCOUNT);
    return evaluate(policy, { action: 's3:getobject', resource: '*', caller, values: (key) => values[key] });
  };

  test.each<[object, Record<string, RequestValue>, string]>([
    [{ StringEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, 'allow'],
    [{ StringEquals: { 's3:prefix': 'a' } }, { 's3:prefix': 'A' }, 'none'],
    [{ StringEquals: { 's3:prefix': 'a*' } }, { 's3:prefix': 'ab' }, 'none'],
    [{ StringEqualsIgnoreCase: { 's3:prefix': 'a' } }, { 's3:prefix': 'A' }, 'allow'],
    [{ StringLike: { 's3:prefix': 'a?c*' } }, { 's3:prefix': 'abcd' }, 'allow'],
    [{ StringNotLike: { 's3:prefix': ['a*', 'b*'] } }, { 's3:prefix': 'bc' }, 'none'],
    [{ StringNotLike: { 's3:prefix': 'a*' } }, {}, 'allow'],
    [{ StringEquals: { 's3:prefix': 'a' } }, {}, 'none'],
    [{ StringEqualsIfExists: { 's3:prefix': 'a' } }, {}, 'allow'],
    [{ Null: { 's3:prefix': 'true' } }, {}, 'allow'],
    [{ Null: { 's3:prefix': true } }, { 's3:prefix': '' }, 'none'],
    [{ NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, 'allow'],
    [{ NumericLessThan: { 's3:max-keys': 10 } }, { 's3:max-keys': '10' }, 'none'],
    [{ NumericEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': 'ten' }, 'none'],
    [
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { 'aws:currenttime': '2026-11-25T12:00:00.000Z' },
      'allow',
    ],
    [{ DateLessThan: { 'aws:EpochTime': '1000' } }, { 'aws:epochtime': '999' }, 'allow'],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:securetransport': 'true' }, 'allow'],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, {}, 'none'],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { 'aws:sourceip': '192.0.2.255' }, 'allow'],
    [{ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { 'aws:sourceip': '::ffff:192.0.2.1' }, 'allow'],
    [{ IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }, { 'aws:sourceip': '2001:db8:1::1' }, 'allow'],
    [{ NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, { 'aws:sourceip': '192.0.2.1' }, 'none'],
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } },
      { 'aws:principalarn': `arn:aws:iam::${ACCOUNT}:user/a` },
      'allow',
    ],
    [
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam*:user/*' } },
      { 'aws:principalarn': `arn:aws:iam::${ACCOUNT}:user/a` },
      'none',
    ],
    [
      { 'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['a', 'b'] } },
      { 's3:requestobjecttagkeys': ['a'] },
      'allow',
    ],
    [
      { 'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': ['a', 'b'] } },
      { 's3:requestobjecttagkeys': ['a', 'c'] },
      'none',
    ],
    [
      { 'ForAllValues:StringEquals': { 's3:RequestObjectTagKeys': 'a' } },
      { 's3:requestobjecttagkeys': [] },
      'allow',
    ],
    [
      { 'ForAnyValue:StringEquals': { 's3:RequestObjectTagKeys': 'a' } },
      { 's3:requestobjecttagkeys': ['c', 'a'] },
      'allow',
    ],
    [{ 'ForAnyValue:StringEquals': { 's3:RequestObjectTagKeys': 'a' } }, {}, 'none'],
    [{ StringEquals: { 's3:ExistingObjectTag/Team': 'x' } }, { 's3:existingobjecttag/team': 'x' }, 'allow'],
    [
      { StringLike: { 's3:prefix': '${aws:username}/*' } },
      { 's3:prefix': 'ann/x', 'aws:username': 'ann' },
      'allow',
    ],
    [
      { StringLike: { 's3:prefix': '${aws:username}/*' } },
      { 's3:prefix': 'ann/x', 'aws:username': '*' },
      'none',
    ],
    [{ StringEquals: { 's3:prefix': "${aws:username, 'any'}" } }, { 's3:prefix': 'any' }, 'allow'],
    [{ StringEquals: { 's3:prefix': 'a${$}${*}' } }, { 's3:prefix': 'a$*' }, 'allow'],
    [{ StringEquals: { 'aws:SourceVpce': 'x' } }, {}, 'none'],
    [{ StringNotEquals: { 'aws:SourceVpce': 'x' } }, {}, 'none'],
    [{ SomeNewOperator: { 's3:prefix': 'x' } }, { 's3:prefix': 'x' }, 'none'],
    [{ Bool: { 'aws:SecureTransport': 'yes' } }, { 'aws:securetransport': 'yes' }, 'none'],
  ])('Allow if %j, of %j: %s', (condition, values, expected) => {
    expect(asked(condition, values)).toBe(expected);
  });

  test.each<[object, string]>([
    [{ StringEquals: { 'aws:SourceVpce': 'x' } }, 'deny'],
    [{ SomeNewOperator: { 's3:prefix': 'x' } }, 'deny'],
    [{ StringEquals: { 's3:prefix': 'x', 'aws:SourceVpce': 'x' } }, 'none'],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, 'deny'],
  ])('Deny if %j: %s', (condition, expected) => {
    expect(asked(condition, { 'aws:securetransport': 'false' }, 'Deny')).toBe(expected);
  });
});

describe('everything but', () => {
  const evaluated = (fields: object, values: Record<string, string> = {}): string =>
    evaluate(
      parseIdentityPolicy(
        JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...fields } }),
      ),
      {
        action: 's3:getobject',
        resource: 'arn:aws:s3:::photos/ann/cat',
        caller: accountCaller(ACCOUNT),
        values: (key) => values[key],
      },
    );

  test.each<[object, Record<string, string>, string]>([
    [{ NotAction: 's3:Put*', Resource: '*' }, {}, 'allow'],
    [{ NotAction: 's3:Get*', Resource: '*' }, {}, 'none'],
    [
      { Action: '*', NotResource: 'arn:aws:s3:::photos/${aws:username}/*' },
      { 'aws:username': 'ann' },
      'none',
    ],
    [
      { Action: '*', NotResource: 'arn:aws:s3:::photos/${aws:username}/*' },
      { 'aws:username': 'bob' },
      'allow',
    ],
    [{ Action: '*', NotResource: 'arn:aws:s3:::photos/${aws:username}/*' }, {}, 'none'],
    [{ Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::photos/${aws:username}/*' }, {}, 'deny'],
    [{ Action: '*', Resource: 'arn:aws:s3:::photos/${aws:FederatedProvider}/*' }, {}, 'none'],
    [{ Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::${aws:FederatedProvider}/*' }, {}, 'deny'],
    [{ Effect: 'Deny', Action: { x: 1 }, Resource: '*' }, {}, 'deny'],
    [{ Effect: 'Perhaps', Action: '*', Resource: '*' }, {}, 'deny'],
  ])('%j of %j: %s', (fields, values, expected) => {
    expect(evaluated(fields, values)).toBe(expected);
  });
});

describe('a policy is public', () => {
  const isPublic = (fields: object): boolean =>
    isPublicPolicy(
      parseBucketPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [{ ...STATEMENT, ...fields }] }), {
        bucket: 'photos',
      }),
    );
  test.each<[object, boolean]>([
    [{}, true],
    [{ Effect: 'Deny' }, false],
    [{ Principal: { AWS: '*' } }, true],
    [{ Principal: { AWS: ACCOUNT } }, false],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }, false],
    [{ Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, true],
    [{ Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }, true],
    [{ Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } } }, false],
    [{ Condition: { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*' } } }, true],
    [{ Condition: { StringEquals: { 'aws:UserAgent': 'x' } } }, true],
  ])('%j: %s', (fields, expected) => {
    expect(isPublic(fields)).toBe(expected);
  });
});
