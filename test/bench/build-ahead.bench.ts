import { readFile } from 'node:fs/promises';
import type { Observation } from '../../harness/bisect/search/observation.ts';
import { parseSearchLog } from '../../harness/bisect/search/search-log.ts';

/**
 * What building ahead could save at most, by the log of a real bisection: `node build/test/bench/build-ahead.bench.js LOG`.
 * A build can only be hidden behind the boots between it and the build before it, and only if the search wants it whatever
 * these boots show. A confirmation builds its two commits before it boots either, so nothing can be hidden behind them.
 */
const [path = 'results/example-bisect/bisect.ndjson'] = process.argv.slice(2);
const { observations } = parseSearchLog(await readFile(path, 'utf8'), path);

const isBoot = ({ type }: Observation) => type === 'booted' || type === 'boot-failed';
const sum = { seconds: 0, ends: 0, search: 0, confirm: 0, revert: 0, boots: 0, certain: 0, guessed: 0 };
let idle = 0;
let stageOfBoots: Observation['purpose']['stage'] | undefined;
for (const one of observations) {
  sum.seconds += one.seconds;
  if (isBoot(one)) {
    sum.boots += one.seconds;
    idle += one.seconds;
    stageOfBoots = one.purpose.stage;
    continue;
  }
  // A source that boots show to be untestable takes no time of its own.
  if (one.type === 'untestable' && one.cause !== 'build') continue;
  const { stage } = one.purpose;
  sum[stage] += one.seconds;
  if (stage !== 'confirm') {
    const hidden = Math.min(one.seconds, idle);
    // The first build of the search is wanted if the ends differ, the revert if the suspicion is confirmed.
    if (stage !== stageOfBoots) sum.certain += hidden;
    else sum.guessed += hidden;
  }
  idle = 0;
}

const show = (seconds: number) => `${seconds.toFixed(0)} s (${((seconds / sum.seconds) * 100).toFixed(1)} %)`;
process.stdout.write(
  [
    `${path}: ${sum.seconds.toFixed(0)} s in builds and boots`,
    `builds: ends ${show(sum.ends)}, search ${show(sum.search)}, confirmation ${show(sum.confirm)}, revert ${show(sum.revert)}`,
    `boots: ${show(sum.boots)}`,
    `hidden at most, if each build ahead costs the guests nothing: ${show(sum.certain)} where the next build is known,`,
    `and ${show(sum.guessed)} more if each choice of the search is guessed before its boots are made`,
    '',
  ].join('\n'),
);
