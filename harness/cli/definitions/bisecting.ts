import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../units.ts';
import type { BisectCommandOptions } from '../commands/bisect.ts';
import type { BisectReadingOptions } from '../commands/bisect-reading.ts';
import type { BisectStepOptions } from '../commands/bisect-step.ts';
import {
  accelOption,
  collect,
  filterOption,
  jobsOption,
  parseCount,
  parseValue,
  resultsOption,
  seedOption,
} from '../options.ts';
import { examples, type Start } from './start.ts';

/** `bisect` and what goes on below it. */
export function defineBisectCommands(program: Command, start: Start): void {
  const bisect = program
    .command('bisect')
    .description(
      'find the commit that changed a metric, by noisy boots of real guests, and how certain that is',
    )
    .helpGroup('Judging:');
  defineSearch(bisect, start);
  defineReading(bisect, start);
  defineStep(bisect, start);
}

function defineSearch(bisect: Command, start: Start): void {
  bisect
    .argument('[matrix]', 'matrix file; its kernels are replaced by the commits; up to four cells of it')
    .argument('[paths...]', 'after --: only commits that touch these paths are suspect')
    .option('--tree <folder>', 'the git tree; it is only read, never modified')
    .option('--good <revision>', 'a commit without the change; need not be an ancestor of the bad one')
    .option('--bad <revision>', 'a commit with the change')
    .option('--old <revision>', 'the same as --good, for a change that is neither better nor worse')
    .option('--new <revision>', 'the same as --bad')
    .option('--metric <name>', 'what is measured, such as failed_becoming')
    .addOption(directionOption())
    .option('--fixed', 'find the fix: --bad is then the older end, --good the newer one')
    .option('--first-parent', 'follow only the first parent of a merge')
    .addOption(listOption('--skip <revisions>', 'never test this commit or range; may be repeated'))
    .addOption(fixupOption())
    .option(
      '--budget <time>',
      'stop undecided after this much time in builds and boots, such as 3h; a higher one resumes it',
      parseTime,
    )
    .option('--max-boots <n>', 'maximum number of boots (default: 800)', parseCount)
    .option(
      '--max-boots-per-commit <n>',
      'maximum number of boots per commit in the search (default: 60)',
      parseCount,
    )
    .option('--trust-ends', 'continue although the ends do not differ provably')
    .option('--no-revert', 'do not test the bad end with the culprit reverted')
    .option('--resume <run>', 'resume a bisection: its path, its name, or `latest`')
    .option(
      '--event <event>',
      'bisect between the two runs of an event that `modstorm history` reports for --results',
    )
    .addOption(filterOption())
    .addOption(accelOption())
    .addOption(jobsOption())
    .addOption(seedOption())
    .addOption(resultsOption('made'))
    .addHelpText(
      'after',
      examples(
        'modstorm bisect --tree ~/linux --good v6.4 --bad v6.5 matrices/bisect.yaml --metric failed_becoming',
        'modstorm bisect --tree . --good v6.17 --bad HEAD my.yaml --metric wasted_bytes -- kernel/module',
        'modstorm bisect --event 3fa94c02 --budget 3h',
        'modstorm bisect --resume latest',
        'modstorm bisect --resume latest --budget 6h',
      ),
    )
    .action((matrix: string | undefined, paths: string[], options: BisectCommandOptions) =>
      start(async context =>
        (await import('../commands/bisect.ts')).bisectCommand(matrix, paths, options, context),
      ),
    );
}

function defineReading(bisect: Command, start: Start): void {
  const commands = () => import('../commands/bisect-reading.ts');
  bisect
    .command('status')
    .description('show the state of a bisection: what is suspect, what comes next, what is left')
    .argument('[bisection]', 'its path, its name, or `latest`', 'latest')
    .addOption(resultsOption('found'))
    .action((reference: string, options: BisectReadingOptions) =>
      start(async context => (await commands()).bisectStatus(reference, options, context)),
    );
  bisect
    .command('log')
    .description('print all observations as JSON lines; `status` and `why` can read such a file')
    .argument('[bisection]', 'its path, its name, or `latest`', 'latest')
    .addOption(resultsOption('found'))
    .action((reference: string, options: BisectReadingOptions) =>
      start(async context => (await commands()).bisectLog(reference, options, context)),
    );
  bisect
    .command('why')
    .description('show the evidence from the boots of one commit')
    .argument('<commit>', 'a revision of the tree, or the first digits of a hash')
    .argument('[bisection]', 'its path, its name, or `latest`', 'latest')
    .addOption(resultsOption('found'))
    .action((commit: string, reference: string, options: BisectReadingOptions) =>
      start(async context => (await commands()).bisectWhy(commit, reference, options, context)),
    );
}

function defineStep(bisect: Command, start: Start): void {
  bisect
    .command('step')
    .description(
      'the test for `git bisect run`: 0 good, 1 bad, 125 cannot be tested, 128 or more stops the bisection',
    )
    .argument('<matrix>', 'matrix file; its kernels are replaced by HEAD of the tree')
    .requiredOption('--metric <name>', 'what is measured, such as failed_becoming')
    .requiredOption('--limit <value>', 'a boot is bad if its value is worse than this', parseValue)
    .option('--boots <n>', 'maximum number of boots of the commit (default: 5)', parseCount)
    .option(
      '--need <n>',
      'number of bad boots that make the commit bad (default: more than half)',
      parseCount,
    )
    .addOption(directionOption())
    .option('--tree <folder>', 'the git tree to bisect', '.')
    .addOption(fixupOption())
    .addOption(filterOption())
    .addOption(accelOption())
    .addOption(jobsOption())
    .addOption(resultsOption('made'))
    .addHelpText(
      'after',
      examples('git bisect run modstorm bisect step my.yaml --metric failed_becoming --limit 3'),
    )
    .action((matrix: string, options: BisectStepOptions) =>
      start(async context =>
        (await import('../commands/bisect-step.ts')).bisectStep(matrix, options, context),
      ),
    );
}

function directionOption(): Option {
  return new Option(
    '--worse <direction>',
    'which direction is worse, if the metric does not declare it',
  ).choices(['higher', 'lower']);
}

function fixupOption(): Option {
  return listOption('--fixup <patch>', 'apply this patch to each commit that it fits; may be repeated');
}

function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(collect).default([], 'none');
}

/** Seconds, more than none. @throws InvalidArgumentError */
function parseTime(text: string): number {
  try {
    const seconds = parseDuration(text) / 1e9;
    if (seconds > 0) return seconds;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  throw new InvalidArgumentError('Give a positive time.');
}
