// The contract as a whole: subjects, schemas, examples, generated code and handlers belong together.

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renderContracts } from '../../../scripts/contracts/render.ts';
import {
  loadDocuments,
  loadSources,
  type ContractSources,
  type JsonObject,
} from '../../../scripts/contracts/sources.ts';
import { operationNames, operations } from '../../../src/contracts/operations.ts';
import { isS3ErrorCode } from '../../../src/contracts/s3-errors.ts';
import { validateMessage, type SchemaId } from '../../../src/contracts/validators.ts';
import { ConfiguredCredentials } from '../../../src/auth/credentials.ts';
import { createService } from '../../../src/service/service.ts';
import { MemoryBucketStore } from '../../support/memory-bucket-store.ts';
import { MemoryObjectStore } from '../../support/memory-object-store.ts';
import { ObjectBench } from '../../support/object-bench.ts';

const EXAMPLES = path.join('schemas', 'examples');

let sources: ContractSources;
beforeAll(async () => {
  sources = await loadSources('.');
});

async function readJson(...parts: string[]): Promise<unknown> {
  return JSON.parse(await readFile(path.join(...parts), 'utf8')) as unknown;
}

/** Every object inside a document, with its path. */
function* objectsIn(value: unknown, place = '$'): Generator<[string, JsonObject]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [place, value as JsonObject];
  for (const [name, member] of Object.entries(value)) yield* objectsIn(member, `${place}.${name}`);
}

describe('generated code', () => {
  test('is what the sources say today', async () => {
    for (const [name, text] of await renderContracts(sources)) {
      const committed = await readFile(path.join('src', 'contracts', 'generated', name), 'utf8');
      expect({ name, upToDate: committed === text }).toEqual({ name, upToDate: true });
    }
  });
});

describe('examples', () => {
  test('exist for every schema, and only for schemas', async () => {
    const expected = sources.schemas.flatMap(({ id }) => [`${id}.invalid.json`, `${id}.valid.json`]);
    expect((await readdir(EXAMPLES)).sort()).toEqual(expected.sort());
  });

  test('valid ones pass', async () => {
    for (const { id } of sources.schemas) {
      const document = await readJson(EXAMPLES, `${id}.valid.json`);
      expect({ id, problem: validateMessage(id as SchemaId, document) }).toEqual({ id, problem: undefined });
    }
  });

  test('invalid ones fail for the reason they give', async () => {
    for (const { id } of sources.schemas) {
      const cases = (await readJson(EXAMPLES, `${id}.invalid.json`)) as {
        reason: string;
        document: unknown;
      }[];
      expect(cases.length).toBeGreaterThan(0);
      for (const { reason, document } of cases) {
        expect({ id, problem: validateMessage(id as SchemaId, document) }).toEqual({ id, problem: reason });
      }
    }
  });
});

describe('schemas', () => {
  test('name themselves and their subject', () => {
    const subjects = new Map(
      sources.operations.flatMap((operation) => [
        [operation.requestSchema, operation.subject],
        [operation.replySchema, operation.subject],
      ]),
    );
    for (const { id, schema } of sources.schemas) {
      expect(schema['$id']).toBe(`urn:predastore:schema:${id}`);
      expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
      expect(schema['title']).toMatch(/^io\.predastore\.s3\.v1\.[A-Z]\w+$/);
      expect(schema['description']).toContain(`\`${subjects.get(id) ?? 's3.*'}\``);
    }
  });

  test('bound every string, number and list, and refuse what they do not know', () => {
    for (const { id, schema } of sources.schemas) {
      for (const [place, part] of objectsIn(schema)) {
        const bounds: Record<string, string> = { string: 'maxLength', array: 'maxItems', integer: 'maximum' };
        const needed = bounds[String(part['type'])];
        if (needed !== undefined && part['enum'] === undefined)
          expect({ id, place, part }).toHaveProperty(['part', needed]);
        if (part['type'] === 'object')
          expect({ id, place, part }).toHaveProperty('part.additionalProperties');
      }
    }
  });

  test('no reply can be mistaken for an error by a Go caller', () => {
    for (const { id, schema } of sources.schemas.filter((one) => one.id.includes('.reply.'))) {
      expect({ id, fields: Object.keys(schema['properties'] as object) }).not.toEqual({
        id,
        fields: expect.arrayContaining(['Code']),
      });
    }
  });
});

describe('subjects', () => {
  test('every operation has a handler, and every handler an operation', () => {
    const table = createService({
      objects: new MemoryObjectStore(),
      multipart: new ObjectBench().multipart,
      buckets: new MemoryBucketStore(),
      identities: { identityOf: () => undefined },
      accounts: new ConfiguredCredentials([]),
      nowMs: () => 0,
      region: 'r',
      adminStatus: () => Promise.reject(new Error('not asked')),
      adminMaintenance: () => Promise.reject(new Error('not asked')),
      adminMembership: () => Promise.reject(new Error('not asked')),
    });
    expect(Object.keys(table).sort()).toEqual([...operationNames].sort());
  });

  test('no two subjects clash, not even with a node id put in', () => {
    const all = operationNames.flatMap((name) => {
      const { subject, nodeSubject, aliases } = operations[name];
      return [subject, ...aliases, nodeSubject.replace('{nodeId}', '1')];
    });
    expect(new Set(all).size).toBe(all.length);
    for (const subject of all) expect(subject).toMatch(/^s3(\.[a-z0-9]+)+$/);
  });

  test('S3 operations are called by their AWS name in lower case', () => {
    for (const name of operationNames.filter((one) => !one.startsWith('Admin'))) {
      expect(operations[name].subject).toBe(`s3.${name.toLowerCase()}`);
      expect(operations[name].nodeSubject).toBe(`s3.node.{nodeId}.${name.toLowerCase()}`);
      expect(operations[name].queueGroup).toBe('predastore');
    }
  });

  test('only known S3 errors are announced', () => {
    for (const { name, errors } of sources.operations) {
      expect({ name, unknown: errors.filter((code) => !isS3ErrorCode(code)) }).toEqual({ name, unknown: [] });
    }
  });

  test('every reference of the documents leads somewhere', async () => {
    for (const document of await loadDocuments('subjects')) {
      for (const [place, part] of objectsIn(document)) {
        const reference = part['$ref'];
        if (typeof reference !== 'string') continue;
        const target = reference.startsWith('#/')
          ? reference
              .slice(2)
              .split('/')
              .reduce<unknown>((at, name) => (at as JsonObject)[name], document)
          : await readJson('subjects', reference);
        expect({ place, reference, target: typeof target }).toEqual({ place, reference, target: 'object' });
      }
    }
  });
});

describe('incoherent sources are refused', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'contracts-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function changed(file: string, change: (text: string) => string): Promise<string> {
    await cp('schemas', path.join(folder, 'schemas'), { recursive: true });
    await cp('subjects', path.join(folder, 'subjects'), { recursive: true });
    const whole = path.join(folder, file);
    await writeFile(whole, change(await readFile(whole, 'utf8').catch(() => '')));
    return folder;
  }

  test('a schema that no subject uses', async () => {
    const root = await changed('schemas/unused.request.v1.json', () => '{"title":"x.UnusedRequest"}');
    await expect(loadSources(root)).rejects.toThrow('schemas without a subject: unused.request.v1');
    await rm(path.join(folder, 'schemas', 'unused.request.v1.json'));
  });

  test('two operations on one subject', async () => {
    const root = await changed('subjects/s3-operations.asyncapi.json', (text) =>
      text.replace('"s3.headobject"', '"s3.getobject"'),
    );
    await expect(loadSources(root)).rejects.toThrow('two operations on s3.getobject');
  });

  test('a subject whose schema does not exist', async () => {
    const root = await changed('subjects/s3-operations.asyncapi.json', (text) =>
      text.replace('head-object.request.v1.json', 'head-object.request.v9.json'),
    );
    await expect(loadSources(root)).rejects.toThrow('HeadObject: no schema head-object.request.v9');
  });
});
