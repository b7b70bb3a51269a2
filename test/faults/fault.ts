import type { Answer } from './answer.ts';
import type { Lab } from './lab.ts';

/** Something that goes wrong, done for real, and what modstorm should make of it. */
export interface Fault {
  /** For the table: `run.json is a FIFO, report`. */
  name: string;
  /** Brings the fault about and gives back the answer of the last command. */
  provoke: (lab: Lab) => Promise<Answer>;
  exit: number;
  /** Error code that must be told; absent when the fault must do no harm. */
  code?: string;
  /** Text that must be in the output. */
  says?: RegExp;
  /** What is still there afterwards on purpose, in words of `Lab.leftovers`; default: nothing. */
  leaves?: RegExp;
  /** Only root can bring it about. */
  needsRoot?: boolean;
}
