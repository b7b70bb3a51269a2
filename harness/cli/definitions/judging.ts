import { type Command, Option } from 'commander';
import { historyFormatNames } from '../../report/history-formats.ts';
import { corrections } from '../../statistics/corrections/correction.ts';
import type { CalibrateOptions } from '../commands/calibrate.ts';
import type { CompareCommandOptions } from '../commands/compare.ts';
import type { HistoryCommandOptions } from '../commands/history.ts';
import {
  accelOption,
  addReportOptions,
  baselinesOption,
  filterOption,
  jobsOption,
  jsonOption,
  parseAmount,
  parseCount,
  parseLevel,
  resultsOption,
  seedOption,
} from '../options.ts';
import { defineBaselineCommands } from './baseline.ts';
import { examples, type Start } from './start.ts';

/** `compare`, `baseline`, `history` and `calibrate`. */
export function defineJudgingCommands(program: Command, start: Start): void {
  defineCompare(program, start);
  defineBaselineCommands(program, start);
  defineHistory(program, start);
  defineCalibrate(program, start);
}

function defineCompare(program: Command, start: Start): void {
  addReportOptions(program.command('compare'))
    .description(
      'judge two runs, baselines or stats texts, or the A/B inside one run; exit 1 on a gated regression',
    )
    .argument(
      '<side...>',
      'BASE and NEW: run (path, name, latest), baseline or stats text; one run alone: its axis',
    )
    .option(
      '--axis <name>',
      'inside one run: the axis to compare; between two runs: the axis to ignore when matching cells',
    )
    .option('--base <value>', 'inside one run: the value of the axis to compare with')
    .option('--alpha <level>', 'error level of the whole family of tests (default: 0.05)', parseLevel)
    .addOption(
      new Option(
        '--method <method>',
        'correction of the headline tests for multiple comparisons (default: holm)',
      ).choices(corrections),
    )
    .option('--why <metric-and-pair...>', 'explain one verdict in full; must come last')
    .option('--force', 'compare despite different conditions, and say so')
    .option(
      '--assume-still-host',
      'between two runs: blame every difference on the kernels, although the host may have changed',
    )
    .option('--values', 'the sides are files with one number per line')
    .addOption(new Option('--class <class>', 'with --values').choices(['count', 'time', 'deterministic']))
    .addOption(
      new Option('--worse <direction>', 'with --values (default: higher)').choices([
        'higher',
        'lower',
        'none',
      ]),
    )
    .option('--at-least <change>', 'with --values: the absolute change that counts', parseAmount)
    .option(
      '--relative <fraction>',
      'with --values: the relative change that counts, such as 0.05',
      parseAmount,
    )
    .addOption(resultsOption('found'))
    .addOption(baselinesOption())
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples(
        'modstorm compare nightly-6.12 latest',
        'modstorm compare latest --axis config --base stats --why wasted_bytes vcpus=8',
        'modstorm compare stats-before.txt stats-after.txt --format commit --top 5',
        'modstorm compare --values before.txt after.txt --class count --at-least 1',
      ),
    )
    .action((sides: string[], options: CompareCommandOptions) =>
      start(async context =>
        (await import('../commands/compare.ts')).compareCommand(sides, options, context),
      ),
    );
}

/** `history`. */
function defineHistory(program: Command, start: Start): void {
  program
    .command('history')
    .description(
      'find where a metric stepped or drifts over the runs in a folder; exit 1 on a confirmed change for the worse',
    )
    .argument('[folder]', 'folder of run folders (default: --results)')
    .option('--pin <side>', 'also compare the newest run with this run or baseline')
    .option(
      '--confirm <event>',
      'write the matrix of the A/B run that confirms an event, and print the command to run it',
    )
    .option('--level <p>', 'largest p-value of a step or drift (default: 0.001)', parseLevel)
    .option(
      '--least-segment <runs>',
      'minimum number of runs on either side of a step (default: 3)',
      parseCount,
    )
    .addOption(resultsOption('found'))
    .addOption(baselinesOption())
    .addOption(
      new Option('--format <format>', 'output format').choices(historyFormatNames).default('terminal'),
    )
    .addOption(jsonOption('format'))
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples(
        'modstorm history results',
        'modstorm history results --format html > history.html',
        'modstorm history results --pin v6.12',
        'modstorm history results --confirm 3fa94c02',
      ),
    )
    .action((folder: string | undefined, options: HistoryCommandOptions & { results: string }) =>
      start(async context =>
        (await import('../commands/history.ts')).historyCommand(folder ?? options.results, options, context),
      ),
    );
}

function defineCalibrate(program: Command, start: Start): void {
  program
    .command('calibrate')
    .description(
      'boot every cell against itself (A/A) and report how often that raises a false alarm on this host',
    )
    .argument('[matrix]', 'matrix file (default: matrices/smoke.yaml)')
    .option('--pairs <n>', 'number of A/A pairs', parseCount, 10)
    .option(
      '--sessions <n>',
      'instead of pairs, make this many separate runs and report how much two runs of one kernel differ',
      parseCount,
    )
    .option(
      '--per-side <n>',
      'boots per side (default: the repetitions of the matrix, at least 8)',
      parseCount,
    )
    .addOption(accelOption())
    .addOption(filterOption())
    .addOption(jobsOption())
    .addOption(resultsOption('made'))
    .option('--resume <run>', 'resume an interrupted calibration')
    .addOption(seedOption())
    .addOption(jsonOption())
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples(
        'modstorm calibrate',
        'modstorm calibrate matrices/quick.yaml --filter vcpus=8 --pairs 5 --per-side 6',
      ),
    )
    .action((matrix: string | undefined, options: CalibrateOptions) =>
      start(async context =>
        (await import('../commands/calibrate.ts')).calibrateCommand(matrix, options, context),
      ),
    );
}
