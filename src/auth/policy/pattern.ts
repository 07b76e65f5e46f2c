// Text of a policy as it is compared with text of a request: `*` is any run of characters, `?` is one, `${name}` is what
// the request says of itself.
//
// Invariants:
//  1. What a variable stands for is compared literally: a user called `*` is no wildcard.
//  2. A variable without a value matches nothing; one that this store does not know makes the statement `unsupported`.
//  3. Matching takes at most (length of pattern x length of text) steps and never recurses.

import { ANY_ONE, ANY_RUN, matchesUnits, patternUnits, type PatternUnits } from '../wildcard.ts';

/** What a request says of one condition key; absent when it says nothing. Keys are lower case. */
export type RequestValue = string | readonly string[] | undefined;
export type RequestValues = (key: string) => RequestValue;

export interface PatternRules {
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** `${…}` is replaced (policies of version 2012-10-17). */
  readonly variables: boolean;
  /** Letters match in either case. */
  readonly ignoreCase?: boolean;
}

type Piece =
  | { readonly kind: 'units'; readonly units: PatternUnits }
  | { readonly kind: 'variable'; readonly name: string; readonly fallback?: string };

const VARIABLE = /\$\{([^{}]*)\}/g;
const VARIABLE_BODY = /^\s*([a-z0-9]+:[a-z0-9:/_.+=@-]+)\s*(?:,\s*'([^']*)'\s*)?$/i;
/** `${*}`, `${?}` and `${$}` stand for the characters themselves. */
const ESCAPES: ReadonlySet<string> = new Set(['*', '?', '$']);

/** A compiled pattern. */
export class Pattern {
  /** Names of the variables, lower case. */
  readonly variables: readonly string[];
  /** It names a variable that nothing could ever fill. */
  readonly malformed: boolean;
  readonly #pieces: readonly Piece[];
  readonly #ignoreCase: boolean;
  /** The text, when there is neither wildcard nor variable. */
  readonly #exact: string | undefined;
  readonly #units: PatternUnits | undefined;

  constructor(text: string, rules: PatternRules) {
    const source = rules.ignoreCase === true ? text.toLowerCase() : text;
    const { pieces, malformed } = rules.variables
      ? piecesOf(source, rules.wildcards)
      : {
          pieces: [{ kind: 'units' as const, units: patternUnits(source, rules.wildcards) }],
          malformed: false,
        };
    this.#pieces = pieces;
    this.#ignoreCase = rules.ignoreCase === true;
    this.malformed = malformed;
    this.variables = pieces.flatMap((piece) => (piece.kind === 'variable' ? [piece.name] : []));
    this.#units = this.variables.length > 0 ? undefined : pieces.flatMap(unitsOfPiece);
    const units = this.#units;
    this.#exact = units?.every((unit) => unit >= 0) ? String.fromCharCode(...units) : undefined;
  }

  matches(text: string, values: RequestValues): boolean {
    const subject = this.#ignoreCase ? text.toLowerCase() : text;
    if (this.#exact !== undefined) return this.#exact === subject;
    const units = this.units(values);
    return units !== undefined && matchesUnits(units, subject);
  }

  /** The same by the parts of ARNs: a wildcard does not reach over a colon, but in the last part. */
  matchesArn(text: string, values: RequestValues): boolean {
    const units = this.units(values);
    if (units === undefined) return false;
    const wanted = splitUnits(units);
    const given = splitText(text);
    if (wanted.length !== ARN_PARTS || given.length !== ARN_PARTS) return false;
    return wanted.every((part, index) => matchesUnits(part, given[index] ?? ''));
  }

  /** Whether it could match a text that begins with `beginning`, whatever variables stand for. */
  couldBegin(beginning: string): boolean {
    if (this.#units === undefined) return true;
    for (let at = 0; at < beginning.length; at += 1) {
      const unit = this.#units[at];
      if (unit === ANY_RUN) return true;
      if (unit === undefined || (unit !== ANY_ONE && unit !== beginning.charCodeAt(at))) return false;
    }
    return true;
  }

  /** Whether the request has a value for each of its variables. */
  isKnown(values: RequestValues): boolean {
    return this.units(values) !== undefined;
  }

  /** Code units with the variables filled in; undefined when one has no value. */
  units(values: RequestValues): PatternUnits | undefined {
    if (this.#units !== undefined) return this.#units;
    const units: number[] = [];
    for (const piece of this.#pieces) {
      const filled = piece.kind === 'units' ? piece.units : fill(piece, values);
      if (filled === undefined) return undefined;
      units.push(...filled);
    }
    return units;
  }
}

/** The text with its variables filled in; undefined when one has no value. */
export function fillVariables(pattern: Pattern, values: RequestValues): string | undefined {
  const units = pattern.units(values);
  return units === undefined ? undefined : String.fromCharCode(...units.filter((unit) => unit >= 0));
}

function fill(piece: Piece & { kind: 'variable' }, values: RequestValues): PatternUnits | undefined {
  const value = values(piece.name);
  const text = typeof value === 'string' ? value : piece.fallback;
  return text === undefined ? undefined : patternUnits(text, false);
}

function unitsOfPiece(piece: Piece): PatternUnits {
  return piece.kind === 'units' ? piece.units : [];
}

function piecesOf(text: string, wildcards: boolean): { pieces: Piece[]; malformed: boolean } {
  const pieces: Piece[] = [];
  let malformed = false;
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    pieces.push({ kind: 'units', units: patternUnits(text.slice(end, match.index), wildcards) });
    end = match.index + match[0].length;
    const body = match[1] ?? '';
    if (ESCAPES.has(body)) {
      pieces.push({ kind: 'units', units: patternUnits(body, false) });
      continue;
    }
    const [, name, fallback] = VARIABLE_BODY.exec(body) ?? [];
    if (name === undefined) malformed = true;
    const variable = { kind: 'variable' as const, name: (name ?? '').toLowerCase() };
    pieces.push(fallback === undefined ? variable : { ...variable, fallback });
  }
  pieces.push({ kind: 'units', units: patternUnits(text.slice(end), wildcards) });
  return { pieces, malformed };
}

const ARN_PARTS = 6;
const COLON = 0x3a;

function splitUnits(units: PatternUnits): PatternUnits[] {
  const parts: PatternUnits[] = [];
  let begin = 0;
  for (let at = 0; at < units.length && parts.length < ARN_PARTS - 1; at += 1) {
    if (units[at] !== COLON) continue;
    parts.push(units.slice(begin, at));
    begin = at + 1;
  }
  parts.push(units.slice(begin));
  return parts;
}

function splitText(text: string): string[] {
  const parts = text.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')].slice(0, ARN_PARTS);
}
