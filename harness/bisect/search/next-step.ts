import type { Evidence } from './evidence.ts';
import { type History, valueAt } from './history.ts';
import { binaryEntropy } from './information.ts';

/** What a build and a boot in each of the cells cost, in seconds, as measured so far. */
export interface Costs {
  build: number;
  boots: readonly number[];
}

/** The next step of a search, with what it is expected to tell. */
export interface Step {
  kind: 'build' | 'boot';
  /** Place in the history. */
  commit: number;
  /** Number of the cell that tells most. */
  cell: number;
  /** Probability that the commit is bad. */
  probability: number;
  bitsPerSecond: number;
}

/** What the choice depends on. */
export interface StepChoice {
  history: History;
  evidence: Evidence;
  untestable: ReadonlySet<number>;
  /** Most boots of one commit. */
  bootsPerCommit: number;
  costs: Costs;
}

/** Below this a step tells nothing but rounding. */
const leastBits = 1e-6;

/**
 * The step that tells most about the first bad commit per second: one more boot of a built commit in one of the cells, or
 * building the commit that is bad with a probability nearest to one half and booting it as often as pays. Commits in doubt
 * are so booted again by themselves, and a build is weighed against the boots that it would cost.
 * @returns undefined when no step tells anything
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

/** The commit that is bad with a probability nearest to one half, weighed with the trust that it can be tested. */
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
 * Bits per second of building a commit and booting it b times, for the best b: what is left to learn, H, shrinks by the
 * share of one boot each time, H (1 - (1 - I/H)^b) / (build + b boot).
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
 * How far commits can be trusted to be testable, where that is in doubt. What breaks one commit breaks its neighbours: beside n untestable
 * commits between the same two builds, a commit at distance n of the nearest has even odds.
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
