import { describe, expect, test } from '@jest/globals';
import { incompatibilities } from '../../../scripts/contracts/compatibility.ts';
import { loadSchemas, type JsonObject } from '../../../scripts/contracts/sources.ts';

const before: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['Bucket'],
  properties: {
    Bucket: { type: 'string', minLength: 1, maxLength: 255 },
    MaxKeys: { type: 'integer', minimum: 0, maximum: 1000 },
    Mode: { type: 'string', enum: ['A', 'B'] },
    Objects: {
      type: 'array',
      maxItems: 10,
      items: { type: 'object', properties: { Key: { type: 'string' } } },
    },
    Metadata: { type: 'object', additionalProperties: { type: 'string', maxLength: 10 } },
  },
};

function withProperty(name: string, schema: JsonObject): JsonObject {
  return { ...before, properties: { ...(before['properties'] as JsonObject), [name]: schema } };
}

describe('a published schema', () => {
  test('may gain optional fields, values and room', () => {
    expect(incompatibilities(before, withProperty('Extra', { type: 'string' }), 'request')).toEqual([]);
    const wider = withProperty('Mode', { type: 'string', enum: ['A', 'B', 'C'] });
    expect(incompatibilities(before, wider, 'request')).toEqual([]);
    const roomier = withProperty('MaxKeys', { type: 'number', minimum: -1, maximum: 2000 });
    expect(incompatibilities(before, roomier, 'request')).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    ['a new required field', { ...before, required: ['Bucket', 'Mode'] }, '$: Mode became required'],
    ['a removed field', { ...before, properties: { Bucket: { type: 'string' } } }, '$: MaxKeys was removed'],
    [
      'a shorter string',
      withProperty('Bucket', { type: 'string', minLength: 1, maxLength: 63 }),
      '$.Bucket: maxLength was lowered',
    ],
    [
      'a higher minimum',
      withProperty('MaxKeys', { type: 'integer', minimum: 1, maximum: 1000 }),
      '$.MaxKeys: minimum was raised',
    ],
    [
      'a lost value',
      withProperty('Mode', { type: 'string', enum: ['A'] }),
      '$.Mode: enum B is no longer allowed',
    ],
    [
      'a first enum',
      withProperty('Bucket', { type: 'string', enum: ['a'] }),
      '$.Bucket: enum anything is no longer allowed',
    ],
    [
      'another type',
      withProperty('MaxKeys', { type: 'string' }),
      '$.MaxKeys: type integer is no longer allowed',
    ],
    ['a new pattern', withProperty('Bucket', { type: 'string', pattern: 'a' }), '$.Bucket: pattern changed'],
    [
      'a narrowed element',
      withProperty('Objects', {
        type: 'array',
        maxItems: 10,
        items: { type: 'object', required: ['Key'], properties: { Key: { type: 'string' } } },
      }),
      '$.Objects.items: Key became required',
    ],
    [
      'a narrowed map',
      withProperty('Metadata', { type: 'object', additionalProperties: { type: 'string', maxLength: 9 } }),
      '$.Metadata.additionalProperties: maxLength was lowered',
    ],
    [
      'a closed map',
      withProperty('Metadata', { type: 'object', additionalProperties: false }),
      '$.Metadata: additional properties are no longer allowed',
    ],
  ])('must not have %s', (_what, after, problem) => {
    expect(incompatibilities(before, after, 'request')).toContain(problem);
  });

  test('of a reply must not become less certain', () => {
    expect(incompatibilities(before, { ...before, required: [] }, 'reply')).toEqual([
      '$: Bucket is no longer certain',
    ]);
    expect(incompatibilities(before, { ...before, required: [] }, 'request')).toEqual([]);
  });

  test('is compatible with itself', async () => {
    for (const { schema } of await loadSchemas('schemas')) {
      expect(incompatibilities(schema, schema, 'reply')).toEqual([]);
    }
  });
});
