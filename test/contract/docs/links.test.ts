// What the pages and the comments point at is there: files, headings, source files, decisions.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';

const PAGES = ['README.md', ...filesIn('docs', '.md')];
const SOURCES = filesIn('src', '.ts');

function filesIn(directory: string, end: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(end)).map((name) => join(directory, name));
}

const text = (file: string): string => readFileSync(file, 'utf8');
/** Without code blocks, whose brackets are no links and whose hashes are no headings. */
const prose = (page: string): string => text(page).replace(/```.*?```/gs, '');

/** As GitHub makes the anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(page: string): Set<string> {
  return new Set([...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!)));
}

test('every relative link of a page leads to a file and, where it names one, to a heading', () => {
  const dead = PAGES.flatMap((page) =>
    [...prose(page).matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]*))?\)/g)]
      .filter(([, path, anchor]) => {
        const target = path === '' ? page : normalize(join(dirname(page), path!));
        if (!existsSync(target)) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
      })
      .map(([link]) => `${page}: ${link}`),
  );
  expect(dead).toEqual([]);
});

test('source files that pages name are there', () => {
  const rooms = readdirSync('src');
  const named = new RegExp(`\`((?:${rooms.join('|')})/[\\w/-]+)(\\.ts)?\``, 'g');
  const lost = PAGES.flatMap((page) =>
    [...text(page).matchAll(named)]
      .filter(([, path]) => !SOURCES.some((file) => file.startsWith(`src/${path}`)))
      .map(([name]) => `${page}: ${name}`),
  );
  expect(lost).toEqual([]);
});

test('pages that comments name are there', () => {
  const lost = SOURCES.flatMap((file) =>
    [...text(file).matchAll(/docs\/[\w./-]+\.md/g)]
      .filter(([page]) => !existsSync(page))
      .map(([page]) => `${file}: ${page}`),
  );
  expect(lost).toEqual([]);
});

test('the index of the decisions names each of them', () => {
  const index = text('docs/decisions/README.md');
  const missing = readdirSync('docs/decisions').filter(
    (file) => file !== 'README.md' && !index.includes(`](${file})`),
  );
  expect(missing).toEqual([]);
});
