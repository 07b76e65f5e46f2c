// Fields of request documents: what a child of an element holds, in the form in which the store takes it. Whatever does not fit the schema of
// AWS is MalformedXML.

import { S3Error } from '../contracts/s3-errors.ts';
import type { GatewayRequest } from './operation.ts';
import { malformed, parseXml, type XmlElement } from './xml.ts';

/** The document of a request that must have one. */
export async function requestDocument(
  request: GatewayRequest,
  root: string,
  limitBytes?: number,
): Promise<XmlElement> {
  const text = await request.document(request.headers, limitBytes);
  if (text.trim() === '') throw new S3Error('MissingRequestBodyError');
  return parseXml(text, root);
}

/** Refuses children with other names. */
export function requireOnly(element: XmlElement, ...names: readonly string[]): void {
  if (element.names().some((name) => !names.includes(name))) throw malformed();
}

export function textOf(element: XmlElement, name: string): string | undefined {
  return element.child(name)?.text;
}

export function requiredText(element: XmlElement, name: string): string {
  const text = textOf(element, name);
  if (text === undefined) throw malformed();
  return text;
}

export function textsOf(element: XmlElement, name: string): string[] {
  return element.children(name).map(({ text }) => text);
}

/** A whole number of at most 32 bits, as the schema of AWS has them. */
export function integerOf(element: XmlElement, name: string): number | undefined {
  const text = textOf(element, name)?.trim();
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || Math.abs(value) > 0x7fffffff) throw malformed();
  return value;
}

/** A size in bytes. */
export function sizeOf(element: XmlElement, name: string): number | undefined {
  const text = textOf(element, name)?.trim();
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw malformed();
  return value;
}

export function flagOf(element: XmlElement, name: string): boolean | undefined {
  const text = textOf(element, name)?.trim().toLowerCase();
  if (text === undefined) return undefined;
  if (text !== 'true' && text !== 'false') throw malformed();
  return text === 'true';
}
