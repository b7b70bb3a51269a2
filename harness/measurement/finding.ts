/** Something unusual that a reader should know before trusting a number. */
export interface Finding {
  /** Stable code, upper case: `SUM_MISMATCH`, `LIST_TRUNCATED`, `UNKNOWN_LABEL`. */
  code: string;
  severity: 'note' | 'warning' | 'invalid';
  /** One sentence that says what was expected and what was seen. */
  message: string;
  /** 1-based line of the text it was found in, if it has one. */
  line?: number;
}
