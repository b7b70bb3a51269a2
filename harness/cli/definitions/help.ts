import type { Command } from 'commander';
import type { HelpOptions } from '../commands/help.ts';
import { examples, type Start } from './start.ts';

/** `help`, which replaces that of commander and also has topics. */
export function defineHelpCommand(program: Command, start: Start): void {
  program
    .helpCommand(false)
    .command('help')
    .description('explain a command or a topic, such as matrix, verdicts or formats')
    .argument('[word...]', 'a command or a topic; without one, the list of both')
    .option('--man', 'print the manual page, for man -l')
    .helpGroup('Reading:')
    .addHelpText(
      'after',
      examples('modstorm help verdicts', 'modstorm help baseline save', 'modstorm help --man > modstorm.1'),
    )
    .action((words: string[], options: HelpOptions) =>
      start(async context =>
        (await import('../commands/help.ts')).helpCommand(words, options, program, context),
      ),
    );
}
