import type { Answer } from './answer.ts';
import type { Lab } from './lab.ts';

/** A real fault, and the expected reaction of modstorm. */
export interface Fault {
  /** For the table: `run.json is a FIFO, report`. */
  name: string;
  /** Injects the fault and returns the result of the last command. */
  provoke: (lab: Lab) => Promise<Answer>;
  exit: number;
  /** The expected error code; absent if the fault must do no harm. */
  code?: string;
  /** Text that must be in the output. */
  says?: RegExp;
  /** What may remain afterwards, in the terms of `Lab.leftovers`; default: nothing. */
  leaves?: RegExp;
  /** Only root can inject it. */
  needsRoot?: boolean;
  /** A file of the host without which it cannot be injected. */
  needsFile?: string;
}
