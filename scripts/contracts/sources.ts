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

interface OperationSource {
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

/** A message of an AsyncAPI document, as far as it is read here. */
interface DocumentMessage {
  readonly payload: { readonly schema: { readonly $ref: string } };
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

export interface SubjectDocument {
  readonly channels: Readonly<Record<string, { readonly address: string | null }>>;
  readonly operations: Readonly<Record<string, DocumentOperation>>;
  readonly components: { readonly messages: Readonly<Record<string, DocumentMessage>> };
}

const ERROR_SCHEMA = 'error.v1';

/** Reads and cross-checks the sources below `root`. */
export async function loadSources(root: string): Promise<ContractSources> {
  const schemas = await loadSchemas(path.join(root, 'schemas'));
  const operations: OperationSource[] = [];
  for (const document of await loadDocuments(path.join(root, 'subjects'))) {
    operations.push(...operationsOf(document));
  }
  requireCoherence(schemas, operations);
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
    });
  }
  return found;
}

function addressOf(document: SubjectDocument, channel: string): string {
  const address = document.channels[channel]?.address;
  if (typeof address !== 'string') throw new Error(`subjects: channel ${channel} has no address`);
  return address;
}

function schemaOf(document: SubjectDocument, message: string): string {
  const reference = document.components.messages[message]?.payload.schema.$ref;
  const match = /^\.\.\/schemas\/(.+)\.json$/.exec(reference ?? '');
  if (match?.[1] === undefined) throw new Error(`subjects: message ${message} names no schema`);
  return match[1];
}

function requireCoherence(schemas: readonly MessageSchema[], operations: readonly OperationSource[]): void {
  const unused = new Set(schemas.map((schema) => schema.id));
  unused.delete(ERROR_SCHEMA);
  const known = new Set(unused);
  const subjects = new Set<string>();
  for (const operation of operations) {
    for (const id of [operation.requestSchema, operation.replySchema]) {
      if (!known.has(id)) throw new Error(`${operation.name}: no schema ${id}`);
      unused.delete(id);
    }
    for (const subject of [operation.subject, operation.nodeSubject, ...operation.aliases]) {
      if (subjects.has(subject)) throw new Error(`two operations on ${subject}`);
      subjects.add(subject);
    }
  }
  if (unused.size > 0) throw new Error(`schemas without a subject: ${[...unused].join(', ')}`);
}
