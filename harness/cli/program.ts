import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Shutdown } from '../process/shutdown.ts';
import { projectPath } from '../project.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-code.ts';

const version = (JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string })
  .version;

/** Carries the exit code out of commander's actions. */
interface Ended {
  code: number;
}

/**
 * Parses a command line and runs its command. Commands are imported when they are called, so that `--help` and
 * `inspect` start quickly.
 */
export async function runProgramTree(words: readonly string[], shutdown: Shutdown): Promise<number> {
  const ended: Ended = { code: exitCodes.fine };
  const context: CommandContext = {
    stdout: text => void process.stdout.write(text),
    stderr: text => void process.stderr.write(text),
    environment: process.env,
    signal: shutdown.signal,
    interactive: process.stderr.isTTY === true,
  };
  const program = buildTree(context, shutdown, ended);
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its own sentence; its exit code 1 would read as a regression.
    ended.code = error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  }
  return shutdown.exitCode ?? ended.code;
}

function buildTree(context: CommandContext, shutdown: Shutdown, ended: Ended): Command {
  const program = new Command('modstorm')
    .description(
      'Boots a matrix of Linux guests, storms the module loader, and decides with honest statistics\nwhether duplicate module loading got worse.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(add --help for usage)')
    .configureHelp({ showGlobalOptions: false })
    .enablePositionalOptions();
  const end = (code: number) => {
    ended.code = code;
  };
  addRunCommands(program, context, shutdown, end);
  addReadCommands(program, context, end);
  addJudgeCommands(program, context, end);
  addBaselineCommands(program, context, end);
  addHistoryCommand(program, context, end);
  addCalibrateCommand(program, context, shutdown, end);
  addHostCommands(program, context, end);
  return program;
}

type End = (code: number) => void;

function addRunCommands(program: Command, context: CommandContext, shutdown: Shutdown, end: End): void {
  selection(program.command('run'))
    .description('plan, build, boot, collect, report')
    .argument('[matrix]', 'matrix file', 'matrices/quick.yaml')
    .addOption(accelOption())
    .option('--jobs <cores>', 'host cores given to guests (default: all)', wholeNumber)
    .option('--results <folder>', 'where run folders are made', 'results')
    .option('--resume <run>', 'go on with an interrupted run: its path, its name, or `latest`')
    .option('--json', 'the report as one JSON document')
    .helpGroup('Measuring:')
    .addHelpText(
      'after',
      examples(
        'modstorm run',
        'modstorm run matrices/quick.yaml --filter vcpus=8',
        'modstorm run --resume latest',
      ),
    )
    .action(async (matrix: string, options) => {
      const { runCommand } = await import('./run.ts');
      end(await runCommand(matrix, options, { ...context, shutdown }));
    });
  selection(program.command('plan'))
    .description('the cells and trials of a matrix with an estimate of time; nothing is started')
    .argument('<matrix>', 'matrix file')
    .addOption(accelOption())
    .option('--dry-run', 'print the exact QEMU command line of every cell')
    .option('--json', 'one JSON document')
    .helpGroup('Measuring:')
    .addHelpText(
      'after',
      examples(
        'modstorm plan matrices/quick.yaml',
        'modstorm plan matrices/quick.yaml --filter vcpus=8 --dry-run',
      ),
    )
    .action(async (matrix: string, options) => {
      const { planCommand } = await import('./plan.ts');
      end(await planCommand(matrix, options, context));
    });
  selection(program.command('build'))
    .description('build the kernels and images of a matrix into the cache, and boot nothing')
    .argument('<matrix>', 'matrix file')
    .option('--json', 'one JSON document')
    .helpGroup('Measuring:')
    .addHelpText('after', examples('modstorm build matrices/quick.yaml'))
    .action(async (matrix: string, options) => {
      const { buildCommand } = await import('./build.ts');
      end(await buildCommand(matrix, options, context));
    });
}

function addReadCommands(program: Command, context: CommandContext, end: End): void {
  program
    .command('report')
    .description('the report of a run, made again from its journal')
    .argument('<run>', 'path of a run folder, its name, or `latest`')
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(['terminal', 'json', 'stats'])
        .default('terminal'),
    )
    .option('--results <folder>', 'where run folders are', 'results')
    .option('--json', 'the same as --format json')
    .helpGroup('Reading:')
    .addHelpText(
      'after',
      examples(
        'modstorm report latest',
        'modstorm report latest --format stats',
        'modstorm report results/20261121-031200-quick-3fa9 --json',
      ),
    )
    .action(async (run: string, options) => {
      const { reportCommand } = await import('./report.ts');
      end(await reportCommand(run, options, context));
    });
  program
    .command('inspect')
    .description('read a modules/stats text, a dmesg or a console log from any machine')
    .argument('<file>', 'the file, or - for standard input')
    .option('--json', 'one JSON document')
    .helpGroup('Reading:')
    .addHelpText(
      'after',
      examples(
        'ssh big cat /sys/kernel/debug/modules/stats | modstorm inspect -',
        'modstorm inspect console.log --json',
      ),
    )
    .action(async (file: string, options) => {
      const { inspectCommand } = await import('./inspect.ts');
      end(await inspectCommand(file, options, context));
    });
}

/** Verdicts: what is compared, saved to compare with, and watched over time. */
function addJudgeCommands(program: Command, context: CommandContext, end: End): void {
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
      new Option('--method <method>', 'correction for the family (default: holm)').choices(['holm', 'bh']),
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
    .option('--json', 'one JSON document')
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
      const { compareCommand } = await import('./compare.ts');
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
      const { historyCommand } = await import('./history.ts');
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
      const { calibrateCommand } = await import('./calibrate.ts');
      end(await calibrateCommand(matrix, options, { ...context, shutdown }));
    });
}

function baselinesOption(): Option {
  return new Option('--baselines <folder>', 'where baselines are').default(
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
  const folder = () =>
    new Option('--folder <folder>', 'where baselines are').default(
      projectPath('results', 'baselines'),
      'results/baselines',
    );
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
      const { saveBaseline } = await import('./baseline.ts');
      end(await saveBaseline(name, run, options, context));
    });
  baseline
    .command('list')
    .description('all baselines')
    .addOption(folder())
    .option('--json', 'one JSON document')
    .action(async options => {
      const { listBaselines } = await import('./baseline.ts');
      end(await listBaselines(options, context));
    });
  baseline
    .command('show')
    .description('what a baseline holds, and under what conditions it was measured')
    .argument('<name>', 'name of a baseline')
    .addOption(folder())
    .option('--json', 'one JSON document')
    .action(async (name: string, options) => {
      const { showBaseline } = await import('./baseline.ts');
      end(await showBaseline(name, options, context));
    });
  baseline
    .command('remove')
    .description('delete a baseline')
    .argument('<name>', 'name of a baseline')
    .addOption(folder())
    .action(async (name: string, options) => {
      const { removeBaseline } = await import('./baseline.ts');
      end(await removeBaseline(name, options, context));
    });
}

function addHostCommands(program: Command, context: CommandContext, end: End): void {
  program
    .command('doctor')
    .description('what this host has and lacks, each with the command that mends it')
    .option('--install', 'install what is missing (root on Debian or Ubuntu; elsewhere prints the command)')
    .option('--brief', 'say nothing when nothing is missing')
    .option('--json', 'one JSON document')
    .option('--kernel <name>', 'build and boot this kernel once, and say what it can do: linux-source-X.Y')
    .option('--matrix <file>', 'with --kernel: the matrix that names it')
    .option('--config <fragments>', 'with --kernel: its config, such as stats+dups')
    .addOption(accelOption())
    .helpGroup('Host:')
    .addHelpText(
      'after',
      examples(
        'modstorm doctor',
        'modstorm doctor --install',
        'modstorm doctor --kernel next --matrix matrices/versions.yaml',
      ),
    )
    .action(async options => {
      if (options.kernel !== undefined) {
        const { kernelDoctorCommand } = await import('./kernel-doctor.ts');
        end(await kernelDoctorCommand(options, context));
        return;
      }
      const { doctorCommand } = await import('./doctor.ts');
      end(await doctorCommand(options, context));
    });
  program
    .command('clean')
    .description(
      'remove left-over guests, stale locks and temporary folders; with --cache also what was built',
    )
    .option('--cache', 'remove built kernels and images too')
    .helpGroup('Host:')
    .addHelpText('after', examples('modstorm clean', 'modstorm clean --cache'))
    .action(async options => {
      const { cleanCommand } = await import('./clean.ts');
      end(await cleanCommand(options, context));
    });
}

/** The options by which `run`, `plan` and `build` choose trials. */
function selection(command: Command): Command {
  return command
    .option('--filter <axis=value>', 'only matching cells; repeat for "and", commas for "or"', collect, [])
    .option('--shard <i/n>', 'only the i-th of n shards; cells that are compared stay together', shard)
    .option('--repetitions <n>', 'boots per cell instead of what the matrix says', wholeNumber)
    .option('--seed <n>', 'seed of the randomised order (default: drawn and recorded)', seed);
}

function accelOption(): Option {
  return new Option(
    '--accel <mode>',
    'auto proves KVM with a smoke boot and says what it took; kvm never falls back',
  )
    .choices(['auto', 'kvm', 'tcg'])
    .default('auto');
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1e6)
    throw new InvalidArgumentError('Give a whole number from 1.');
  return value;
}

function level(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError('Give a number between 0 and 1, such as 0.05.');
  return value;
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Give a number from 0.');
  return value;
}

function seed(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new InvalidArgumentError('Give a whole number from 0 to 4294967295.');
  }
  return value;
}

function shard(text: string): { index: number; count: number } {
  const [index, count, ...rest] = text.split('/').map(Number);
  if (
    rest.length > 0 ||
    !Number.isInteger(index) ||
    !Number.isInteger(count) ||
    index! < 1 ||
    index! > count!
  ) {
    throw new InvalidArgumentError('Give it as i/n, from 1/n to n/n.');
  }
  return { index: index!, count: count! };
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}`).join('\n')}\n`;
}
