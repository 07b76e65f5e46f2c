// Tags of objects: what AWS accepts of them, in a header and as a list.

import type { ObjectProperties, ObjectRecord } from '../contracts/records.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { OBJECT_TAGS_MAX } from '../core/limits.ts';
import { requireTags } from './bucket-tags.ts';
import { invalidArgument } from './part-number.ts';

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

type Tags = NonNullable<ObjectProperties['tags']>;

const MALFORMED =
  "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";

/** Tags as they may be kept, or the error that AWS answers. */
export function checkedTags(tags: readonly Tag[]): Tags {
  if (tags.length > OBJECT_TAGS_MAX)
    throw new S3Error('BadRequest', `Object tags cannot be greater than ${OBJECT_TAGS_MAX}`);
  requireTags(tags);
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/**
 * The tags of a `Tagging` field: `name=value&…`, percent-encoded. Absent or empty: none; empty pairs are passed over, as AWS does. Such a
 * field has no order of its own; the tags are kept by name.
 */
export function taggingOf(text: string | undefined): { readonly tags?: Tags } {
  const pairs = (text ?? '').split('&').filter((pair) => pair !== '');
  if (text === undefined || pairs.length === 0) return {};
  const tags = pairs.map((pair) => {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    if (name === '') throw malformed(text);
    return { Key: decoded(name, text), Value: at < 0 ? '' : decoded(pair.slice(at + 1), text) };
  });
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw malformed(text);
  tags.sort((one, other) => (one.Key < other.Key ? -1 : 1));
  return { tags: checkedTags(tags) };
}

export function tagListOf({ tags = {} }: ObjectProperties): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function tagCountOf({ tags }: Pick<ObjectRecord, 'tags'>): { TagCount?: number } {
  const count = Object.keys(tags ?? {}).length;
  return count === 0 ? {} : { TagCount: count };
}

function decoded(part: string, whole: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw malformed(whole);
  }
}

function malformed(value: string): S3Error {
  return invalidArgument(MALFORMED, 'x-amz-tagging', value);
}
