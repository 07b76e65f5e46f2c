// Sets of tags as XML.

import { document, element, leaf, malformed, type XmlElement } from './xml.ts';
import { requiredText, requireOnly } from './xml-fields.ts';

export interface Tag {
  Key: string;
  Value: string;
}

/** The tags below a `Tagging`. */
export function parseTagging(root: XmlElement): Tag[] {
  requireOnly(root, 'TagSet');
  const set = root.child('TagSet');
  if (set === undefined) throw malformed();
  requireOnly(set, 'Tag');
  return set.children('Tag').map(parseTag);
}

export function parseTag(tag: XmlElement): Tag {
  requireOnly(tag, 'Key', 'Value');
  return { Key: requiredText(tag, 'Key'), Value: requiredText(tag, 'Value') };
}

export function renderTagging(tags: readonly Tag[]): string {
  return document('Tagging', element('TagSet', ...tags.map((tag) => renderTag(tag))));
}

export function renderTag(tag: Tag): string {
  return element('Tag', leaf('Key', tag.Key), leaf('Value', tag.Value));
}
