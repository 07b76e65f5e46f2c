// The shell of the HTML reference: styles and the search, inside the page, so that it reads offline.

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2563eb; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 17rem 1fr; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); }
nav input { width: 100%; padding: .4rem .6rem; font: inherit; }
nav a { display: block; padding: .1rem 0; color: inherit; text-decoration: none; }
nav a:hover { color: var(--accent); }
nav h2 { font-size: .8rem; margin: 1rem 0 .2rem; opacity: .7; }
main { padding: 1rem 2rem 6rem; max-width: 62rem; min-width: 0; }
section { border-top: 1px solid var(--line); padding-top: .5rem; margin-top: 2rem; }
h1, h2, h3 { line-height: 1.2; } h3 { margin: 0 0 .3rem; font-size: 1.25rem; } h4 { margin: 1rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td, th { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); }
code, pre { font: .85rem/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .6rem; overflow: auto; margin: .3rem 0; }
.tag { border: 1px solid var(--line); border-radius: .6rem; padding: 0 .5rem; font-size: .8rem; margin-right: .3rem; }
.required::after { content: ' *'; color: #dc2626; }
summary { cursor: pointer; }
@media (max-width: 45rem) { body { display: block; } nav { position: static; height: auto; } }
`;

const SEARCH = `
const box = document.querySelector('input');
const sections = [...document.querySelectorAll('[data-words]')];
box.addEventListener('input', () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const one of sections) one.hidden = !words.every((word) => one.dataset.words.includes(word));
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && event.target !== box) { event.preventDefault(); box.focus(); }
});
`;

export interface PageEntry {
  readonly id: string;
  readonly title: string;
  /** What the search looks in. */
  readonly words: string;
  readonly html: string;
}

export interface PageFamily {
  readonly title: string;
  readonly description: string;
  readonly entries: readonly PageEntry[];
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Prose of the sources: escaped, with \`code\` as code. */
export function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

export function page(title: string, introduction: string, families: readonly PageFamily[]): string {
  const links = families.map(
    (family) => `<h2>${escapeHtml(family.title)}</h2>\n${family.entries.map(link).join('\n')}`,
  );
  const sections = families.map(
    (family) =>
      `<h2>${escapeHtml(family.title)}</h2>\n<p>${prose(family.description)}</p>\n${family.entries.map(section).join('\n')}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<nav><input type="search" placeholder="Search (press /)" aria-label="Search">
${links.join('\n')}
</nav>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${prose(introduction)}</p>
${sections.join('\n')}
</main>
<script>${SEARCH}</script>
</body>
</html>
`;
}

function words(entry: PageEntry): string {
  return escapeHtml(`${entry.title} ${entry.words}`.toLowerCase());
}

function link(entry: PageEntry): string {
  return `<a href="#${entry.id}" data-words="${words(entry)}">${escapeHtml(entry.title)}</a>`;
}

function section(entry: PageEntry): string {
  return `<section id="${entry.id}" data-words="${words(entry)}">\n<h3>${escapeHtml(entry.title)}</h3>\n${entry.html}\n</section>`;
}
