// What a commit of an object tells those who turn commits into events, where the record alone does not say it. A header of the
// message, so that it stands or falls with the commit.

/** Header value, written into the stream: published once, its meanings stay. */
const NONE = 'none';
const COPIED = 'copied';
const REMOVED = 'removed ';
const EXPIRED = 'expired';

export type EventNote =
  /** The record was written again: tags, grants, places of shards. Nothing happened that a client would call an event. */
  | { readonly kind: 'revised' }
  /** Made from another object. */
  | { readonly kind: 'copied' }
  /** This version (an id or `null`) went for good. */
  | { readonly kind: 'removed'; readonly version: string }
  /** A lifecycle rule did it: took this version away, or (without one) wrote a delete marker or left nothing of the key. */
  | { readonly kind: 'expired'; readonly version?: string };

export const REVISED: EventNote = { kind: 'revised' };

export function encodeNote(note: EventNote): string {
  if (note.kind === 'revised') return NONE;
  if (note.kind === 'copied') return COPIED;
  if (note.kind === 'removed') return REMOVED + note.version;
  return note.version === undefined ? EXPIRED : `${EXPIRED} ${note.version}`;
}

/** A note of a later version says nothing to us: the record speaks for itself. */
export function decodeNote(text: string | undefined): EventNote | undefined {
  if (text === NONE) return REVISED;
  if (text === COPIED) return { kind: 'copied' };
  if (text === EXPIRED) return { kind: 'expired' };
  if (text?.startsWith(`${EXPIRED} `) === true)
    return { kind: 'expired', version: text.slice(EXPIRED.length + 1) };
  return text?.startsWith(REMOVED) === true
    ? { kind: 'removed', version: text.slice(REMOVED.length) }
    : undefined;
}
