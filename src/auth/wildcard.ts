// Patterns as AWS policies write them: `*` is any run of characters, `?` is one. Linear in the product of both lengths, no regular
// expression and no recursion, because patterns come from configuration and texts from clients.

/** UTF-16 code units of a pattern; the two wildcards are below all of them. */
export type PatternUnits = readonly number[];
export const ANY_RUN = -1;
export const ANY_ONE = -2;

const ASTERISK = 0x2a;
const QUESTION_MARK = 0x3f;

/** `wildcards`: `*` and `?` stand for others; otherwise for themselves. */
export function patternUnits(text: string, wildcards: boolean): PatternUnits {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at);
    if (!wildcards) return unit;
    return unit === ASTERISK ? ANY_RUN : unit === QUESTION_MARK ? ANY_ONE : unit;
  });
}

/** Tells whether `text` as a whole matches. */
export function matchesUnits(pattern: PatternUnits, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const unit = pattern[p];
    if (unit === ANY_RUN) {
      starAt = p;
      resumeAt = t;
      p += 1;
    } else if (unit !== undefined && (unit === ANY_ONE || unit === text.charCodeAt(t))) {
      p += 1;
      t += 1;
    } else if (starAt >= 0) {
      p = starAt + 1;
      resumeAt += 1;
      t = resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === ANY_RUN) p += 1;
  return p === pattern.length;
}

/** Tells whether `text` as a whole matches `pattern`. Case matters: fold both first where it should not. */
export function matchesWildcard(pattern: string, text: string): boolean {
  return matchesUnits(patternUnits(pattern, true), text);
}
