// The HTML reference of the NATS API, made from nothing but subjects/ and schemas/.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { S3_ERRORS } from '../../src/contracts/s3-errors.ts';
import { escapeHtml, page, prose, type PageEntry, type PageFamily } from './reference-page.ts';
import {
  loadDocuments,
  loadSources,
  schemaIdOf,
  type ContractSources,
  type DocumentMessage,
  type JsonObject,
  type OperationSource,
  type SubjectDocument,
} from './sources.ts';

const INTRODUCTION =
  'Every subject, header, reply and error. A request is a JSON object with AWS names; `null` means absent; an error is ' +
  'exactly `{"Code","Message"}`. docs/nats-api.md tells how it all fits together, with a client in Go.';

interface Reference {
  readonly root: string;
  readonly sources: ContractSources;
  readonly schemas: ReadonlyMap<string, JsonObject>;
}

/** The page, from the sources below `root`. */
export async function renderReference(root: string): Promise<string> {
  const sources = await loadSources(root);
  const schemas = new Map(sources.schemas.map(({ id, schema }) => [id, schema]));
  const reference = { root, sources, schemas };
  const families: PageFamily[] = [];
  for (const document of await loadDocuments(path.join(root, 'subjects'))) {
    families.push(await familyOf(reference, document));
  }
  return page('Predastore: the NATS API', INTRODUCTION, families);
}

async function familyOf(reference: Reference, document: SubjectDocument): Promise<PageFamily> {
  const entries: PageEntry[] = [];
  const operations = new Map(reference.sources.operations.map((operation) => [operation.name, operation]));
  const shown = new Set<string>();
  for (const name of Object.keys(document.operations)) {
    const operation = operations.get(name);
    if (operation === undefined) continue;
    entries.push(await operationEntry(reference, document, operation));
    for (const message of [`${name}Request`, `${name}Reply`]) shown.add(message);
  }
  for (const [name, channel] of Object.entries(document.channels)) {
    const isOwn = Object.keys(document.components.messages).some((message) => !shown.has(message));
    const rest = Object.entries(channel.messages).filter(([, { $ref }]) => !shown.has(lastOf($ref)));
    const isOfOperation = operations.has(name) || operations.has(name.replace(/AtNode$/, ''));
    if (!isOwn || isOfOperation || name === 'Reply' || rest.length === 0) continue;
    entries.push(await channelEntry(reference, document, name));
  }
  const { title, description } = document.info;
  return { title: title.replace(/^Predastore: /, ''), description, entries };
}

async function operationEntry(
  reference: Reference,
  document: SubjectDocument,
  operation: OperationSource,
): Promise<PageEntry> {
  const { name, subject, nodeSubject, aliases, requestSchema, replySchema, errors } = operation;
  const tags = [
    operation.readOnly ? 'safe to repeat' : 'changes something',
    operation.queueGroup === undefined ? 'every node answers' : `queue group ${operation.queueGroup}`,
    ...(operation.takesBody ? ['takes a body'] : []),
    ...(operation.returnsBody ? ['returns a body'] : []),
  ];
  const subjects = [subject, ...aliases, nodeSubject];
  const html = [
    `<p>${prose(document.channels[name]?.description ?? '')}</p>`,
    `<p>${tags.map((tag) => `<span class="tag">${escapeHtml(tag)}</span>`).join('')}</p>`,
    `<p>${subjects.map((one) => `<code>${escapeHtml(one)}</code>`).join(' · ')}</p>`,
    headersOf(document, `${name}Request`, 'Request headers'),
    await schemaBlock(reference, 'Request', requestSchema),
    headersOf(document, `${name}Reply`, 'Reply headers'),
    operation.replyHeaders.length === 0 ? '' : `<p>Also: ${codes(operation.replyHeaders)}</p>`,
    await schemaBlock(reference, 'Reply', replySchema),
    headersOf(document, 'Error', 'Error headers'),
    errorsTable(errors),
  ].join('\n');
  const words = [...subjects, ...errors, ...fieldNames(reference, requestSchema, replySchema)].join(' ');
  return { id: name, title: name, words, html };
}

async function channelEntry(
  reference: Reference,
  document: SubjectDocument,
  name: string,
): Promise<PageEntry> {
  const channel = document.channels[name];
  const parts = [`<p>${prose(channel?.description ?? '')}</p>`];
  if (channel?.address != null) parts.unshift(`<p><code>${escapeHtml(channel.address)}</code></p>`);
  for (const { $ref } of Object.values(channel?.messages ?? {})) {
    parts.push(await messageBlock(reference, document, lastOf($ref)));
  }
  return {
    id: name,
    title: name,
    words: `${channel?.address ?? ''} ${parts.join(' ')}`,
    html: parts.join('\n'),
  };
}

async function messageBlock(reference: Reference, document: SubjectDocument, name: string): Promise<string> {
  const message = document.components.messages[name];
  const id = schemaIdOf(message);
  const summary = message?.summary === undefined ? '' : `<p>${prose(message.summary)}</p>`;
  const headers = headersOf(document, name, 'Headers');
  const schema = id === undefined ? '' : await schemaBlock(reference, 'Payload', id);
  return `<h4>${escapeHtml(name)}</h4>\n${summary}\n${headers}\n${schema}`;
}

function headersOf(document: SubjectDocument, messageName: string, title: string): string {
  const message = document.components.messages[messageName];
  const schemas = message === undefined ? [] : headerSchemas(document, message);
  const rows = schemas.flatMap((schema) => propertyRows(schema, ''));
  if (rows.length === 0) return '';
  return `<details><summary>${escapeHtml(title)}</summary>${table(rows)}</details>`;
}

function headerSchemas(document: SubjectDocument, message: DocumentMessage): JsonObject[] {
  const traits = message.traits ?? [];
  const inherited = traits.map(
    ({ $ref }) => document.components.messageTraits?.[lastOf($ref)]?.headers ?? {},
  );
  return [...inherited, message.headers ?? {}];
}

async function schemaBlock({ root, schemas }: Reference, title: string, id: string): Promise<string> {
  const rows = propertyRows(schemas.get(id) ?? {}, '');
  const folder = path.join(root, 'schemas', 'examples');
  const valid = await readFile(path.join(folder, `${id}.valid.json`), 'utf8');
  const invalid = JSON.parse(await readFile(path.join(folder, `${id}.invalid.json`), 'utf8')) as {
    reason: string;
    document: unknown;
  }[];
  const refused = invalid.map(
    ({ reason, document }) =>
      `<p>${escapeHtml(reason)}</p><pre>${escapeHtml(JSON.stringify(document).slice(0, 400))}</pre>`,
  );
  return [
    `<h4>${escapeHtml(title)} <code>${escapeHtml(id)}</code></h4>`,
    rows.length === 0 ? '<p>No fields.</p>' : table(rows),
    `<details open><summary>Example</summary><pre>${escapeHtml(valid.trim())}</pre></details>`,
    `<details><summary>Refused</summary>${refused.join('')}</details>`,
  ].join('\n');
}

interface Row {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
  readonly text: string;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, required, type, text }) =>
      `<tr><td><code${required ? ' class="required"' : ''}>${escapeHtml(name)}</code></td><td>${escapeHtml(type)}</td><td>${prose(text)}</td></tr>`,
  );
  return `<table>${lines.join('')}</table>`;
}

/** One row per property, those of nested objects and lists below it. */
function propertyRows(schema: JsonObject, prefix: string): Row[] {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonObject>;
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(properties).flatMap(([name, property]) => {
    const items = property['items'] as JsonObject | undefined;
    const place = `${prefix}${name}${items === undefined ? '' : '[]'}`;
    const text = typeof property['description'] === 'string' ? property['description'] : '';
    const row = { name: place, required: required.includes(name), type: typeOf(property), text };
    return [row, ...propertyRows(items ?? property, `${place}.`)];
  });
}

function typeOf(schema: JsonObject): string {
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices.map(String).join(' | ');
  const { minimum, maximum } = schema;
  const isBounded = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER;
  const least = typeof minimum === 'number' ? minimum : 0;
  return [
    textOf(schema, 'type', ''),
    isBounded ? `${least}…${maximum}` : '',
    textOf(schema, 'maxLength', '≤ ', ' characters'),
    textOf(schema, 'maxItems', '≤ ', ' items'),
    textOf(schema, 'pattern', ''),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function textOf(schema: JsonObject, keyword: string, before: string, after = ''): string {
  const value = schema[keyword];
  return typeof value === 'string' || typeof value === 'number' ? `${before}${value}${after}` : '';
}

function errorsTable(errors: readonly string[]): string {
  const rows = errors.map((code) => {
    const known = Object.hasOwn(S3_ERRORS, code) ? S3_ERRORS[code as keyof typeof S3_ERRORS] : undefined;
    return `<tr><td><code>${escapeHtml(code)}</code></td><td>${known?.status ?? ''}</td><td>${escapeHtml(known?.message ?? '')}</td></tr>`;
  });
  return `<details><summary>Errors</summary><table>${rows.join('')}</table></details>`;
}

function fieldNames({ schemas }: Reference, ...ids: string[]): string[] {
  return ids.flatMap((id) => propertyRows(schemas.get(id) ?? {}, '').map(({ name }) => name));
}

function codes(names: readonly string[]): string {
  return names.map((name) => `<code>${escapeHtml(name)}</code>`).join(', ');
}

function lastOf(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}
