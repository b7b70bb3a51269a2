import { escapeText } from '../escape.ts';
import type { Outcome } from '../measurement/record.ts';

/** The words of the outcomes, at most seven letters, for lines and tables. */
export const outcomeWords: Record<Outcome['kind'], string> = {
  passed: 'PASS',
  failed: 'FAIL',
  invalid: 'INVALID',
  skipped: 'SKIP',
  timeout: 'TIMEOUT',
  crashed: 'CRASH',
  infrastructure: 'LOST',
  interrupted: 'STOPPED',
};

/** Why a trial ended as it did, escaped, on one line; empty when there is nothing to add to the word. */
export function outcomeReason(outcome: Outcome, length = 200): string {
  switch (outcome.kind) {
    case 'passed':
    case 'interrupted':
      return '';
    case 'timeout':
      return escapeText(`in ${outcome.phase}: ${outcome.reason}`, { length });
    case 'crashed':
      return escapeText(outcome.title, { length });
    default:
      return escapeText(outcome.reason, { length });
  }
}
