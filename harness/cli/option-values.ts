import { InvalidArgumentError, Option } from 'commander';
import { type FormatName, formatList, formatNames } from '../report/formats.ts';

/** `--accel`, by which a run chooses and proves its accelerator. */
export function accelOption(): Option {
  return new Option(
    '--accel <mode>',
    'auto proves KVM with a smoke boot and says what it took; kvm never falls back',
  )
    .choices(['auto', 'kvm', 'tcg'])
    .default('auto');
}

/** What `--format` and its short form `--json` give. */
export interface FormatOptions {
  format?: FormatName;
  json?: boolean;
}

/** `--format`, by which results that have several forms are printed in one of them. */
export function formatOption(): Option {
  return new Option('--format <format>', `form of the results: ${formatList}`)
    .choices(formatNames)
    .default('terminal');
}

/** The format that was asked for. */
export function chosenFormat({ format, json }: FormatOptions): FormatName {
  return json ? 'json' : (format ?? 'terminal');
}

/** Gathers an option that may be repeated. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** A count from 1 to a million. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1e6)
    throw new InvalidArgumentError('Give a whole number from 1.');
  return value;
}

/** A probability between 0 and 1. @throws InvalidArgumentError */
export function level(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError('Give a number between 0 and 1, such as 0.05.');
  return value;
}

/** A number from 0. @throws InvalidArgumentError */
export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Give a number from 0.');
  return value;
}

/** An unsigned 32-bit seed. @throws InvalidArgumentError */
export function seed(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new InvalidArgumentError('Give a whole number from 0 to 4294967295.');
  }
  return value;
}

/** `i/n`. @throws InvalidArgumentError */
export function shard(text: string): { index: number; count: number } {
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

/** Examples behind the help of a command. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}`).join('\n')}\n`;
}
