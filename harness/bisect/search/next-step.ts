import type { Evidence } from './evidence.ts';
import { type History, valueAt } from './history.ts';
import { binaryEntropy } from './information.ts';

/** The costs in seconds of a build, and of a boot in each cell, as measured so far. */
export interface Costs {
  build: number;
  boots: readonly number[];
}

/** The next step of a search, with its expected information. */
export interface Step {
  kind: 'build' | 'boot';
  /** Index in the history. */
  commit: number;
  /** Number of the most informative cell. */
  cell: number;
  /** Probability that the commit is bad. */
  probability: number;
  bitsPerSecond: number;
}

/** The input of the choice. */
export interface StepChoice {
  history: History;
  evidence: Evidence;
  untestable: ReadonlySet<number>;
  /** Maximum number of boots of one commit. */
  bootsPerCommit: number;
  costs: Costs;
}

/** Information below this is only rounding error. */
const leastBits = 1e-6;

/**
 * The step that gives most information about the first bad commit per second: another boot of a built commit in one of the
 * cells, or building the commit whose probability of being bad is nearest to one half and booting it the optimal number of
 * times. This automatically repeats boots of doubtful commits, and weighs a build against the boots that could be made
 * instead.
 * @returns undefined if no step gives any information
 */
export function chooseStep(choice: StepChoice): Step | undefined {
  const { history, evidence } = choice;
  const badness = history.accumulate(evidence.posterior.masses);
  const boot = bestBoot(choice, badness);
  const build = bestBuild(choice, badness);
  if (boot === undefined || build === undefined) return boot ?? build;
  return build.bitsPerSecond > boot.bitsPerSecond ? build : boot;
}

function bestBoot(choice: StepChoice, badness: Float64Array): Step | undefined {
  const { evidence, untestable, bootsPerCommit, costs } = choice;
  let best: Step | undefined;
  for (const { commit, boots } of evidence.builds()) {
    if (boots >= bootsPerCommit || untestable.has(commit)) continue;
    const probability = valueAt(badness, commit);
    for (const [cell, seconds] of costs.boots.entries()) {
      const bits = evidence.bitsPerBoot(commit, cell);
      const bitsPerSecond = bits / seconds;
      if (bits < leastBits || bitsPerSecond <= (best?.bitsPerSecond ?? 0)) continue;
      best = { kind: 'boot', commit, cell, probability, bitsPerSecond };
    }
  }
  return best;
}

function bestBuild(choice: StepChoice, badness: Float64Array): Step | undefined {
  const commit = evenestUnbuilt(choice, badness);
  if (commit === undefined) return undefined;
  const probability = valueAt(badness, commit);
  let best: Step | undefined;
  for (const [cell, seconds] of choice.costs.boots.entries()) {
    const bits = Math.min(binaryEntropy(probability), choice.evidence.bitsPerBoot(commit, cell));
    if (bits < leastBits) continue;
    const bitsPerSecond = buildRate(probability, bits, seconds, choice);
    if (bitsPerSecond > (best?.bitsPerSecond ?? 0))
      best = { kind: 'build', commit, cell, probability, bitsPerSecond };
  }
  return best;
}

/** The commit whose probability of being bad is nearest to one half, weighted by the probability that it is testable. */
function evenestUnbuilt(choice: StepChoice, badness: Float64Array): number | undefined {
  const { history, evidence, untestable } = choice;
  const trust = trustOf(choice);
  let best: number | undefined;
  let most = 0;
  for (const [place, probability] of badness.entries()) {
    const worth = binaryEntropy(probability) * (trust.get(place) ?? 1);
    if (worth <= most || evidence.isBuilt(place) || untestable.has(place)) continue;
    if (!history.commitAt(place).candidate) continue;
    most = worth;
    best = place;
  }
  return best;
}

/**
 * Bits per second of building a commit and booting it b times, for the best b: each boot reduces the remaining entropy H by
 * the same fraction, which gives H (1 - (1 - I/H)^b) / (build + b boot).
 */
function buildRate(
  probability: number,
  bits: number,
  boot: number,
  { costs, bootsPerCommit }: StepChoice,
): number {
  const whole = binaryEntropy(probability);
  const kept = 1 - bits / whole;
  let best = 0;
  for (let boots = 1; boots <= bootsPerCommit; boots++) {
    const rate = (whole * (1 - kept ** boots)) / (costs.build + boots * boot);
    if (rate < best) break;
    best = rate;
  }
  return best;
}

/**
 * The probability that doubtful commits are testable. What breaks one commit breaks its neighbours: next to n untestable
 * commits between the same two builds, a commit at distance n from the nearest has even odds.
 */
function trustOf({ history, evidence, untestable }: StepChoice): Map<number, number> {
  const trust = new Map<number, number>();
  if (untestable.size === 0) return trust;
  let start = 0;
  for (let place = 1; place < history.commits.length; place++) {
    if (!evidence.isBuilt(place)) continue;
    const broken = [...untestable].filter(one => one > start && one < place);
    if (broken.length > 0) {
      for (let one = start + 1; one < place; one++) {
        const distance = Math.min(...broken.map(other => Math.abs(other - one)));
        trust.set(one, 1 - 0.5 ** (distance / broken.length));
      }
    }
    start = place;
  }
  return trust;
}
