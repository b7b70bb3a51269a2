import { runInNewContext } from 'node:vm';
import { UsageError } from '../../errors.ts';
import { parseBytes, parseDuration } from '../../units.ts';
import type { ParameterValue } from '../matrix.ts';
import { suggest } from '../source/nearest.ts';
import { kindOf } from '../source/shape-issues.ts';
import type { ParameterDefinition } from './workload.ts';

const byteUnits: readonly [string, number][] = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
];
const durationUnits: readonly [string, number][] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
];

/** The canonical text of a size, with the largest binary unit that divides it (`2GiB`, `1536MiB`). */
export function canonicalBytes(bytes: number): string {
  return inLargestUnit(bytes, byteUnits, 'B');
}

/** The canonical text of a duration in ns, with the largest unit up to seconds that divides it (`5s`, `1500ms`). */
export function canonicalDuration(ns: number): string {
  return inLargestUnit(ns, durationUnits, 'ns');
}

function inLargestUnit(value: number, units: readonly [string, number][], smallest: string): string {
  const unit = value === 0 ? undefined : units.find(([, factor]) => value % factor === 0);
  return unit === undefined ? `${value}${smallest}` : `${value / unit[1]}${unit[0]}`;
}

/** A parameter's value as shown in settings, filters and reports. */
export function parameterText(definition: ParameterDefinition, value: ParameterValue): string {
  if (definition.type === 'size') return canonicalBytes(Number(value));
  if (definition.type === 'duration') return canonicalDuration(Number(value));
  return String(value);
}

/**
 * Reads and checks a parameter's value: sizes become bytes, durations nanoseconds.
 * @throws UsageError PARAMETER_INVALID (or SIZE_INVALID, DURATION_INVALID) if it has the wrong type or is out of range
 */
export function readParameter(definition: ParameterDefinition, raw: unknown): ParameterValue {
  switch (definition.type) {
    case 'integer':
      return withinRange(definition, readInteger(definition, raw));
    case 'duration':
      return withinRange(definition, parseDuration(scalar(definition, raw)));
    case 'size':
      return withinRange(definition, parseBytes(scalar(definition, raw)));
    case 'boolean':
      if (typeof raw === 'boolean') return raw;
      throw invalid(definition, `must be true or false, not ${kindOf(raw)}`);
    case 'choice':
      return readChoice(definition, raw);
    case 'string':
      return readString(definition, raw);
  }
}

function readInteger(definition: ParameterDefinition, raw: unknown): number {
  if (typeof raw === 'number' && Number.isSafeInteger(raw)) return raw;
  throw invalid(definition, `must be a whole number, not ${typeof raw === 'number' ? raw : kindOf(raw)}`);
}

function scalar(definition: ParameterDefinition, raw: unknown): string | number {
  if (typeof raw === 'string' || typeof raw === 'number') return raw;
  throw invalid(definition, `must be a ${definition.type}, not ${kindOf(raw)}`);
}

function readChoice(definition: ParameterDefinition, raw: unknown): string {
  const choices = definition.choices ?? [];
  const text = String(scalar(definition, raw));
  if (choices.includes(text)) return text;
  throw invalid(definition, `cannot be ${JSON.stringify(text)}`, suggest(text, choices));
}

function readString(definition: ParameterDefinition, raw: unknown): string {
  if (typeof raw !== 'string') throw invalid(definition, `must be text, not ${kindOf(raw)}`);
  if (raw.includes('\0')) throw invalid(definition, 'must not contain a NUL character');
  if (raw.length > 4096) throw invalid(definition, 'must have at most 4096 characters');
  if (definition.pattern !== undefined && !matches(definition, definition.pattern, raw)) {
    throw invalid(definition, `cannot be ${JSON.stringify(raw)}`, `It must match ${definition.pattern}.`);
  }
  return raw;
}

/**
 * How long a text may be held against a pattern, ms: such as `(a+)+` would go on for ever, and hear no signal. It is wall time,
 * so a busy host must not exceed it by itself: at a load of 11 on two cores, 200 ms were too short for a harmless pattern.
 */
const patternLimitMs = 3000;

/**
 * The texts that matched before, by parameter. A matrix reads its few values again for each of its cells, and holding one
 * against a pattern takes 0.7 ms, nearly all of it for the new context.
 */
const matched = new WeakMap<ParameterDefinition, Set<string>>();

function matches(definition: ParameterDefinition, pattern: string, text: string): boolean {
  const known = matched.get(definition) ?? new Set();
  matched.set(definition, known);
  if (known.has(text)) return true;
  const fits = matchesWithinLimit(definition, pattern, text);
  if (fits) known.add(text);
  return fits;
}

function matchesWithinLimit(definition: ParameterDefinition, pattern: string, text: string): boolean {
  try {
    const code = "new RegExp(pattern, 'u').test(text)";
    const names = { pattern: `^(?:${pattern})$`, text };
    return runInNewContext(code, names, { timeout: patternLimitMs }) as boolean;
  } catch (error) {
    // It was created in the other context, so it is not an instance of this context's Error.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw invalid(
      definition,
      `cannot be held against its pattern within ${patternLimitMs} ms`,
      `The pattern ${pattern} takes exponential time; write it without a repetition in a repetition.`,
    );
  }
}

function withinRange(definition: ParameterDefinition, value: number): number {
  const { minimum, maximum } = definition;
  const show = (limit: number): string => parameterText(definition, limit);
  if (minimum !== undefined && value < minimum) {
    throw invalid(definition, `must be at least ${show(minimum)}, not ${show(value)}`);
  }
  if (maximum !== undefined && value > maximum) {
    throw invalid(definition, `must be at most ${show(maximum)}, not ${show(value)}`);
  }
  return value;
}

function invalid(definition: ParameterDefinition, claim: string, hint?: string): UsageError {
  const facts = hint === undefined ? {} : { hint };
  return new UsageError('PARAMETER_INVALID', `the parameter ${definition.name} ${claim}`, facts);
}
