import { Argument, type Command } from 'commander';
import { type Shell, shells } from '../completion/shell-script.ts';
import { examples, type Start } from './start.ts';

/** `completion`, and `complete`, which the scripts call. */
export function defineCompletionCommands(program: Command, start: Start): void {
  program
    .command('completion')
    .description(
      'print a script that completes commands, options, matrices, runs, baselines, metrics and cells of the command modstorm, which `npm link` installs',
    )
    .addArgument(new Argument('<shell>', 'the shell that loads it').choices(shells))
    .helpGroup('Host:')
    .addHelpText(
      'after',
      examples(
        'modstorm completion bash > ~/.local/share/bash-completion/completions/modstorm',
        'modstorm completion zsh > ~/.zfunc/_modstorm        # with ~/.zfunc in $fpath',
        'modstorm completion fish > ~/.config/fish/completions/modstorm.fish',
      ),
    )
    .action((shell: Shell) =>
      start(async context => (await import('../commands/complete.ts')).completionCommand(shell, context)),
    );
  program
    .command('complete', { hidden: true })
    .description('print what the last word may become, for the scripts of `completion`')
    .argument('[word...]', 'the words of a command line')
    .passThroughOptions()
    .action((words: string[]) =>
      start(async context =>
        (await import('../commands/complete.ts')).completeCommand(words, program, context),
      ),
    );
}
