import { Argument, type Command } from 'commander';
import { formatLines } from '../../report/formats.ts';
import type { BlameOptions } from '../commands/blame.ts';
import type { InspectOptions } from '../commands/inspect.ts';
import type { ReportOptions } from '../commands/report.ts';
import type { SchemaName } from '../commands/schema.ts';
import { addReportOptions, jsonOption, resultsOption } from '../options.ts';
import { examples, type Start } from './start.ts';

/** `report`, `inspect` and `schema`. */
export function defineReadingCommands(program: Command, start: Start): void {
  addReportOptions(program.command('report'))
    .description('print the report of a run again, from its journal')
    .argument('<run>', 'path of a run folder, its name, or `latest`')
    .addOption(resultsOption('found'))
    .helpGroup('Reading:')
    .addHelpText('after', `\nFormats:\n${formatLines.map(line => `  ${line}`).join('\n')}`)
    .addHelpText(
      'after',
      examples(
        'modstorm report latest',
        'modstorm report latest --format commit',
        'modstorm report results/20261121-031200-quick-3fa9 --json',
      ),
    )
    .action((run: string, options: ReportOptions) =>
      start(async context => (await import('../commands/report.ts')).reportCommand(run, options, context)),
    );
  program
    .command('inspect')
    .description('read modules/stats texts, dmesg output or console logs from any machine')
    .argument(
      '<file...>',
      'files, also gzip, xz or zstd; folders, for the files in them; - for standard input',
    )
    .addOption(jsonOption())
    .helpGroup('Reading:')
    .addHelpText('after', '\nWith two stats texts, it also prints the change from the first to the second.')
    .addHelpText(
      'after',
      examples(
        'ssh big cat /sys/kernel/debug/modules/stats | modstorm inspect -',
        'modstorm inspect console.log --json',
        'modstorm inspect stats-before.txt stats-after.txt',
      ),
    )
    .action((files: string[], options: InspectOptions) =>
      start(async context =>
        (await import('../commands/inspect.ts')).inspectCommand(files, options, context),
      ),
    );
  program
    .command('blame')
    .description('who asked for modules in a traced run or machine, and what came of it')
    .argument(
      '[run]',
      'path of a run folder, its name, or `latest`; or a trace of any machine, - for standard input',
    )
    .argument('[cell]', 'identifier or label of a cell, or one of its words such as vcpus=8 (default: all)')
    .addOption(resultsOption('found'))
    .addOption(jsonOption())
    .option('--module <name>', 'the calls for one module in one boot, as bars on a scale of time')
    .option('--html', 'with --module: as a page, with a lane for each task')
    .option('--chrome', "the calls of one boot in Chrome's trace format, for ui.perfetto.dev")
    .option('--explain', 'print how to trace another machine, with any kernel')
    .helpGroup('Reading:')
    .addHelpText(
      'after',
      examples(
        'modstorm blame latest',
        'modstorm blame latest vcpus=255 --json',
        'modstorm blame latest --module kvm',
        'modstorm blame trace.txt',
      ),
    )
    .action((run: string | undefined, cell: string | undefined, options: BlameOptions) =>
      start(async context =>
        (await import('../commands/blame.ts')).blameCommand(run, cell, options, context),
      ),
    );
  program
    .command('schema')
    .description('print the JSON Schema of a matrix or of report.json')
    .addArgument(new Argument('<name>', 'what it describes').choices(['matrix', 'report']))
    .helpGroup('Reading:')
    .addHelpText('after', examples('modstorm schema report'))
    .action((name: SchemaName) =>
      start(async context => (await import('../commands/schema.ts')).schemaCommand(name, context)),
    );
}
