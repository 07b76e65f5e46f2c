// Turns the contract sources into TypeScript: message types, the schemas themselves, the table of operations.

import { compile } from 'json-schema-to-typescript';
import type { ContractSources, JsonObject, MessageSchema } from './sources.ts';

const NOTICE = '// Generated from schemas/ and subjects/ by scripts/generate-contracts.ts. Do not edit.\n\n';

/** File name below src/contracts/generated → its text. */
export async function renderContracts(sources: ContractSources): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['messages.ts', await renderMessages(sources)],
    ['schemas.ts', renderSchemas(sources.schemas)],
    ['operations.ts', renderOperations(sources)],
  ]);
}

async function renderMessages(sources: ContractSources): Promise<string> {
  const parts: string[] = [];
  for (const { schema, typeName } of sources.schemas) {
    // Both would win over the name given here.
    const { $id: _id, title: _title, ...rest } = schema;
    const options = { bannerComment: '', ignoreMinAndMaxItems: true, additionalProperties: false };
    parts.push(await compile(rest, typeName, { ...options, style: { printWidth: 110, singleQuote: true } }));
  }
  parts.push(renderTypeMap(sources, 'RequestTypes', 'requestSchema'));
  parts.push(renderTypeMap(sources, 'ReplyTypes', 'replySchema'));
  return NOTICE + parts.join('\n');
}

function renderTypeMap(
  { schemas, operations }: ContractSources,
  name: string,
  which: 'requestSchema' | 'replySchema',
): string {
  const typeNames = new Map(schemas.map((schema) => [schema.id, schema.typeName]));
  const rows = operations.map(
    (operation) => `  ${operation.name}: ${typeNames.get(operation[which]) ?? ''};`,
  );
  return `export interface ${name} {\n${rows.join('\n')}\n}\n`;
}

function renderSchemas(schemas: readonly MessageSchema[]): string {
  const table = Object.fromEntries(schemas.map(({ id, schema }) => [id, withoutProse(schema)]));
  return `${NOTICE}export const SCHEMAS = ${JSON.stringify(table, null, 2)} as const;\n`;
}

/** Descriptions are for readers of schemas/; the validator has no use for them. */
function withoutProse(schema: JsonObject): JsonObject {
  const isSchema = typeof schema['type'] === 'string';
  const kept = Object.entries(schema).filter(([name]) => !(isSchema && name === 'description'));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, isObject(value) ? withoutProse(value) : value]),
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function renderOperations({ operations }: ContractSources): string {
  const table = Object.fromEntries(
    operations.map(({ errors: _errors, ...operation }) => [operation.name, operation]),
  );
  return `${NOTICE}export const OPERATIONS = ${JSON.stringify(table, null, 2)} as const;\n`;
}
