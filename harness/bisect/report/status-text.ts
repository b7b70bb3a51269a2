import { formatDuration, plural } from '../../units.ts';
import type { Action, Task } from '../search/action.ts';
import { rankSuspects } from '../search/conclude.ts';
import type { Suspect } from '../search/conclusion.ts';
import { entropy } from '../search/information.ts';
import type { Ledger } from '../search/ledger.ts';
import { nextAction } from '../search/next-action.ts';
import type { CommitNames } from './commit-names.ts';
import { conclusionLines, percent, shortP, type Terms } from './conclusion-text.ts';

const shownSuspects = 5;

/** The state of a search: the suspects, the next step, and the remaining work. */
export function statusLines(ledger: Ledger, names: CommitNames, terms: Terms, metric: string): string[] {
  const action = nextAction(ledger);
  if (action.kind === 'conclude')
    return conclusionLines({ conclusion: action.conclusion, ledger, names, terms, metric });
  return [
    ...suspectLines(ledger, names),
    `next: ${actionSentence(action, names)}`,
    progressLine(ledger, action),
  ];
}

function suspectLines(ledger: Ledger, names: CommitNames): string[] {
  const { ends, history } = ledger;
  const suspects = mostSuspected(ledger);
  if (suspects === undefined)
    return [`${history.candidates} commits are suspect; the ends are being compared`];
  const significance = ends.kind === 'more' ? '' : ` (p = ${shortP(ends.p)})`;
  return [
    `the ends differ${significance}; of ${history.candidates} commits most suspect are`,
    ...suspects.map(
      ({ commit, probability }) => `  ${percent(probability).padStart(7)}  ${names.full(commit)}`,
    ),
  ];
}

/** Undefined until the ends are known to differ. */
function mostSuspected({ evidence, history }: Ledger): Suspect[] | undefined {
  if (evidence === undefined || evidence.contradicted) return undefined;
  return rankSuspects(history, evidence).slice(0, shownSuspects);
}

/**
 * The current step and its reason, the suspects, and the progress, for a display that is redrawn.
 * @param action the next action of the ledger
 */
export function progressLines(ledger: Ledger, action: Action, names: CommitNames): string[] {
  if (action.kind === 'conclude') return ['the search has ended'];
  const suspects = mostSuspected(ledger)?.map(
    ({ commit, probability }) => `${names.short(commit)} ${percent(probability)}`,
  );
  return [
    turnSentence(action, names) ?? actionSentence(action, names),
    ...(suspects === undefined ? [] : [`suspect: ${suspects.join(', ')}`]),
    progressLine(ledger, action),
  ];
}

/** Interleaved boots count as one step. */
function turnSentence({ kind, purpose }: Task, names: CommitNames): string | undefined {
  if (kind === 'build') return undefined;
  switch (purpose.stage) {
    case 'ends':
      return 'boot the ends in turn: do they differ?';
    case 'search':
      return undefined;
    case 'confirm':
      return `boot ${names.full(purpose.bad)} and what comes before it in turn, rebuilt: to confirm the suspicion`;
    case 'revert':
      return `boot the last commit with and without ${names.full(purpose.culprit)} in turn: does the metric recover?`;
  }
}

/** The step and its reason, in one line. */
function actionSentence(action: Task, names: CommitNames): string {
  const purposes = {
    ends: 'an end of the range',
    search: 'it gives most information per second',
    confirm: 'a fresh boot or build, to confirm the suspicion',
    revert: 'does the metric recover without the culprit?',
  } as const;
  const where = action.kind === 'boot' ? names.inCell(action.cell) : '';
  return `${action.kind} ${names.source(action)}${where}: ${purposes[action.purpose.stage]}`;
}

/** The work so far, and an estimate of the remaining work. */
function progressLine(ledger: Ledger, action: Task): string {
  const { builds, boots, seconds } = ledger.spent;
  const left = action.purpose.stage === 'revert' ? revertSeconds(ledger) : secondsLeft(ledger);
  const guess = left === undefined ? '' : `, about ${formatDuration(left * 1e9)} left`;
  return `${plural(builds, 'build')}, ${plural(boots, 'boot')}, ${formatDuration(seconds * 1e9)} so far${guess}`;
}

/** One build per remaining bit of entropy, with the average number of boots per build so far; then the confirmation. */
function secondsLeft(ledger: Ledger): number | undefined {
  const { evidence, spent, attempts } = ledger;
  if (evidence === undefined || evidence.contradicted) return undefined;
  const { build, boot } = costsOf(ledger);
  const bits = entropy([...evidence.posterior.masses]);
  const bootsPerBuild = spent.boots / Math.max(1, spent.builds);
  const attempt = attempts.at(-1);
  // A suspect and usually one parent, each with a dozen boots.
  const unbuilt = 2 - (attempt?.built.size ?? 0);
  const confirmation = Math.max(0, unbuilt) * spent.wholeBuild + (attempt === undefined ? 24 * boot : 0);
  return bits * (build + bootsPerBuild * boot) + confirmation;
}

/** One build, and usually six boots with the culprit and six without. */
function revertSeconds(ledger: Ledger): number {
  const { build, boot } = costsOf(ledger);
  const { built = false, bad = [], reverted = [] } = ledger.revert ?? {};
  return (built ? 0 : build) + Math.max(1, 12 - bad.length - reverted.length) * boot;
}

/** Of a boot in the cell in which a suspicion is confirmed. */
function costsOf({ spent, confirmingCell }: Ledger): { build: number; boot: number } {
  const { build, boots } = spent.costs();
  return { build, boot: boots[confirmingCell] ?? 0 };
}
