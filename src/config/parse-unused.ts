// Settings of the Go version that existing configurations carry. They are checked for their shape, so that a typing
// error is still found, and reported at start: a setting without effect must not look like one with effect.

import type { Section } from './section.ts';

type Shape = Readonly<Record<string, 'text' | 'number' | 'flag'>>;

const UNUSED: Readonly<Record<string, Shape>> = {
  meta: { snapshot_threshold: 'number', trailing_logs: 'number' },
};

/** Consumes the sections; returns one sentence for each that is present. */
export function parseUnused(root: Section): readonly string[] {
  const notices = root.has('ratelimit') ? [parseRateLimit(root.section('ratelimit'))] : [];
  for (const [name, shape] of Object.entries(UNUSED)) {
    if (!root.has(name)) continue;
    checkShape(root.section(name), shape);
    notices.push(`[${name}] has no effect in this version`);
  }
  if (root.section('s3').has('enable_http2')) notices.push('[s3] enable_http2 has no effect in this version');
  return notices;
}

function parseRateLimit(section: Section): string {
  const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const enabled = section.boolean('enabled', false);
  const actions = section.section('action');
  for (const limits of [section, ...actions.keys().map((key) => actions.section(key))]) {
    limits.number('rate', bounds, 0);
    limits.number('burst', bounds, 0);
    limits.finish();
  }
  return enabled
    ? '[ratelimit] enabled = true has no effect in this version: nothing is throttled'
    : '[ratelimit] has no effect in this version';
}

function checkShape(section: Section, shape: Shape): void {
  for (const [key, kind] of Object.entries(shape)) {
    if (kind === 'text') section.optionalString(key);
    if (kind === 'number') section.number(key, { min: 0, max: Number.MAX_SAFE_INTEGER }, 0);
    if (kind === 'flag') section.boolean(key, false);
  }
  section.finish();
}
