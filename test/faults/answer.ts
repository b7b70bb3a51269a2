/** What a command of modstorm left. */
export interface Answer {
  /** Exit code; 128 + number after a signal. */
  exit: number;
  stdout: string;
  stderr: string;
  seconds: number;
}
