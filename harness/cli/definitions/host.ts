import { Argument, type Command } from 'commander';
import { type PlatformName, platformNames } from '../../ci/platforms/platforms.ts';
import type { CacheKeyOptions } from '../commands/cache-key.ts';
import type { CiOptions } from '../commands/ci.ts';
import type { CleanOptions } from '../commands/clean.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import type { KernelDoctorOptions } from '../commands/kernel-doctor.ts';
import type { PruneOptions } from '../commands/prune.ts';
import {
  accelOption,
  baselinesOption,
  filterOption,
  jsonOption,
  parseCount,
  parseDays,
  resultsOption,
} from '../options.ts';
import { examples, type Start } from './start.ts';

/** `doctor`, `clean`, `cache` and `prune`. */
export function defineHostCommands(program: Command, start: Start): void {
  program
    .command('doctor')
    .description('check what this host has and lacks, and print the commands that fix it')
    .option('--install', 'install what is missing (root on Debian or Ubuntu; elsewhere prints the command)')
    .option('--brief', 'print nothing if nothing is missing')
    .addOption(jsonOption())
    .option('--tests', 'also check what only `npm test` needs')
    .option(
      '--prove',
      'boot guests under KVM until one answers, and say with which CPU; exit code 3 if none does',
    )
    .option(
      '--kernel <name>',
      'build and boot this kernel once and report what it can do, e.g. linux-source-6.12',
    )
    .option('--matrix <file>', 'with --kernel: the matrix that defines it')
    .option('--config <fragments>', 'with --kernel: its config, such as stats+dups')
    .addOption(accelOption())
    .helpGroup('Host:')
    .addHelpText(
      'after',
      examples(
        'modstorm doctor',
        'modstorm doctor --install',
        'modstorm doctor --prove',
        'modstorm doctor --kernel next --matrix matrices/versions.yaml',
      ),
    )
    .action(
      (options: DoctorOptions & Omit<KernelDoctorOptions, 'kernel'> & { kernel?: string; prove?: true }) =>
        start(async context => {
          const { kernel } = options;
          if (options.prove)
            return (await import('../commands/prove-kvm.ts')).proveKvmCommand(options, context);
          if (kernel === undefined)
            return (await import('../commands/doctor.ts')).doctorCommand(options, context);
          const { kernelDoctorCommand } = await import('../commands/kernel-doctor.ts');
          return kernelDoctorCommand({ ...options, kernel }, context);
        }),
    );
  program
    .command('clean')
    .description(
      'remove left-over guests, stale locks and temporary folders; with --cache also everything built',
    )
    .option('--cache', 'remove built kernels and images too')
    .option(
      '--unused-for <days>',
      'remove what was built and has not been used for this many days',
      parseCount,
    )
    .helpGroup('Host:')
    .addHelpText(
      'after',
      examples('modstorm clean', 'modstorm clean --unused-for 30', 'modstorm clean --cache'),
    )
    .action((options: CleanOptions) =>
      start(async context => (await import('../commands/clean.ts')).cleanCommand(options, context)),
    );
  program
    .command('cache')
    .description('what CI systems need to know about the cache of kernels and images')
    .helpGroup('Host:')
    .command('key')
    .description('print the key for a copy of the cache that serves a matrix; builds nothing')
    .argument('<matrix>', 'matrix file')
    .addOption(filterOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('modstorm cache key matrices/nightly.yaml'))
    .action((matrix: string, options: CacheKeyOptions) =>
      start(async context =>
        (await import('../commands/cache-key.ts')).cacheKeyCommand(matrix, options, context),
      ),
    );
  program
    .command('ci')
    .description(
      'print a ready workflow for a CI system, a batch scheduler, systemd or a container; asks nothing',
    )
    .addArgument(new Argument('<platform>', 'where it will run').choices(platformNames))
    .argument('[matrix]', 'matrix file', 'matrices/nightly.yaml')
    .option('--shards <n>', 'machines that share the boots (default: 4)', parseCount, 4)
    .option(
      '--output <folder>',
      'write the files below this folder, with the names that the platform expects',
    )
    .option('--force', 'replace files that are there')
    .helpGroup('Host:')
    .addHelpText(
      'after',
      examples(
        'modstorm ci github matrices/nightly.yaml --output .',
        'modstorm ci slurm my.yaml --shards 16 > night.sh',
        'modstorm ci systemd my.yaml --output /tmp/units',
      ),
    )
    .action((platform: PlatformName, matrix: string, options: CiOptions) =>
      start(async context =>
        (await import('../commands/ci.ts')).ciCommand(platform, matrix, options, context),
      ),
    );
  program
    .command('prune')
    .description(
      'remove old runs; never the newest, one that is being written, one a baseline was saved from, or a bisection',
    )
    .requiredOption('--keep <days>', 'remove what began more than this many days ago, such as 30d', parseDays)
    .option('--evidence', 'remove only the raw evidence of these runs; reports and histories still read them')
    .option('--dry-run', 'print what would be removed')
    .addOption(resultsOption('found'))
    .addOption(baselinesOption())
    .helpGroup('Host:')
    .addHelpText(
      'after',
      examples('modstorm prune --keep 90d --dry-run', 'modstorm prune --keep 30d --evidence'),
    )
    .action((options: PruneOptions) =>
      start(async context => (await import('../commands/prune.ts')).pruneCommand(options, context)),
    );
}
