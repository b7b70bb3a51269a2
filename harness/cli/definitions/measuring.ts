import { type Command, Option } from 'commander';
import { parseDuration } from '../../units.ts';
import type { BuildOptions } from '../commands/build.ts';
import type { MergeOptions } from '../commands/merge.ts';
import type { NightlyOptions } from '../commands/nightly.ts';
import type { PlanCommandOptions } from '../commands/plan.ts';
import type { RunOptions } from '../commands/run.ts';
import {
  accelOption,
  addReportOptions,
  baselinesOption,
  filterOption,
  jobsOption,
  jsonOption,
  parseCount,
  parseDays,
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
    .addOption(
      new Option(
        '--budget <time>',
        'choose repetitions and shards that take no longer than this on each host, such as 30min',
      ).argParser(parseDuration),
    )
    .option(
      '--shards <n>',
      'with --github or --gitlab: number of shards (default: 1); with --budget: most hosts (default: 16)',
      parseCount,
    )
    .option(
      '--baseline <reference>',
      'say which changes the plan can see, from the spread of this baseline or run',
    )
    .addOption(resultsOption('found'))
    .addOption(baselinesOption())
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
        'modstorm plan matrices/nightly.yaml --budget 30min --baseline nightly-6.12',
        'modstorm plan matrices/quick.yaml',
        'modstorm plan matrices/quick.yaml --filter vcpus=8 --dry-run',
      ),
    )
    .action((matrix: string, options: PlanCommandOptions) =>
      start(async context => (await import('../commands/plan.ts')).planCommand(matrix, options, context)),
    );
  defineNightly(program, start);
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

/** `nightly`. */
function defineNightly(program: Command, start: Start): void {
  program
    .command('nightly')
    .description(
      'one night, for cron or systemd: fetch the newest kernel, A/B against the base and yesterday, confirm, report; goes on if it was killed',
    )
    .argument('<matrix>', 'matrix file; its kernels are the ones to follow')
    .option('--new-base', 'pin a new base: from now on, compare with the kernel of this night')
    .option('--always', 'boot even if an earlier night judged the same kernels')
    .option('--notify <command>', 'a command line for sh that gets the summary of the night on stdin')
    .option('--repetitions <n>', 'boots per cell (default: what the matrix says)', parseCount)
    .option('--keep <days>', 'remove runs of earlier nights after this time', parseDays, 400)
    .option('--keep-evidence <days>', 'remove their raw evidence after this time', parseDays, 30)
    .addOption(accelOption())
    .addOption(jobsOption())
    .addOption(resultsOption('made'))
    .addOption(baselinesOption())
    .addOption(jsonOption())
    .helpGroup('Measuring:')
    .addHelpText(
      'after',
      examples(
        'modstorm nightly matrices/nightly.yaml',
        "modstorm nightly my.yaml --accel kvm --notify 'mail -s modstorm me@example.org'",
        'modstorm nightly my.yaml --new-base',
      ),
    )
    .action((matrix: string, options: NightlyOptions) =>
      start(async context =>
        (await import('../commands/nightly.ts')).nightlyCommand(matrix, options, context),
      ),
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
