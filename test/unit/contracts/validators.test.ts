import { describe, expect, test } from '@jest/globals';
import { validateRequest, withoutNulls } from '../../../src/contracts/validators.ts';
import { s3ErrorOf } from '../../../src/contracts/s3-error-of.ts';
import { isS3ErrorCode, S3Error } from '../../../src/contracts/s3-errors.ts';
import { isOperationName, operations, subjectAtNode } from '../../../src/contracts/operations.ts';
import { ERROR_CATALOGUE, PredastoreError, type ErrorCode } from '../../../src/core/errors.ts';
import { nodeId } from '../../../src/core/ids.ts';

describe('requests', () => {
  test('of a Go SDK struct, with null in every other field, are understood', () => {
    const struct = {
      Bucket: 'photos',
      Key: 'cat',
      Range: null,
      VersionId: null,
      SSECustomerAlgorithm: null,
      IfMatch: null,
    };
    expect(withoutNulls(struct)).toEqual({ Bucket: 'photos', Key: 'cat' });
    expect(validateRequest('GetObject', withoutNulls(struct))).toBeUndefined();
  });

  test('null counts as absent inside lists and maps too', () => {
    const request = { Delete: { Objects: [{ Key: 'a', VersionId: null }], Quiet: null }, Bucket: 'b' };
    expect(withoutNulls(request)).toEqual({ Delete: { Objects: [{ Key: 'a' }] }, Bucket: 'b' });
  });

  test('a required field that is null is missing', () => {
    const problem = validateRequest('GetObject', withoutNulls({ Bucket: 'b', Key: null }));
    expect(problem).toBe('missing required field Key');
  });

  test('an element of a list is not dropped for being null', () => {
    const request = withoutNulls({ Bucket: 'b', Delete: { Objects: [null] } });
    expect(validateRequest('DeleteObjects', request)).toBe('Delete.Objects[0] must be object');
  });

  test('unknown fields with a value are refused', () => {
    expect(validateRequest('GetObject', { Bucket: 'b', Key: 'k', Verison: '1' })).toBe(
      'unknown field Verison',
    );
  });

  test('a member called __proto__ is an unknown field, not a prototype', () => {
    const hostile = withoutNulls(
      JSON.parse('{"Bucket":"b","Key":"k","x":null,"__proto__":{"y":1}}') as object,
    );
    expect(Object.getPrototypeOf(hostile)).toBe(Object.prototype);
    expect(validateRequest('GetObject', hostile)).toBe('unknown field __proto__');
  });

  test('deep nesting costs no stack', () => {
    let nested: unknown = null;
    for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
    expect(validateRequest('GetObject', withoutNulls({ Bucket: 'b', Key: nested }))).toBe(
      'Key must be string',
    );
  });

  test('a request without nulls is not copied', () => {
    const request = { Bucket: 'b', Key: 'k', Metadata: { a: '1' } };
    expect(withoutNulls(request)).toBe(request);
  });

  test('what is no object is refused', () => {
    expect(validateRequest('GetObject', 'Bucket')).toBe('must be a JSON object');
    expect(validateRequest('GetObject', [])).toBe('must be a JSON object');
  });

  test('an operation that does not exist is refused', () => {
    expect(validateRequest('toString', {})).toBe('unknown operation toString');
    expect(isOperationName('constructor')).toBe(false);
  });
});

describe('subjects', () => {
  test('carry the id of the node', () => {
    expect(subjectAtNode(operations.PutObject, nodeId(3))).toBe('s3.node.3.putobject');
    expect(subjectAtNode(operations.AdminStatus, nodeId(3))).toBe('s3.admin.3.status');
  });
});

describe('internal failures', () => {
  test('all have an S3 answer with words, and keep their cause', () => {
    for (const code of Object.keys(ERROR_CATALOGUE) as ErrorCode[]) {
      const cause = new PredastoreError(code, 'secret detail /disk/1');
      const error = s3ErrorOf(cause);
      expect(isS3ErrorCode(error.code)).toBe(true);
      expect(error.message).not.toBe('');
      expect(error.cause).toBe(cause);
    }
  });

  test('say nothing of the inside', () => {
    const error = s3ErrorOf(new PredastoreError('store-failed', 'EIO on /disk/1'));
    expect(error.message).not.toContain('/disk/1');
    expect(s3ErrorOf(new TypeError('x is undefined'))).toMatchObject({ code: 'InternalError', status: 500 });
  });

  test('that will pass ask the client to come back', () => {
    expect(s3ErrorOf(new PredastoreError('metadata-unavailable', 'x'))).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '1' },
    });
  });

  test('a full store is 507, for good', () => {
    const error = s3ErrorOf(new PredastoreError('store-full', 'x'));
    expect(error).toMatchObject({ code: 'InsufficientStorage', status: 507, headers: {} });
  });

  test('an S3 error stays what it is', () => {
    const error = new S3Error('NoSuchKey');
    expect(s3ErrorOf(error)).toBe(error);
  });
});
