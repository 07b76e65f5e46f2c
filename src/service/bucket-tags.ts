// What AWS accepts as tags of a bucket.

import type { Tag } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { BUCKET_TAGS_MAX, TAG_KEY_CHARACTERS_MAX, TAG_VALUE_CHARACTERS_MAX } from '../core/limits.ts';

/** AWS: letters, digits and white space of any language, and `+ - = . _ : / @`. */
const TAG_TEXT = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;
const SYSTEM_PREFIX = /^aws:/i;

/** The tags as they may be kept, or the error that AWS answers. */
export function checkedBucketTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > BUCKET_TAGS_MAX)
    throw new S3Error('BadRequest', `Bucket tag count cannot be greater than ${BUCKET_TAGS_MAX}`);
  requireTags(tags);
  return tags;
}

/** Throws what AWS answers to tags, of a bucket or an object, that cannot be kept. */
export function requireTags(tags: readonly Tag[]): void {
  const names = new Set<string>();
  for (const { Key: name, Value: value } of tags) {
    if (SYSTEM_PREFIX.test(name)) throw invalid('System tags cannot be added/updated by requester', name);
    if (name === '' || !isTagText(name, TAG_KEY_CHARACTERS_MAX))
      throw invalid('The TagKey you have provided is invalid', name);
    if (!isTagText(value, TAG_VALUE_CHARACTERS_MAX))
      throw invalid('The TagValue you have provided is invalid', name, value);
    if (names.has(name)) throw invalid('Cannot provide multiple Tags with the same key', name);
    names.add(name);
  }
}

function isTagText(text: string, charactersMax: number): boolean {
  return text.length <= charactersMax && TAG_TEXT.test(text);
}

function invalid(words: string, name: string, value?: string): S3Error {
  const fields = { TagKey: name, ...(value === undefined ? {} : { TagValue: value }) };
  return new S3Error('InvalidTag', words, { fields });
}
