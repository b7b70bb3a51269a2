import { UsageError } from '../errors.ts';
import { parseBytes, parseDuration } from '../units.ts';
import { canonicalText } from './axes/canonical-text.ts';
import type { CompareSetting, GateSetting, Matrix, TrialCount } from './matrix.ts';
import type { MatrixShape } from './matrix-shape.ts';
import { suggest } from './source/nearest.ts';
import type { YamlSource } from './source/yaml-source.ts';

/** Default number of boots per cell. */
const defaultTrials = 3;

/** Reads `trials`; looks must ascend. */
export function readTrials(source: YamlSource, shape: MatrixShape): TrialCount {
  const { trials } = shape;
  if (trials === undefined || typeof trials === 'number')
    return { kind: 'fixed', count: trials ?? defaultTrials };
  for (const [index, look] of trials.looks.entries()) {
    const before = trials.looks[index - 1];
    if (before !== undefined && look <= before) {
      source.report(['trials', 'looks', index], `looks must ascend, but ${look} follows ${before}`);
    }
  }
  return { kind: 'looks', looks: trials.looks };
}

/** The names of metrics that `gates` may use. */
export interface GateNames {
  metrics: readonly string[];
  /** Those among them that cannot be gated if every workload runs for a fixed time. */
  totals: readonly string[];
}

/** Reads `gates`. Checks the names of metrics if the caller knows them. */
export function readGates(
  source: YamlSource,
  shape: MatrixShape,
  names: (() => GateNames) | undefined,
): Record<string, GateSetting> {
  const gates: [string, GateSetting][] = [];
  const metrics = shape.gates && names?.().metrics;
  for (const [metric, raw] of Object.entries(shape.gates ?? {})) {
    const path = ['gates', metric];
    if (metrics !== undefined && !metrics.includes(metric)) {
      source.report(path, `there is no metric ${JSON.stringify(metric)}`, suggest(metric, metrics), 'key');
    }
    gates.push([metric, readGate(source, path, raw)]);
  }
  return Object.fromEntries(gates);
}

function readGate(
  source: YamlSource,
  path: readonly string[],
  raw: NonNullable<MatrixShape['gates']>[string],
): GateSetting {
  const read = <Raw>(key: string, given: Raw | undefined, parse: (given: Raw) => number) =>
    given === undefined ? undefined : source.check([...path, key], () => parse(given));
  const gate: GateSetting = {};
  if (raw.worse !== undefined) gate.worse = raw.worse;
  const atLeast = read('at least', raw['at least'], readAmount);
  if (atLeast !== undefined) gate.atLeast = atLeast;
  const relative = read('relative', raw.relative, readShare);
  if (relative !== undefined) gate.relative = relative;
  const rate = read('rate', raw.rate, readRate);
  if (rate !== undefined) gate.rate = rate;
  return gate;
}

/** Rejects gates of totals if every workload runs for a fixed time, because totals then measure the speed of the kernel. */
export function checkGatedTotals(
  source: YamlSource,
  matrix: Matrix,
  names: (() => GateNames) | undefined,
): void {
  if (Object.keys(matrix.gates).length === 0 || !names) return;
  if (matrix.cells.some(({ design }) => design === 'fixed-work')) return;
  const { totals } = names();
  for (const metric of Object.keys(matrix.gates)) {
    if (!totals.includes(metric)) continue;
    source.report(
      ['gates', metric],
      `${metric} is a total, and every workload of this matrix runs for a fixed time: a slower kernel would be an improvement`,
      'Gate waste_per_request, failures_per_request or loads_per_second, or use a workload with fixed work.',
      'key',
    );
  }
}

/** Rejects counting instructions under KVM, which runs them on the processor, where they cannot be counted. */
export function checkClocks(source: YamlSource, matrix: Matrix): void {
  if (matrix.require.accel !== 'kvm' || matrix.cells.every(({ clock }) => clock === 'host')) return;
  source.report(
    ['require', 'accel'],
    'instructions can only be counted under emulation, but KVM is required',
    'Write `accel: tcg`, or move `clock: instructions` to a separate matrix.',
  );
}

/** Reads `compare`. The axis must vary, and a cell must have the base. */
export function readCompare(
  source: YamlSource,
  shape: MatrixShape,
  matrix: Matrix,
): CompareSetting | undefined {
  const { compare } = shape;
  if (compare === undefined) return undefined;
  if (!matrix.varied.includes(compare.axis)) {
    const hint =
      matrix.varied.length === 0 ? 'Nothing varies in this matrix.' : suggest(compare.axis, matrix.varied);
    source.report(
      ['compare', 'axis'],
      `${JSON.stringify(compare.axis)} is not an axis with several values`,
      hint,
    );
    return undefined;
  }
  if (compare.axis === 'clock') {
    const message = 'guests with different clocks do not do the same work and cannot be compared';
    source.report(['compare', 'axis'], message, 'Compare another axis. A matrix may have both clocks.');
    return undefined;
  }
  const values = [...new Set(matrix.cells.flatMap(cell => cell.settings[compare.axis] ?? []))];
  const wanted = String(compare.base);
  const named = matrix.cells.find(({ names }) => names?.[compare.axis] === wanted)?.settings[compare.axis];
  const base =
    values.find(value => canonicalText(compare.axis, value) === canonicalText(compare.axis, wanted)) ?? named;
  if (base === undefined) {
    const message = `no cell has ${compare.axis}=${String(compare.base)}`;
    source.report(['compare', 'base'], message, suggest(String(compare.base), values));
    return undefined;
  }
  return { axis: compare.axis, base };
}

/** A number, a duration in ns, or a size in bytes: `1`, `5ms`, `1MiB`. */
function readAmount(raw: number | string): number {
  if (typeof raw === 'number') return notNegative(raw);
  for (const read of [parseDuration, parseBytes]) {
    try {
      return read(raw);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  throw new UsageError('GATE_INVALID', `${JSON.stringify(raw)} is not an amount`, {
    hint: 'Write 1, 5ms or 1MiB.',
  });
}

/** A fraction: `0.05` or `5%`. */
function readShare(raw: number | string): number {
  if (typeof raw === 'number') return notNegative(raw);
  const percent = /^([0-9]+(?:\.[0-9]+)?) ?%$/.exec(raw)?.[1];
  if (percent !== undefined) return Number(percent) / 100;
  throw new UsageError('GATE_INVALID', `${JSON.stringify(raw)} is not a fraction`, {
    hint: 'Write 0.05 or 5%.',
  });
}

/** A share of boots: more than 0, at most 1. */
function readRate(raw: number | string): number {
  const rate = readShare(raw);
  if (rate > 0 && rate <= 1) return rate;
  throw new UsageError('GATE_INVALID', `a rate must be above 0 and at most 1 (100%), not ${rate}`, {
    hint: 'Write for example 0.1 or 10% for one boot in ten.',
  });
}

function notNegative(value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new UsageError('GATE_INVALID', `a gate must not be negative, but this is ${value}`);
}
