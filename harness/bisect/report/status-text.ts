import { formatDuration } from '../../units.ts';
import type { Action } from '../search/action.ts';
import { entropy } from '../search/information.ts';
import type { Ledger } from '../search/ledger.ts';
import { nextAction } from '../search/next-action.ts';
import type { CommitNames } from './commit-names.ts';
import { conclusionLines, formatP, percent, type Terms } from './conclusion-text.ts';

const shownSuspects = 5;

/** Where a search stands: what is suspect, what comes next, and how much there is to do. */
export function statusLines(ledger: Ledger, names: CommitNames, terms: Terms, metric: string): string[] {
  const action = nextAction(ledger);
  if (action.kind === 'conclude')
    return conclusionLines({ conclusion: action.conclusion, ledger, names, terms, metric });
  return [...suspectLines(ledger, names), `next: ${actionSentence(action, names)}`, progressLine(ledger)];
}

function suspectLines({ ends, evidence, history }: Ledger, names: CommitNames): string[] {
  if (evidence === undefined || evidence.contradicted)
    return [`${history.candidates} commits are suspect; the ends are being compared`];
  const suspects = [...evidence.posterior.masses]
    .map((mass, place) => ({ mass, commit: history.commitAt(place).id }))
    .sort((a, b) => b.mass - a.mass)
    .slice(0, shownSuspects);
  const told = ends.kind === 'more' ? '' : ` (p = ${formatP(ends.p)})`;
  return [
    `the ends differ${told}; of ${history.candidates} commits most suspect are`,
    ...suspects.map(({ mass, commit }) => `  ${percent(mass).padStart(7)}  ${names.full(commit)}`),
  ];
}

/** What is done and why, in one line. */
export function actionSentence(action: Exclude<Action, { kind: 'conclude' }>, names: CommitNames): string {
  const source =
    action.without === undefined
      ? names.full(action.commit)
      : `${names.short(action.commit)} without ${names.full(action.without)}`;
  const purposes = {
    ends: 'an end of the range',
    search: 'it tells most per second',
    confirm: 'a fresh boot or build, to confirm the suspicion',
    revert: 'does the metric come back without the culprit?',
  } as const;
  return `${action.kind} ${source}: ${purposes[action.purpose.stage]}`;
}

/** What was done so far, and a guess of what is left. */
export function progressLine(ledger: Ledger): string {
  const { builds, boots, seconds } = ledger.spent;
  const left = secondsLeft(ledger);
  const guess = left === undefined ? '' : `, about ${formatDuration(left * 1e9)} left`;
  return `${builds} builds, ${boots} boots, ${formatDuration(seconds * 1e9)} so far${guess}`;
}

/** A build for every bit of doubt that is left, with boots as many as each has had so far; then the confirmation. */
function secondsLeft(ledger: Ledger): number | undefined {
  const { evidence, spent, attempts } = ledger;
  if (evidence === undefined || evidence.contradicted) return undefined;
  const { build, boot } = ledger.costs();
  const bits = entropy([...evidence.posterior.masses]);
  const bootsPerBuild = spent.boots / Math.max(1, spent.builds);
  const confirmation = attempts.length === 0 ? 2 * build + 24 * boot : 0;
  return bits * (build + bootsPerBuild * boot) + confirmation;
}
