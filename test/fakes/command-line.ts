import type { Command } from 'commander';
import { defineProgram } from '../../harness/cli/program.ts';

/** Every command and subcommand, defined and never run. */
export function allCommands(program = defineProgram(async () => {})): Command[] {
  return program.commands.flatMap(command => [command, ...allCommands(command)]);
}

/**
 * Parses a command line without running it.
 * @returns the command that would run, and with which options
 * @throws CommanderError or UsageError when the command line is refused
 */
export async function parseCommandLine(
  ...words: string[]
): Promise<{ name: string; options: Record<string, unknown> }> {
  const program = defineProgram(async () => {});
  let chosen: Command | undefined;
  program.hook('preAction', (_, command) => {
    chosen = command;
  });
  const silent = { writeOut: () => {}, writeErr: () => {} };
  for (const command of [program, ...allCommands(program)]) command.configureOutput(silent);
  await program.parseAsync(words, { from: 'user' });
  if (!chosen) throw new Error(`no command would run for ${words.join(' ')}`);
  return { name: chosen.name(), options: chosen.opts() };
}
