import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { debugTopics } from '../debug.ts';
import { exitCodes } from '../exit-code.ts';
import type { Shutdown } from '../process/shutdown.ts';
import { projectPath } from '../project.ts';
import type { CommandContext } from './context.ts';
import { openDebugLog } from './debug-log.ts';
import { addJudgeCommands } from './judge-commands.ts';
import { accelOption, collect, examples, formatOption, seed, shard, wholeNumber } from './option-values.ts';

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
  const ended: Ended = { code: exitCodes.success };
  const context: CommandContext = {
    stdout: text => void process.stdout.write(text),
    stderr: text => void process.stderr.write(text),
    environment: process.env,
    signal: shutdown.signal,
    interactive: process.stderr.isTTY === true,
  };
  const program = buildTree(context, shutdown, ended);
  let closeDebugLog = (): void => undefined;
  program.hook('preAction', () => {
    closeDebugLog = openDebugLog(program.getOptionValue('debug') as string | undefined, context);
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its own sentence; its exit code 1 would read as a regression.
    ended.code = error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
  } finally {
    closeDebugLog();
  }
  return shutdown.exitCode ?? ended.code;
}

function buildTree(context: CommandContext, shutdown: Shutdown, ended: Ended): Command {
  const program = new Command('modstorm')
    .description(
      'Boots a matrix of Linux guests, storms the module loader, and decides with honest statistics whether duplicate module loading got worse.',
    )
    .version(version)
    .option(
      '--debug <file>',
      `append debug lines to this file; MODSTORM_DEBUG=${debugTopics.join(',')} chooses them`,
    )
    .exitOverride()
    .showHelpAfterError('(add --help for usage)')
    .configureHelp({ showGlobalOptions: false })
    .enablePositionalOptions();
  const end = (code: number) => {
    ended.code = code;
  };
  addRunCommands(program, context, shutdown, end);
  addReadCommands(program, context, end);
  addJudgeCommands(program, context, shutdown, end);
  addHostCommands(program, context, end);
  return program;
}

type End = (code: number) => void;

function addRunCommands(program: Command, context: CommandContext, shutdown: Shutdown, end: End): void {
  selection(program.command('run'))
    .description('plan, build, boot, collect, judge, report')
    .argument('[matrix]', 'matrix file', 'matrices/quick.yaml')
    .addOption(accelOption())
    .option('--jobs <cores>', 'host cores given to guests (default: all)', wholeNumber)
    .option('--results <folder>', 'where run folders are made', 'results')
    .option('--resume <run>', 'go on with an interrupted run: its path, its name, or `latest`')
    .addOption(formatOption())
    .option('--json', 'the same as --format json')
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
      const { runCommand } = await import('./commands/run.ts');
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
      const { planCommand } = await import('./commands/plan.ts');
      end(await planCommand(matrix, options, context));
    });
  selection(program.command('build'))
    .description('build the kernels and images of a matrix into the cache, and boot nothing')
    .argument('<matrix>', 'matrix file')
    .option('--json', 'one JSON document')
    .helpGroup('Measuring:')
    .addHelpText('after', examples('modstorm build matrices/quick.yaml'))
    .action(async (matrix: string, options) => {
      const { buildCommand } = await import('./commands/build.ts');
      end(await buildCommand(matrix, options, context));
    });
}

function addReadCommands(program: Command, context: CommandContext, end: End): void {
  program
    .command('report')
    .description('the report of a run, made again from its journal')
    .argument('<run>', 'path of a run folder, its name, or `latest`')
    .addOption(formatOption())
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
      const { reportCommand } = await import('./commands/report.ts');
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
      const { inspectCommand } = await import('./commands/inspect.ts');
      end(await inspectCommand(file, options, context));
    });
}

function addHostCommands(program: Command, context: CommandContext, end: End): void {
  program
    .command('doctor')
    .description('what this host has and lacks, each with the command that mends it')
    .option('--install', 'install what is missing (root on Debian or Ubuntu; elsewhere prints the command)')
    .option('--brief', 'say nothing when nothing is missing')
    .option('--json', 'one JSON document')
    .option('--tests', 'also what only `npm test` needs')
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
        const { kernelDoctorCommand } = await import('./commands/kernel-doctor.ts');
        end(await kernelDoctorCommand(options, context));
        return;
      }
      const { doctorCommand } = await import('./commands/doctor.ts');
      end(await doctorCommand(options, context));
    });
  program
    .command('clean')
    .description(
      'remove left-over guests, stale locks and temporary folders; with --cache also what was built',
    )
    .option('--cache', 'remove built kernels and images too')
    .option('--unused-for <days>', 'remove what was built and not used for so many days', wholeNumber)
    .helpGroup('Host:')
    .addHelpText(
      'after',
      examples('modstorm clean', 'modstorm clean --unused-for 30', 'modstorm clean --cache'),
    )
    .action(async options => {
      const { cleanCommand } = await import('./commands/clean.ts');
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
