// A profile of V8 (`--cpu-prof`) as a table of hot functions and as a flame graph in SVG.

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A call, with the time of the calls it made. */
interface Call {
  readonly name: string;
  readonly selfUs: number;
  readonly totalUs: number;
  readonly calls: readonly Call[];
}

const ROW_PX = 17;
const WIDTH_PX = 1200;
/** A call narrower than this part of the picture is left out. */
const FRACTION_MIN = 0.003;
const LETTER_PX = 6.2;
/** Not work: the thread waited. */
const IDLE = '(idle)';

/** Self time by function as parts of the busy time, the hottest first. */
export function hotFunctions(profile: CpuProfile): readonly (readonly [name: string, fraction: number])[] {
  const self = new Map<string, number>();
  let busyUs = 0;
  for (const call of everyCall(callTree(profile))) {
    if (call.name === IDLE) continue;
    busyUs += call.selfUs;
    self.set(call.name, (self.get(call.name) ?? 0) + call.selfUs);
  }
  return [...self].map(([name, us]) => [name, us / busyUs] as const).sort(([, one], [, two]) => two - one);
}

export function flameGraph(profile: CpuProfile, title: string): string {
  const root = callTree(profile);
  const busy = { ...root, calls: root.calls.filter(({ name }) => name !== IDLE) };
  const totalUs = busy.calls.reduce((sum, { totalUs: us }) => sum + us, 0);
  const boxes: string[] = [];
  let depthMax = 0;
  const draw = (call: Call, fromUs: number, depth: number): void => {
    if (call.totalUs / totalUs < FRACTION_MIN) return;
    depthMax = Math.max(depthMax, depth);
    boxes.push(box(call, (fromUs / totalUs) * WIDTH_PX, depth, totalUs));
    let atUs = fromUs;
    for (const inner of call.calls) {
      draw(inner, atUs, depth + 1);
      atUs += inner.totalUs;
    }
  };
  let atUs = 0;
  for (const call of busy.calls) {
    draw(call, atUs, 1);
    atUs += call.totalUs;
  }
  const height = (depthMax + 2) * ROW_PX;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH_PX} ${height}" font-family="monospace" font-size="10">`;
  return [head, `<text x="4" y="12">${escaped(title)}</text>`, ...boxes, '</svg>', ''].join('\n');
}

function box(call: Call, x: number, depth: number, totalUs: number): string {
  const width = (call.totalUs / totalUs) * WIDTH_PX;
  const y = depth * ROW_PX;
  const percent = ((call.totalUs / totalUs) * 100).toFixed(1);
  const label = call.name.slice(0, Math.floor(width / LETTER_PX));
  const rect = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW_PX - 1}" fill="${colourOf(call.name)}"/>`;
  const text =
    label.length < 3 ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`;
  return `<g><title>${escaped(call.name)} ${percent} %</title>${rect}${text}</g>`;
}

/** The engine warm, Node and V8 grey. */
function colourOf(name: string): string {
  return name.includes('.js:') && !name.includes('node:') ? '#f2b179' : '#cdd3da';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function* everyCall(call: Call): Generator<Call> {
  yield call;
  for (const inner of call.calls) yield* everyCall(inner);
}

function callTree({ nodes, samples, timeDeltas }: CpuProfile): Call {
  const selfUs = new Map<number, number>();
  for (const [at, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[at] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const build = (node: ProfileNode): Call => {
    const calls = (node.children ?? []).flatMap((id) => byId.get(id) ?? []).map(build);
    const own = selfUs.get(node.id) ?? 0;
    const totalUs = own + calls.reduce((sum, call) => sum + call.totalUs, 0);
    return { name: nameOf(node), selfUs: own, totalUs, calls: calls.sort((a, b) => b.totalUs - a.totalUs) };
  };
  const [root] = nodes;
  if (root === undefined) throw new Error('a profile has a root');
  return build(root);
}

/** `append segment-store.js:258`, `write node:buffer`, `(garbage collector)`. */
function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  if (url.startsWith('node:')) return `${name} ${url}`;
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  return `${name} ${basename(file)}:${lineNumber + 1}`;
}
