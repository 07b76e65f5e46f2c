// Reads what contracts are made of: schemas/*.json (one message each) and subjects/*.asyncapi.json (who hears what).
//
// Refuses sources that do not fit together: a subject without a schema, a schema without a subject, two subjects that clash.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export type JsonObject = Record<string, unknown>;

export interface MessageSchema {
  /** File name without `.json`: `put-object.request.v1`. */
  readonly id: string;
  /** Last part of the title: `PutObjectRequest`. */
  readonly typeName: string;
  readonly schema: JsonObject;
}

export interface OperationSource {
  readonly name: string;
  readonly subject: string;
  readonly nodeSubject: string;
  readonly aliases: readonly string[];
  /** Absent: every node answers on the general subject. */
  readonly queueGroup?: string;
  readonly requestSchema: string;
  readonly replySchema: string;
  readonly takesBody: boolean;
  readonly returnsBody: boolean;
  readonly readOnly: boolean;
  readonly replyHeaders: readonly string[];
  readonly errors: readonly string[];
}

export interface ContractSources {
  readonly schemas: readonly MessageSchema[];
  readonly operations: readonly OperationSource[];
}

/** A message of an AsyncAPI document, as far as it is read here. Bytes and empty messages have no schema of ours. */
export interface DocumentMessage {
  readonly summary?: string;
  readonly headers?: JsonObject;
  readonly traits?: readonly { readonly $ref: string }[];
  readonly payload: { readonly schema?: { readonly $ref: string } };
  /** On the message called Error: what every operation of the document may answer. */
  readonly 'x-predastore'?: { readonly errors: readonly string[] };
}

interface DocumentOperation {
  readonly bindings?: { readonly nats: { readonly queue: string } };
  readonly 'x-predastore'?: {
    readonly aliases: readonly string[];
    readonly takesBody: boolean;
    readonly returnsBody: boolean;
    readonly readOnly: boolean;
    readonly replyHeaders: readonly string[];
    readonly errors: readonly string[];
  };
}

export interface DocumentChannel {
  readonly address: string | null;
  readonly description: string;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
}

export interface SubjectDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly channels: Readonly<Record<string, DocumentChannel>>;
  readonly operations: Readonly<Record<string, DocumentOperation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, DocumentMessage>>;
    readonly messageTraits?: Readonly<Record<string, { readonly headers: JsonObject }>>;
  };
}

const ERROR_MESSAGE = 'Error';

/** Reads and cross-checks the sources below `root`. */
export async function loadSources(root: string): Promise<ContractSources> {
  const schemas = await loadSchemas(path.join(root, 'schemas'));
  const operations: OperationSource[] = [];
  const documents = await loadDocuments(path.join(root, 'subjects'));
  for (const document of documents) operations.push(...operationsOf(document));
  requireCoherence(schemas, operations);
  requireUsed(schemas, documents);
  return { schemas, operations };
}

export async function loadSchemas(folder: string): Promise<MessageSchema[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      const schema = await readJson<JsonObject>(path.join(folder, name));
      const typeName = String(schema['title']).split('.').at(-1) ?? '';
      return { id: name.slice(0, -'.json'.length), typeName, schema };
    }),
  );
}

export async function loadDocuments(folder: string): Promise<SubjectDocument[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.asyncapi.json')).sort();
  return Promise.all(names.map((name) => readJson<SubjectDocument>(path.join(folder, name))));
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

function operationsOf(document: SubjectDocument): OperationSource[] {
  const found: OperationSource[] = [];
  for (const [name, operation] of Object.entries(document.operations)) {
    const own = operation['x-predastore'];
    if (own === undefined) continue;
    const queueGroup = operation.bindings?.nats.queue;
    found.push({
      name,
      subject: addressOf(document, name),
      nodeSubject: addressOf(document, `${name}AtNode`),
      ...(queueGroup === undefined ? {} : { queueGroup }),
      requestSchema: schemaOf(document, `${name}Request`),
      replySchema: schemaOf(document, `${name}Reply`),
      ...own,
      errors: [...new Set([...own.errors, ...commonErrors(document), ...keyErrors(own.readOnly)])].sort(),
    });
  }
  return found;
}

function addressOf(document: SubjectDocument, channel: string): string {
  const address = document.channels[channel]?.address;
  if (typeof address !== 'string') throw new Error(`subjects: channel ${channel} has no address`);
  return address;
}

/** What every operation of a document may answer beside its own errors. */
function commonErrors(document: SubjectDocument): readonly string[] {
  return document.components.messages[ERROR_MESSAGE]?.['x-predastore']?.errors ?? [];
}

/** What an idempotency key may be answered with: only operations that change something heed it. */
function keyErrors(readOnly: boolean): readonly string[] {
  return readOnly ? [] : ['IdempotentParameterMismatch', 'OperationAborted'];
}

function schemaOf(document: SubjectDocument, message: string): string {
  const id = schemaIdOf(document.components.messages[message]);
  if (id === undefined) throw new Error(`subjects: message ${message} names no schema`);
  return id;
}

/** `put-object.request.v1` of a message; undefined for bytes and empty messages. */
export function schemaIdOf(message: DocumentMessage | undefined): string | undefined {
  return /^\.\.\/schemas\/(.+)\.json$/.exec(message?.payload.schema?.$ref ?? '')?.[1];
}

function requireUsed(schemas: readonly MessageSchema[], documents: readonly SubjectDocument[]): void {
  const used = new Set(
    documents.flatMap(({ components }) => Object.values(components.messages).map(schemaIdOf)),
  );
  const known = new Set<string | undefined>(schemas.map(({ id }) => id));
  const missing = [...used].filter((id) => id !== undefined && !known.has(id));
  if (missing.length > 0) throw new Error(`messages without a schema: ${missing.join(', ')}`);
  const unused = schemas.filter(({ id }) => !used.has(id)).map(({ id }) => id);
  if (unused.length > 0) throw new Error(`schemas without a subject: ${unused.join(', ')}`);
}

function requireCoherence(schemas: readonly MessageSchema[], operations: readonly OperationSource[]): void {
  const known = new Set(schemas.map((schema) => schema.id));
  const names = new Set<string>();
  const subjects = new Set<string>();
  for (const operation of operations) {
    if (names.has(operation.name)) throw new Error(`two operations are called ${operation.name}`);
    names.add(operation.name);
    for (const id of [operation.requestSchema, operation.replySchema]) {
      if (!known.has(id)) throw new Error(`${operation.name}: no schema ${id}`);
    }
    for (const subject of [operation.subject, operation.nodeSubject, ...operation.aliases]) {
      if (subjects.has(subject)) throw new Error(`two operations on ${subject}`);
      subjects.add(subject);
    }
  }
}
