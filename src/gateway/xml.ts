// XML in and out.
//
// Reading is fast-xml-parser's, with document types, entities and CDATA refused and the nesting bounded; the five
// predefined entities and character references are decoded here. Writing is by hand: four functions escape correctly,
// also control characters in keys, and a listing of 1000 keys takes a tenth of the time of the library's builder.

import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from '../contracts/s3-errors.ts';

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Documents of S3 requests nest three deep. */
const NESTING_MAX = 8;

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: NESTING_MAX,
  textNodeName: '#text',
});

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** One element of a parsed document: its text, and its children in order by name. */
export class XmlElement {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** The text of an element without children. */
  get text(): string {
    if (typeof this.#value !== 'string') throw malformed();
    return decodeReferences(this.#value);
  }

  children(name: string): readonly XmlElement[] {
    const found = this.#members().get(name);
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map((value: unknown) => new XmlElement(value));
  }

  /** The one child of a name; a second one makes the document malformed. */
  child(name: string): XmlElement | undefined {
    const found = this.children(name);
    if (found.length > 1) throw malformed();
    return found[0];
  }

  names(): readonly string[] {
    return [...this.#members().keys()];
  }

  #members(): ReadonlyMap<string, unknown> {
    if (typeof this.#value !== 'object' || this.#value === null) return new Map();
    return new Map(Object.entries(this.#value).filter(([name]) => name !== '#text'));
  }
}

/** Parses a request document whose root must be `rootName`; anything else is MalformedXML. */
export function parseXml(text: string, rootName: string): XmlElement {
  const document = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (/<!(?!--)/.test(document) || !isWellFormed(document)) throw malformed();
  let parsed: unknown;
  try {
    parsed = parser.parse(document);
  } catch (error) {
    throw malformed(error);
  }
  const root = new XmlElement(parsed).child(rootName);
  if (root === undefined) throw malformed();
  return root;
}

/** The parser itself forgives unclosed and crossed tags. */
function isWellFormed(document: string): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is a package of its own, for one call
  return XMLValidator.validate(document) === true;
}

export function malformed(cause?: unknown): S3Error {
  return new S3Error('MalformedXML', undefined, {}, cause);
}

function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,10};?)/g, (_whole, body: string) => {
    if (!body.endsWith(';')) throw malformed();
    const name = body.slice(0, -1);
    const predefined = PREDEFINED.get(name);
    if (predefined !== undefined) return predefined;
    const hex = /^#x([0-9a-fA-F]{1,6})$/.exec(name);
    const decimal = /^#([0-9]{1,7})$/.exec(name);
    const code = hex?.[1] === undefined ? Number(decimal?.[1] ?? Number.NaN) : parseInt(hex[1], 16);
    if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) throw malformed();
    return String.fromCodePoint(code);
  });
}

// eslint-disable-next-line no-control-regex -- control characters are what has to be found
const SPECIAL = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g;

/** Character references also for control characters: XML 1.0 frowns, but this is how AWS answers such keys. */
export function escapeXml(text: string): string {
  if (text.search(SPECIAL) < 0) return text;
  return text.replace(SPECIAL, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      default:
        return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
    }
  });
}

/** `<name>text</name>`, or nothing when there is no value. */
export function leaf(name: string, value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  return `<${name}>${typeof value === 'string' ? escapeXml(value) : String(value)}</${name}>`;
}

/** An element around what has been rendered already. */
export function element(name: string, ...content: readonly string[]): string {
  return `<${name}>${content.join('')}</${name}>`;
}

/** A whole document; S3's namespace on its root. */
export function document(root: string, ...content: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${S3_NAMESPACE}">${content.join('')}</${root}>`;
}
