import { UsageError } from '../../errors.ts';

/** How to parse the ends of a range and format the values between. */
export interface RangeUnit {
  /** @throws UsageError if the text is not a quantity of this unit */
  read(text: string): number;
  write(value: number): string | number;
  /** `1..4` counts by one, but `1GiB..4GiB` needs a step. */
  needsStep: boolean;
}

const maximumValues = 10_000;
const form = /^([^\s.]\S{0,30}?) ?\.\. ?(\S{1,30})(?: +(step|times) +(\S{1,30}))?$/;

/** Whole numbers: `1..8`, `1..9 step 2`, `1..64 times 2`. */
export const integerRange: RangeUnit = {
  read: text => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && /^[0-9]+$/.test(text)) return value;
    throw new UsageError('RANGE_INVALID', `${JSON.stringify(text)} is not a whole number`);
  },
  write: value => value,
  needsStep: false,
};

/** Whether a value in a list is a range. */
export function isRange(raw: unknown): raw is string {
  return typeof raw === 'string' && raw.length <= 200 && form.test(raw.trim());
}

/**
 * The values of `FROM..TO`, `FROM..TO step N` or `FROM..TO times N` (1, N, N*N …), including both ends if
 * they are hit.
 * @throws UsageError RANGE_INVALID
 */
export function expandRange(text: string, unit: RangeUnit): (string | number)[] {
  const match = form.exec(text.trim());
  if (match === null) throw new UsageError('RANGE_INVALID', `${JSON.stringify(text)} is not a range`);
  const [, fromText = '', toText = '', word, stepText] = match;
  const from = unit.read(fromText);
  const to = unit.read(toText);
  if (from > to)
    throw new UsageError('RANGE_INVALID', `the range ${text} runs backwards`, {
      hint: `Write ${toText}..${fromText}.`,
    });
  if (word === undefined && unit.needsStep) {
    throw new UsageError('RANGE_INVALID', `the range ${text} needs a step`, {
      hint: `Write ${fromText}..${toText} times 2, or ${fromText}..${toText} step ${fromText}.`,
    });
  }
  const next =
    word === 'times' && stepText !== undefined
      ? multiplier(stepText, from, text)
      : adder(unit, stepText, text);
  return walk(from, to, next, text).map(value => unit.write(value));
}

function multiplier(stepText: string, from: number, range: string): (value: number) => number {
  const factor = integerRange.read(stepText);
  if (factor < 2 || from === 0) {
    throw new UsageError('RANGE_INVALID', `the range ${range} never ends`, {
      hint: 'Start above 0 and multiply by 2 or more.',
    });
  }
  return value => value * factor;
}

function adder(unit: RangeUnit, stepText: string | undefined, range: string): (value: number) => number {
  const step = stepText === undefined ? 1 : unit.read(stepText);
  if (step <= 0)
    throw new UsageError('RANGE_INVALID', `the range ${range} never ends`, {
      hint: 'The step must be above 0.',
    });
  return value => value + step;
}

function walk(from: number, to: number, next: (value: number) => number, range: string): number[] {
  const values: number[] = [];
  for (let value = from; value <= to; value = next(value)) {
    if (values.length === maximumValues) {
      throw new UsageError('RANGE_INVALID', `the range ${range} has more than ${maximumValues} values`);
    }
    values.push(value);
  }
  return values;
}
