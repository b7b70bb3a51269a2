import type { Finding } from '../finding.ts';

/** A line of the kernel that a reader of numbers must know. */
export interface LogRule {
  code: string;
  severity: Finding['severity'];
  pattern: RegExp;
  /** It knows the beginning of a message only: more may have been broken off. */
  isPartial?: true;
  /** The sentence, from the groups of the pattern. */
  message(groups: readonly (string | undefined)[]): string;
}
