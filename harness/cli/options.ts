import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { parseShard } from '../plan/shard.ts';
import { commitStyles, type ExportOptions } from '../report/export-options.ts';
import { type FormatName, formatNames } from '../report/formats.ts';
import type { CommandContext } from './context.ts';

/** Options shared by several commands, each with the same description and the same parser everywhere. */

/** `--accel` chooses the accelerator of a run. */
export function accelOption(): Option {
  return new Option(
    '--accel <mode>',
    'auto tests KVM with a smoke boot and reports its choice; kvm never falls back',
  )
    .choices(['auto', 'kvm', 'tcg'])
    .default('auto');
}

/** `--filter` selects cells. */
export function filterOption(): Option {
  return new Option(
    '--filter <axis=value>',
    'only matching cells; repeat the option for "and", use commas for "or"',
  )
    .argParser(collect)
    .default([]);
}

/** Each use of an option adds a value. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

/** `--seed` determines the order of the trials. */
export function seedOption(): Option {
  return new Option('--seed <n>', 'seed of the random order (default: drawn and recorded)').argParser(
    parseSeed,
  );
}

/** `--shard` splits a plan between several hosts. */
export function shardOption(): Option {
  return new Option(
    '--shard <i/n>',
    'only the i-th of n shards; cells that are compared stay together',
  ).argParser(parseShard);
}

/** `--jobs` limits the host cores used by guests. */
export function jobsOption(): Option {
  return new Option('--jobs <cores>', 'host cores to use for guests (default: all)').argParser(parseCount);
}

/** `--results` is where a command creates or finds run folders. */
export function resultsOption(use: 'made' | 'found'): Option {
  const what = use === 'made' ? 'where to create run folders' : 'where to find run folders';
  return new Option('--results <folder>', what).default('results');
}

/** `--baselines` is where baselines are. */
export function baselinesOption(): Option {
  return new Option('--baselines <folder>', 'where baselines are').default(join('results', 'baselines'));
}

/** The values of `--format`, its short form `--json` and the options of single formats. */
export interface FormatOptions extends Pick<ExportOptions, 'all' | 'style' | 'top' | 'plot' | 'origin'> {
  format?: FormatName;
  json?: boolean;
}

/** `--format` chooses the output format of results that have several. */
function formatOption(): Option {
  return new Option('--format <format>', 'output format').choices(formatNames).default('terminal');
}

/** `--json`: short for `--format json` where a command has `--format`, else the only machine-readable format. */
export function jsonOption(kind: 'format' | 'alone' = 'alone'): Option {
  return new Option('--json', kind === 'format' ? 'the same as --format json' : 'print one JSON document');
}

/** `--format` with its short form, and the options of single formats, for commands that show a run or a comparison. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(formatOption())
    .addOption(jsonOption('format'))
    .option('--all', 'show every pair and every metric')
    .option('--plot', 'draw the samples; with --format commit, bars under a table that has an axis')
    .addOption(
      new Option('--style <style>', 'with --format commit: how tables look (default: modstorm)').choices(
        commitStyles,
      ),
    )
    .option('--top <n>', 'with --format commit: modules in the table of duplicates (default: 10)', parseTop)
    .addOption(originOption());
}

/**
 * The requested format.
 * @throws UsageError FORMAT_UNFIT if an option belongs to another format
 */
export function chosenFormat(options: FormatOptions): FormatName {
  const format = options.json ? 'json' : (options.format ?? 'terminal');
  const unfit = Object.entries(formatsOfOption).find(
    ([name, owners]) =>
      options[name as keyof typeof formatsOfOption] !== undefined && !owners.some(owner => owner === format),
  );
  if (unfit === undefined) return format;
  const [name, [owner]] = unfit;
  throw new UsageError('FORMAT_UNFIT', `--${name} belongs to --format ${owner}`, {
    hint: `Add --format ${owner}, or leave --${name} out.`,
  });
}

/** Options that only some formats have. */
const formatsOfOption = {
  style: ['commit'],
  top: ['commit'],
  plot: ['terminal', 'commit'],
  origin: ['kcidb'],
} as const satisfies Partial<Record<keyof FormatOptions, readonly FormatName[]>>;

/** The options for a format, and the terminal that will show it. */
export function exportOptions(options: FormatOptions, { columns }: CommandContext): ExportOptions {
  return { ...options, width: columns };
}

/** `--origin`, which KernelCI assigns to submitters of reports. */
function originOption(): Option {
  return new Option(
    '--origin <name>',
    'with --format kcidb: who sends the report (default: modstorm)',
  ).argParser(text => {
    if (/^[a-z0-9_]+$/.test(text)) return text;
    throw new InvalidArgumentError('KCIDB takes small letters, digits and _.');
  });
}

function parseTop(text: string): number {
  return parseNumber(text, 'Give a whole number from 0.', value => Number.isInteger(value) && value >= 0);
}

/** A count from 1 to a million. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  return parseNumber(
    text,
    'Give a whole number of at least 1.',
    value => Number.isInteger(value) && value >= 1 && value <= 1e6,
  );
}

/** A probability between 0 and 1. @throws InvalidArgumentError */
export function parseLevel(text: string): number {
  return parseNumber(text, 'Give a number between 0 and 1, such as 0.05.', value => value > 0 && value < 1);
}

/** A number of at least 0. @throws InvalidArgumentError */
export function parseAmount(text: string): number {
  return parseNumber(text, 'Give a number of at least 0.', value => Number.isFinite(value) && value >= 0);
}

/** Any finite number. @throws InvalidArgumentError */
export function parseValue(text: string): number {
  return parseNumber(text, 'Give a number.', Number.isFinite);
}

/** An unsigned 32-bit seed. @throws InvalidArgumentError */
function parseSeed(text: string): number {
  return parseNumber(text, 'Give a whole number from 0 to 4294967295.', value => value >>> 0 === value);
}

function parseNumber(text: string, expected: string, fits: (value: number) => boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (fits(value)) return value;
  throw new InvalidArgumentError(expected);
}

/** Days, from `30d` or `30`. @throws InvalidArgumentError */
export function parseDays(text: string): number {
  return parseNumber(
    text.replace(/d$/, ''),
    'Give a number of days, such as 30d.',
    value => Number.isInteger(value) && value >= 1 && value <= 1e6,
  );
}
