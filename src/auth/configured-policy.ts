// The `policy` lists of the configuration as policies: what may be done with which buckets, and with everything in them.

import { Pattern } from './policy/pattern.ts';
import type { Policy } from './policy/document.ts';
import type { Statement, TextMatcher } from './policy/statement.ts';
import { matchesUnits, patternUnits, type PatternUnits } from './wildcard.ts';

/** One entry of `[[auth]] policy`. */
export interface ConfiguredGrant {
  /** A bucket name, or a pattern with `*` and `?`. */
  readonly bucket: string;
  /** Action names with their prefix (`s3:GetObject`), or patterns (`s3:Get*`, `s3:*`, `*`). Case does not matter. */
  readonly actions: readonly string[];
}

const RESOURCE = /^arn:aws:s3:::([^/]*)/;

/** Matches the bucket of a resource; a pattern never reaches into keys. Where there is no bucket, only actions count. */
class BucketMatcher implements TextMatcher {
  readonly #pattern: PatternUnits;

  constructor(pattern: string) {
    this.#pattern = patternUnits(pattern, true);
  }

  matches(resource: string): boolean {
    if (resource === '*') return true;
    const bucket = RESOURCE.exec(resource)?.[1];
    return bucket !== undefined && matchesUnits(this.#pattern, bucket);
  }

  isKnown(): boolean {
    return true;
  }
}

export function policyOfGrants(grants: readonly ConfiguredGrant[]): Policy {
  return { statements: grants.map(statementOf), asksForObject: false };
}

function statementOf({ bucket, actions }: ConfiguredGrant): Statement {
  const rules = { wildcards: true, variables: false, ignoreCase: true };
  return {
    effect: 'Allow',
    actions: { inverted: false, entries: actions.map((action) => new Pattern(action, rules)) },
    resources: { inverted: false, entries: [new BucketMatcher(bucket)] },
    conditions: [],
    unsupported: false,
  };
}
