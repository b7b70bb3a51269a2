import { type Command, Option } from 'commander';
import type { Shutdown } from '../process/shutdown.ts';
import { projectPath } from '../project.ts';
import type { CommandContext } from './context.ts';
import {
  accelOption,
  amount,
  collect,
  examples,
  formatOption,
  level,
  seed,
  wholeNumber,
} from './option-values.ts';

type End = (code: number) => void;

/** Verdicts: what is compared, saved to compare with, watched over time, and how far the judge can be trusted. */
export function addJudgeCommands(
  program: Command,
  context: CommandContext,
  shutdown: Shutdown,
  end: End,
): void {
  addCompareCommand(program, context, end);
  addBaselineCommands(program, context, end);
  addHistoryCommand(program, context, end);
  addCalibrateCommand(program, context, shutdown, end);
}

function addCompareCommand(program: Command, context: CommandContext, end: End): void {
  program
    .command('compare')
    .description(
      'judge two runs, baselines or stats texts, or the A/B inside one run; exit 1 on a gated regression',
    )
    .argument(
      '<side...>',
      'BASE and NEW: run (path, name, latest), baseline or stats text; one run alone: its axis',
    )
    .option(
      '--axis <name>',
      'inside one run: the compared axis; between two: leave it out when cells are matched',
    )
    .option('--base <value>', "inside one run: the axis' value to compare with")
    .option('--alpha <level>', 'level of the whole family (default: 0.05)', level)
    .addOption(
      new Option('--method <method>', 'correction of headlines over the family (default: holm)').choices([
        'holm',
        'bh',
        'westfall-young',
      ]),
    )
    .option('--why <metric-and-pair...>', 'the whole reasoning behind one verdict; must come last')
    .option('--all', 'every pair and every metric')
    .option('--force', 'compare what is unlike, and say so')
    .option('--values', 'the sides are files with one number a line')
    .addOption(new Option('--class <class>', 'with --values').choices(['count', 'time', 'deterministic']))
    .addOption(
      new Option('--worse <direction>', 'with --values (default: higher)').choices([
        'higher',
        'lower',
        'none',
      ]),
    )
    .option('--at-least <change>', 'with --values: the absolute change that counts', amount)
    .option('--relative <fraction>', 'with --values: the relative change that counts, such as 0.05', amount)
    .option('--results <folder>', 'where run folders are', 'results')
    .addOption(baselinesOption())
    .addOption(formatOption())
    .option('--json', 'the same as --format json')
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples(
        'modstorm compare nightly-6.12 latest',
        'modstorm compare latest --axis config --base stats --why wasted_bytes vcpus=8',
        'modstorm compare --values before.txt after.txt --class count --at-least 1',
      ),
    )
    .action(async (sides: string[], options) => {
      const { compareCommand } = await import('./commands/compare.ts');
      end(await compareCommand(sides, options, context));
    });
}

/** What many runs say together. */
function addHistoryCommand(program: Command, context: CommandContext, end: End): void {
  program
    .command('history')
    .description(
      'where the level of a metric changed over the runs of a folder; exit 1 on a confirmed change for the worse',
    )
    .argument('[folder]', 'folder of run folders', 'results')
    .option('--pin <side>', 'also compare the newest run with this run or baseline: slow drift')
    .option('--confirm <event>', 'write the matrix of the A/B run that confirms an event, and its command')
    .option('--level <p>', 'largest permutation p of a change (default: 0.001)', level)
    .option('--least-segment <runs>', 'fewest runs on either side of a change (default: 3)', wholeNumber)
    .addOption(baselinesOption())
    .option('--json', 'one JSON document')
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples(
        'modstorm history results',
        'modstorm history results --pin v6.12',
        'modstorm history results --confirm 3fa94c02',
      ),
    )
    .action(async (folder: string, options) => {
      const { historyCommand } = await import('./commands/history.ts');
      end(await historyCommand(folder, options, context));
    });
}

function addCalibrateCommand(program: Command, context: CommandContext, shutdown: Shutdown, end: End): void {
  program
    .command('calibrate')
    .description(
      'boot every cell against itself (A/A) and tell how often the judge raises a false alarm on this host',
    )
    .argument('[matrix]', 'matrix file (default: matrices/smoke.yaml)')
    .option('--pairs <n>', 'A/A verdicts to make', wholeNumber, 10)
    .option('--per-side <n>', 'boots a side (default: the trials of the matrix, 8 at least)', wholeNumber)
    .addOption(accelOption())
    .option('--filter <axis=value>', 'only matching cells; repeat for "and", commas for "or"', collect, [])
    .option('--jobs <cores>', 'host cores given to guests (default: all)', wholeNumber)
    .option('--results <folder>', 'where run folders are made', 'results')
    .option('--resume <run>', 'go on with an interrupted calibration')
    .option('--seed <n>', 'seed of the randomised order (default: drawn and recorded)', seed)
    .option('--json', 'one JSON document')
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples(
        'modstorm calibrate',
        'modstorm calibrate matrices/quick.yaml --filter vcpus=8 --pairs 5 --per-side 6',
      ),
    )
    .action(async (matrix: string | undefined, options) => {
      const { calibrateCommand } = await import('./commands/calibrate.ts');
      end(await calibrateCommand(matrix, options, { ...context, shutdown }));
    });
}

function baselinesOption(flag = '--baselines'): Option {
  return new Option(`${flag} <folder>`, 'where baselines are').default(
    projectPath('results', 'baselines'),
    'results/baselines',
  );
}

/** Baselines: saved on purpose, never by themselves. */
function addBaselineCommands(program: Command, context: CommandContext, end: End): void {
  const baseline = program
    .command('baseline')
    .description('runs saved to compare with: one file each, made for git')
    .helpGroup('Judging:')
    .addHelpText(
      'after',
      examples('modstorm baseline save nightly-6.12 latest', 'modstorm compare nightly-6.12 latest'),
    );
  const folder = () => baselinesOption('--folder');
  baseline
    .command('save')
    .description('save the samples of a run under a name')
    .argument('<name>', 'letters, digits, dots, dashes')
    .argument('<run>', 'path of a run folder, its name, or `latest`')
    .addOption(folder())
    .option('--results <folder>', 'where run folders are', 'results')
    .option('--replace', 'take the place of a baseline of that name')
    .option('--force', 'replace it even by a run made under other conditions')
    .action(async (name: string, run: string, options) => {
      const { saveBaseline } = await import('./commands/baseline.ts');
      end(await saveBaseline(name, run, options, context));
    });
  baseline
    .command('list')
    .description('all baselines')
    .addOption(folder())
    .option('--json', 'one JSON document')
    .action(async options => {
      const { listBaselines } = await import('./commands/baseline.ts');
      end(await listBaselines(options, context));
    });
  baseline
    .command('show')
    .description('what a baseline holds, and under what conditions it was measured')
    .argument('<name>', 'name of a baseline')
    .addOption(folder())
    .option('--json', 'one JSON document')
    .action(async (name: string, options) => {
      const { showBaseline } = await import('./commands/baseline.ts');
      end(await showBaseline(name, options, context));
    });
  baseline
    .command('remove')
    .description('delete a baseline')
    .argument('<name>', 'name of a baseline')
    .addOption(folder())
    .action(async (name: string, options) => {
      const { removeBaseline } = await import('./commands/baseline.ts');
      end(await removeBaseline(name, options, context));
    });
}
