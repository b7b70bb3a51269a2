import type { CommandContext } from '../context.ts';

/**
 * Runs a command in this process; its exit code becomes the exit code of the process. Definitions import the command only
 * when it runs, so that `--help` and small commands start quickly.
 */
export type Start = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

/** Examples at the end of a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}`).join('\n')}\n`;
}
