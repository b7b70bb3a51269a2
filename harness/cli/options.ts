import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { parseShard } from '../plan/shard.ts';
import { projectPath } from '../project.ts';
import { commitStyles, type ExportOptions } from '../report/export-options.ts';
import { type FormatName, formatNames } from '../report/formats.ts';

/** Options that several commands take, each with the same words and the same parser everywhere. */

/** `--accel`, by which a run chooses and proves its accelerator. */
export function accelOption(): Option {
  return new Option(
    '--accel <mode>',
    'auto proves KVM with a smoke boot and says what it took; kvm never falls back',
  )
    .choices(['auto', 'kvm', 'tcg'])
    .default('auto');
}

/** `--filter`, by which cells are chosen. */
export function filterOption(): Option {
  return new Option('--filter <axis=value>', 'only matching cells; repeat for "and", commas for "or"')
    .argParser((value: string, previous: string[]) => [...previous, value])
    .default([]);
}

/** `--seed`, from which the order of trials is drawn. */
export function seedOption(): Option {
  return new Option('--seed <n>', 'seed of the randomised order (default: drawn and recorded)').argParser(
    parseSeed,
  );
}

/** `--shard`, by which several hosts share a plan. */
export function shardOption(): Option {
  return new Option(
    '--shard <i/n>',
    'only the i-th of n shards; cells that are compared stay together',
  ).argParser(parseShard);
}

/** `--jobs`, by which guests get a part of the host. */
export function jobsOption(): Option {
  return new Option('--jobs <cores>', 'host cores given to guests (default: all)').argParser(parseCount);
}

/** `--results`, where a command makes or finds run folders. */
export function resultsOption(use: 'made' | 'found'): Option {
  const what = use === 'made' ? 'where run folders are made' : 'where run folders are';
  return new Option('--results <folder>', what).default('results');
}

/** Where baselines are: `--baselines`, and `--folder` of the commands that are about nothing else. */
export function baselinesOption(flag: '--baselines' | '--folder'): Option {
  return new Option(`${flag} <folder>`, 'where baselines are').default(
    projectPath('results', 'baselines'),
    'results/baselines',
  );
}

/** What `--format`, its short form `--json` and the options of single formats give. */
export interface FormatOptions extends Pick<ExportOptions, 'style' | 'top' | 'plot'> {
  format?: FormatName;
  json?: boolean;
}

/** `--format`, by which results that have several forms are printed in one of them. */
export function formatOption(): Option {
  return new Option('--format <format>', 'form of the results').choices(formatNames).default('terminal');
}

/** `--json`: of commands with `--format` its short form, of others the one form beside that for people. */
export function jsonOption(kind: 'format' | 'alone' = 'alone'): Option {
  return new Option('--json', kind === 'format' ? 'the same as --format json' : 'one JSON document');
}

/** `--style`, `--top` and `--plot`, by which the tables of `--format commit` are shaped. */
export function addCommitOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--style <style>', 'with --format commit: how tables look (default: modstorm)').choices(
        commitStyles,
      ),
    )
    .option('--top <n>', 'with --format commit: modules in the table of duplicates (default: 10)', parseTop)
    .option('--plot', 'with --format commit: bars under a table that has an axis');
}

/**
 * The format that was asked for.
 * @throws UsageError FORMAT_UNFIT when an option belongs to another format
 */
export function chosenFormat(options: FormatOptions): FormatName {
  const format = options.json ? 'json' : (options.format ?? 'terminal');
  const [given] = (['style', 'top', 'plot'] as const).filter(name => options[name] !== undefined);
  if (given === undefined || format === 'commit') return format;
  throw new UsageError('FORMAT_UNFIT', `--${given} shapes the tables of --format commit`, {
    hint: `Add --format commit, or leave --${given} out.`,
  });
}

function parseTop(text: string): number {
  return parseNumber(text, 'Give a whole number from 0.', value => Number.isInteger(value) && value >= 0);
}

/** A count from 1 to a million. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  return parseNumber(
    text,
    'Give a whole number from 1.',
    value => Number.isInteger(value) && value >= 1 && value <= 1e6,
  );
}

/** A probability between 0 and 1. @throws InvalidArgumentError */
export function parseLevel(text: string): number {
  return parseNumber(text, 'Give a number between 0 and 1, such as 0.05.', value => value > 0 && value < 1);
}

/** A number from 0. @throws InvalidArgumentError */
export function parseAmount(text: string): number {
  return parseNumber(text, 'Give a number from 0.', value => Number.isFinite(value) && value >= 0);
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
