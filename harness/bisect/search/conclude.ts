import { makeSample } from '../../statistics/samples/sample.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import { rankTest } from '../../statistics/tests/rank-test.ts';
import { type Action, inCell, type Task } from './action.ts';
import type { RevertCheck, SecondChange, Suspect } from './conclusion.ts';
import { judgeRevert } from './confirmation.ts';
import type { Evidence } from './evidence.ts';
import type { History } from './history.ts';
import { interleave } from './interleave.ts';
import { type Attempt, freshValues, type Ledger } from './ledger.ts';
import { claimOf } from './suspects.ts';

/** Two-sided level at which a second change is reported. */
const secondChangeLevel = 0.005;

/** The next step after a suspicion was confirmed: revert the culprit on the bad end, then end the search. */
export function afterConfirmation(ledger: Ledger, evidence: Evidence, attempt: Attempt, p: number): Action {
  const { history } = ledger;
  const { masses } = evidence.posterior;
  const claim = claimOf(history, history.placeOf(attempt.bad), masses, ledger.untestablePlaces());
  const culprits = claim.culprits.map(place => history.commitAt(place).id);
  const revert = checkRevert(ledger, culprits);
  if (revert.kind === 'build' || revert.kind === 'boot') return revert;
  const second = secondChanges(ledger, attempt);
  const { probability } = claim;
  return {
    kind: 'conclude',
    conclusion: { kind: 'found', culprits, probability, p, attempts: attempt.number, revert, second },
  };
}

/** The next step of the check, or its result. */
function checkRevert(ledger: Ledger, culprits: readonly string[]): Task | RevertCheck {
  const [culprit, another] = culprits;
  if (!ledger.options.revert) return { kind: 'not-asked' };
  if (culprit === undefined || another !== undefined)
    return { kind: 'impossible', reason: 'several commits are suspect' };
  if (culprit === ledger.badEnd) return { kind: 'same-as-parent' };
  const purpose = { stage: 'revert', culprit } as const;
  const reverted = { commit: ledger.badEnd, without: culprit, purpose };
  const trial = ledger.revert;
  if (trial?.impossible !== undefined) return { kind: 'impossible', reason: trial.impossible };
  const verdict = judgeRevert(trial?.bad ?? [], trial?.reverted ?? [], ledger.options.worse);
  if (verdict.kind === 'worse') return { kind: 'restored', boots: verdict.boots, p: verdict.p };
  if (verdict.kind === 'not-worse') return { kind: 'not-restored', boots: verdict.boots, p: verdict.p };
  if (ledger.overBudget || ledger.spent.boots >= ledger.options.boots)
    return { kind: 'impossible', reason: 'no boots are left' };
  if (!trial?.built) return { kind: 'build', anew: false, ...reverted };
  const cell = ledger.confirmingCell;
  return interleave(ledger, [
    { target: inCell({ commit: ledger.badEnd, purpose }, cell), boots: trial.bad.length },
    { target: inCell(reverted, cell), boots: trial.reverted.length },
  ]);
}

/**
 * Other changes in the range: parents that differ from the good end, a culprit that differs from the bad end. Compares only
 * fresh boots, because the boots of the search selected the culprit and would make it resemble an end.
 */
function secondChanges(
  { goodEnd, badEnd, endBoots, confirmingCell }: Ledger,
  attempt: Attempt,
): SecondChange[] {
  const { good = [], bad = [] } = endBoots[confirmingCell] ?? {};
  const found: SecondChange[] = [];
  const compare = (from: string, to: string, left: readonly Scalar[], right: readonly Scalar[]) => {
    const p = rankTest(makeSample(left), makeSample(right)).twoSided;
    if (from !== to && p <= secondChangeLevel) found.push({ good: from, bad: to, p });
  };
  for (const parent of attempt.good) compare(goodEnd, parent, good, freshValues(attempt, parent));
  compare(attempt.bad, badEnd, freshValues(attempt, attempt.bad), bad);
  return found;
}

/** Every commit with its share of the posterior, most suspect first. */
export function rankSuspects(history: History, { posterior }: Evidence): Suspect[] {
  return [...posterior.masses]
    .map((probability, place) => ({ commit: history.commitAt(place).id, probability }))
    .sort((a, b) => b.probability - a.probability);
}

/** The smallest set of commits that contains the first bad one with the given probability, most suspect first. */
export function suspectRange({ history, options }: Ledger, evidence: Evidence): Suspect[] {
  let sum = 0;
  return rankSuspects(history, evidence).filter(({ probability }) => {
    const needed = probability > 0 && sum < options.confidence;
    sum += probability;
    return needed;
  });
}
