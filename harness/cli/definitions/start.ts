import type { CommandContext } from '../context.ts';

/**
 * Runs a command in the world of the process; its exit code becomes that of the process. Definitions import the command
 * inside, so that `--help` and small commands start quickly.
 */
export type Start = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

/** Examples behind the help of a command. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}`).join('\n')}\n`;
}
