import type { Finding } from '../finding.ts';

/** A kernel message that matters for the interpretation of numbers. */
export interface LogRule {
  code: string;
  severity: Finding['severity'];
  pattern: RegExp;
  /** The pattern only matches the beginning of a message: the rest may have been broken off. */
  isPartial?: true;
  /** The sentence, from the groups of the pattern. */
  message(groups: readonly (string | undefined)[]): string;
}
