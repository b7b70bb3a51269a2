import type { Command } from 'commander';
import type { BaselineOptions } from '../commands/baseline.ts';
import { baselinesOption, jsonOption, resultsOption } from '../options.ts';
import { examples, type Start } from './start.ts';

/** `baseline save`, `list`, `show` and `remove`: runs are saved only on request. */
export function defineBaselineCommands(program: Command, start: Start): void {
  const baseline = program
    .command('baseline')
    .description('manage baselines: saved runs to compare with, one file each, meant for git')
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples('modstorm baseline save nightly-6.12 latest', 'modstorm compare nightly-6.12 latest'),
    );
  const commands = () => import('../commands/baseline.ts');
  baseline
    .command('save')
    .description('save the samples of a run under a name')
    .argument('<name>', 'letters, digits, dots, dashes')
    .argument('<run>', 'path of a run folder, its name, or `latest`')
    .addOption(baselinesOption())
    .addOption(resultsOption('found'))
    .option('--replace', 'replace an existing baseline of that name')
    .option('--force', 'replace it even if the run was made under different conditions')
    .addOption(jsonOption())
    .action((name: string, run: string, options: BaselineOptions) =>
      start(async context => (await commands()).saveBaseline(name, run, options, context)),
    );
  baseline
    .command('list')
    .description('list all baselines')
    .addOption(baselinesOption())
    .addOption(jsonOption())
    .action((options: BaselineOptions) =>
      start(async context => (await commands()).listBaselines(options, context)),
    );
  baseline
    .command('show')
    .description('show the samples of a baseline and the conditions they were measured under')
    .argument('<name>', 'name of a baseline')
    .addOption(baselinesOption())
    .addOption(jsonOption())
    .action((name: string, options: BaselineOptions) =>
      start(async context => (await commands()).showBaseline(name, options, context)),
    );
  baseline
    .command('remove')
    .description('delete a baseline')
    .argument('<name>', 'name of a baseline')
    .addOption(baselinesOption())
    .addOption(jsonOption())
    .action((name: string, options: BaselineOptions) =>
      start(async context => (await commands()).removeBaseline(name, options, context)),
    );
}
