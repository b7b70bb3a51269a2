import { type Command, Option } from 'commander';
import type { BuildOptions } from '../commands/build.ts';
import type { MergeOptions } from '../commands/merge.ts';
import type { PlanCommandOptions } from '../commands/plan.ts';
import type { RunOptions } from '../commands/run.ts';
import {
  accelOption,
  addReportOptions,
  filterOption,
  jobsOption,
  jsonOption,
  parseCount,
  resultsOption,
  seedOption,
  shardOption,
} from '../options.ts';
import { examples, type Start } from './start.ts';

/** `run`, `merge`, `plan` and `build`. */
export function defineMeasuringCommands(program: Command, start: Start): void {
  addReportOptions(selection(program.command('run')))
    .description('plan, build, boot, collect, judge, report')
    .argument('[matrix]', 'matrix file', 'matrices/quick.yaml')
    .addOption(accelOption())
    .addOption(jobsOption())
    .addOption(resultsOption('made'))
    .option('--resume <run>', 'resume an interrupted run: its path, its name, or `latest`')
    .helpGroup('Measuring:')
    .addHelpText(
      'after',
      examples(
        'modstorm run',
        'modstorm run matrices/quick.yaml --filter vcpus=8',
        'modstorm run --resume latest',
      ),
    )
    .action((matrix: string, options: RunOptions) =>
      start(async context => (await import('../commands/run.ts')).runCommand(matrix, options, context)),
    );
  addReportOptions(program.command('merge'))
    .description('merge the shards of a run into one run, judge and report it')
    .argument('<dir...>', 'folders of shards, or folders of such folders')
    .addOption(resultsOption('made'))
    .helpGroup('Measuring:')
    .addHelpText(
      'after',
      examples('modstorm merge shards/*', 'modstorm merge shards/1 shards/2 --format github'),
    )
    .action((folders: string[], options: MergeOptions) =>
      start(async context => (await import('../commands/merge.ts')).mergeCommand(folders, options, context)),
    );
  selection(program.command('plan'))
    .description('show the cells and trials of a matrix and estimate the time; boots nothing')
    .argument('<matrix>', 'matrix file')
    .addOption(accelOption())
    .option(
      '--dry-run',
      'print the exact QEMU command line of every cell; builds kernels and images that are missing',
    )
    .addOption(jsonOption())
    .option('--shards <n>', 'with --github or --gitlab: number of shards (default: 1)', parseCount)
    .addOption(
      new Option('--github', 'print the shards as a matrix for GitHub Actions, one line of JSON').conflicts([
        'gitlab',
        'json',
        'dryRun',
        'shard',
      ]),
    )
    .addOption(
      new Option('--gitlab', 'print the shards as a child pipeline for GitLab').conflicts([
        'json',
        'dryRun',
        'shard',
      ]),
    )
    .helpGroup('Measuring:')
    .addHelpText(
      'after',
      examples(
        'modstorm plan matrices/nightly.yaml --shards 4 --github',
        'modstorm plan matrices/quick.yaml',
        'modstorm plan matrices/quick.yaml --filter vcpus=8 --dry-run',
      ),
    )
    .action((matrix: string, options: PlanCommandOptions) =>
      start(async context => (await import('../commands/plan.ts')).planCommand(matrix, options, context)),
    );
  selection(program.command('build'))
    .description('build the kernels and images of a matrix into the cache; boots nothing')
    .argument('<matrix>', 'matrix file')
    .addOption(jsonOption())
    .helpGroup('Measuring:')
    .addHelpText('after', examples('modstorm build matrices/quick.yaml'))
    .action((matrix: string, options: BuildOptions) =>
      start(async context => (await import('../commands/build.ts')).buildCommand(matrix, options, context)),
    );
}

/** The options that select trials. */
function selection(command: Command): Command {
  return command
    .addOption(filterOption())
    .addOption(shardOption())
    .option('--repetitions <n>', 'boots per cell (default: what the matrix says)', parseCount)
    .addOption(seedOption());
}
