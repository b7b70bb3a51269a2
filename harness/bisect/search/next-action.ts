import { type Action, inCell } from './action.ts';
import { afterConfirmation, suspectRange } from './conclude.ts';
import type { Conclusion } from './conclusion.ts';
import { judgeSuspect, mostAttempts } from './confirmation.ts';
import type { Evidence } from './evidence.ts';
import { interleave } from './interleave.ts';
import { type Attempt, freshValues, type Ledger } from './ledger.ts';
import { chooseStep } from './next-step.ts';
import { mostSuspect } from './suspects.ts';

type Undecided = Extract<Conclusion, { kind: 'undecided' }>;

/**
 * The next action of a search. It depends only on the observations in the ledger: the same observations give the same
 * action, so a killed search can continue.
 */
export function nextAction(ledger: Ledger): Action {
  const { evidence } = ledger;
  if (evidence === undefined) return atEnds(ledger);
  const attempt = ledger.attempts.at(-1);
  if (attempt === undefined || isBroken(ledger, attempt)) return inSearch(ledger, evidence);
  const good = attempt.good.map(commit => freshValues(attempt, commit));
  const verdict = judgeSuspect(freshValues(attempt, attempt.bad), good, ledger.options.worse, attempt.number);
  if (verdict.kind === 'worse') return afterConfirmation(ledger, evidence, attempt, verdict.p);
  if (verdict.kind === 'not-worse') return inSearch(ledger, evidence);
  return stopped(ledger, evidence) ?? inAttempt(ledger, attempt);
}

function atEnds(ledger: Ledger): Action {
  const { goodEnd, badEnd, ends } = ledger;
  const purpose = { stage: 'ends' } as const;
  for (const commit of [goodEnd, badEnd]) {
    const title = ledger.untestable.get(commit);
    if (title !== undefined)
      return conclude({ kind: 'refused', reason: 'end-untestable', detail: `${commit}: ${title}` });
  }
  if (ledger.sameCode)
    return conclude({ kind: 'refused', reason: 'same-code', detail: 'both ends compile to the same code' });
  if (ends.kind === 'more') {
    if (ledger.overBudget) return undecided('budget', []);
    const unbuilt = [goodEnd, badEnd].find(commit => !ledger.isBuilt(commit));
    if (unbuilt !== undefined) return { kind: 'build', anew: false, commit: unbuilt, purpose };
    const sides = ledger.endBoots.flatMap(({ good, bad }, cell) => [
      { target: inCell({ commit: goodEnd, purpose }, cell), boots: good.length },
      { target: inCell({ commit: badEnd, purpose }, cell), boots: bad.length },
    ]);
    return interleave(ledger, sides);
  }
  const bootsNeeded = ends.kind === 'alike' ? ends.bootsNeeded : undefined;
  return conclude({
    kind: 'refused',
    reason: 'not-reproducible',
    detail: 'the ends do not differ provably',
    p: ends.p,
    bootsNeeded,
  });
}

function inSearch(ledger: Ledger, evidence: Evidence): Action {
  const { history, options } = ledger;
  if (evidence.contradicted) return undecided('contradiction', []);
  const spent = ledger.attempts.filter(hasBoots).length;
  if (spent >= mostAttempts) return undecided('attempts', suspectRange(ledger, evidence));
  const stop = stopped(ledger, evidence);
  if (stop) return stop;
  const untestable = ledger.untestablePlaces();
  const suspicion = mostSuspect(history, evidence.posterior.masses, untestable);
  if (suspicion !== undefined && suspicion.probability >= options.confidence) {
    const id = (place: number) => history.commitAt(place).id;
    const attempt = { bad: id(suspicion.bad), good: suspicion.good.map(id) };
    return inAttempt(ledger, {
      ...attempt,
      number: spent + 1,
      built: new Set(),
      values: new Map(),
    });
  }
  const { bootsPerCommit } = options;
  const step = chooseStep({ history, evidence, untestable, bootsPerCommit, costs: ledger.spent.costs() });
  if (step === undefined) return undecided('nothing-left', suspectRange(ledger, evidence));
  const target = { commit: history.commitAt(step.commit).id, purpose: { stage: 'search' } } as const;
  return step.kind === 'boot'
    ? { kind: 'boot', ...inCell(target, step.cell) }
    : { kind: 'build', anew: false, ...target };
}

function inAttempt(ledger: Ledger, attempt: Attempt): Action {
  const { number, bad, good } = attempt;
  const purpose = { stage: 'confirm' as const, attempt: number, bad, good: [...good] };
  const commits = [bad, ...good];
  const unbuilt = commits.find(commit => !attempt.built.has(commit));
  if (unbuilt !== undefined) return { kind: 'build', anew: true, commit: unbuilt, purpose };
  const sides = commits.map(commit => ({
    target: inCell({ commit, purpose }, ledger.confirmingCell),
    boots: freshValues(attempt, commit).length,
  }));
  return interleave(ledger, sides);
}

/** An attempt without a boot, because a commit did not build, spends nothing of the level. */
function hasBoots({ values }: Attempt): boolean {
  return [...values.values()].some(({ length }) => length > 0);
}

/** An attempt ends without result if one of its commits turns out to be untestable. */
function isBroken(ledger: Ledger, { bad, good }: Attempt): boolean {
  return [bad, ...good].some(commit => ledger.untestable.has(commit));
}

function stopped(ledger: Ledger, evidence: Evidence): Action | undefined {
  if (ledger.overBudget) return undecided('budget', suspectRange(ledger, evidence));
  if (ledger.spent.boots >= ledger.options.boots) return undecided('boots', suspectRange(ledger, evidence));
  return undefined;
}

function undecided(reason: Undecided['reason'], range: Undecided['range']): Action {
  return conclude({ kind: 'undecided', reason, range });
}

function conclude(conclusion: Conclusion): Action {
  return { kind: 'conclude', conclusion };
}
