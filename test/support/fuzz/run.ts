// `npm run fuzz -- --seconds 60 [--target NAME] [--seed TEXT]`: every parser of outside bytes, one after the other, round and round.
// What is found is written to test/fuzz/corpus/<target>/ and named; the input is then tried by every `make test`.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CORPUS, corpusOf, TARGETS } from './targets.ts';
import { fuzz } from './target.ts';
import { closeView } from './view-target.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    seed: { type: 'string' },
  },
});
const chosen = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
const seed = values.seed ?? String(Date.now());
const endsAtMs = performance.now() + Number(values.seconds) * 1_000;
let findings = 0;
console.info(`seed ${seed}, ${chosen.length} targets`);
for (const [at, target] of chosen.entries()) {
  const untilMs = performance.now() + (endsAtMs - performance.now()) / (chosen.length - at);
  const isOver = (): boolean => performance.now() > untilMs;
  const { tally, finding } = await fuzz(target, corpusOf(target.name), { seed, isOver });
  console.info(`${target.name}: ${JSON.stringify(tally)}`);
  if (finding === undefined) continue;
  findings += 1;
  const name = createHash('sha256').update(finding.input).digest('hex').slice(0, 16);
  mkdirSync(join(CORPUS, target.name), { recursive: true });
  writeFileSync(join(CORPUS, target.name, name), finding.input);
  console.error(`FOUND in ${target.name} (${finding.seed}, kept as ${name}): ${finding.problem}`);
}
await closeView();
const { maxRSS } = process.resourceUsage();
console.info(`${findings} findings, at most ${Math.round(maxRSS / 1024)} MiB resident`);
process.exitCode = findings > 0 ? 1 : 0;
