import { escapeTail, escapeText } from '../../escape.ts';
import type { Outcome } from '../../measurement/record.ts';
import type { TroubledTrial } from '../report-model.ts';

const consoleLines = 20;
/** Number of groups shown with their console. The others get one line each. */
const fullGroups = 8;
const namedTrials = 4;

/** Outcomes from worst to mildest. Interrupted trials are not listed; the totals count them. */
const severity: Outcome['kind'][] = ['crashed', 'failed', 'timeout', 'invalid', 'infrastructure'];

/** Trials with the same outcome and reason. */
type TroubleGroup = [TroubledTrial, ...TroubledTrial[]];

/**
 * The trials that did not pass, for the end of a report. Trials with the same outcome and reason are listed once, by the
 * first of them: a broken matrix breaks each of its boots in the same way.
 */
export function troubleLines(troubled: readonly TroubledTrial[], path: string): string[] {
  const groups = new Map<string, TroubleGroup>();
  for (const kind of severity) {
    for (const trial of troubled.filter(({ record }) => record.outcome.kind === kind)) {
      const key = `${kind} ${describeOutcome(trial.record.outcome)}`;
      const group = groups.get(key);
      if (group) group.push(trial);
      else groups.set(key, [trial]);
    }
  }
  return [...groups.values()].flatMap((group, index) => [
    ...(index > 0 && index < fullGroups ? [''] : []),
    ...groupLines(group, path, index < fullGroups),
  ]);
}

function groupLines(group: TroubleGroup, path: string, full: boolean): string[] {
  const [{ record, cell, reproduce }, ...others] = group;
  const reason = describeOutcome(record.outcome);
  const label = escapeText(cell.label, { length: 200 });
  const head = `${record.outcome.kind.toUpperCase()}  ${escapeText(record.trial)}  ${label}${reason && `: ${reason}`}`;
  if (!full) return [others.length > 0 ? `${head} (and ${others.length} more)` : head];
  const lines = [head];
  if (others.length > 0) lines.push(`  also:     ${listTrials(others)}`);
  lines.push(...escapeTail(record.consoleTail ?? [], consoleLines).map(line => `  | ${line}`.trimEnd()));
  lines.push(
    `  evidence: ${escapeText(path)}/trials/${escapeText(record.trial)}`,
    `  again:    ${reproduce}`,
  );
  return lines;
}

function listTrials(trials: readonly TroubledTrial[]): string {
  const named = trials.slice(0, namedTrials).map(({ record }) => escapeText(record.trial));
  if (trials.length > namedTrials) named.push(`and ${trials.length - namedTrials} more`);
  return named.join(', ');
}

function describeOutcome(outcome: Outcome): string {
  if (outcome.kind === 'timeout')
    return escapeText(`in ${outcome.phase}: ${outcome.reason}`, { length: 300 });
  if (outcome.kind === 'crashed') return escapeText(outcome.title, { length: 300 });
  return 'reason' in outcome ? escapeText(outcome.reason, { length: 300 }) : '';
}
