import { UsageError } from '../../errors.ts';
import { parseBytes, parseDuration } from '../../units.ts';
import type { PlainAxis } from '../matrix-shape.ts';
import { suggest } from '../source/nearest.ts';
import { kindOf } from '../source/shape-issues.ts';
import { canonicalBytes, canonicalDuration } from '../workload/parameter.ts';
import type { WorkloadDefinition } from '../workload/workload.ts';
import type { Workloads } from '../workload/workload-catalog.ts';
import { namedValue } from './named-value.ts';
import { expandRange, integerRange, isRange, type RangeUnit } from './range.ts';

/** One checked value of an axis. */
export interface AxisValue {
  /** Base units: bytes for memory. */
  value: string | number;
  /** The canonical text, for settings and labels. */
  text: string;
  /** The short name that the file gives it, for labels. */
  name?: string;
  /** Equal for two spellings of the same value (`stats+dups`, `dups+stats`). */
  identity: string;
}

/** What the values of axes may refer to. */
export interface AxisContext {
  kernels: readonly string[];
  /** Fragments of guests/kernel/ and of the matrix itself, without `plain`. */
  fragments: readonly string[];
  workloads: Workloads;
}

/** xAPIC IDs have 8 bits and 255 is the broadcast ID. More would need x2APIC and an IOMMU. */
const maximumVcpus = 255;
/** QEMU's MAX_NODES (include/sysemu/numa.h). */
const maximumNumaNodes = 128;
const minimumMemory = 64 * 1024 ** 2;
const maximumMemory = 16 * 1024 ** 4;

/** The default values of a matrix. A kernel has no default. */
export const axisDefaults: Record<Exclude<PlainAxis, 'kernel'>, string | number> = {
  config: 'stats',
  vcpus: 2,
  memory: '1GiB',
  compression: 'none',
  decompress: 'user',
  command_line: '',
  cpu: 'auto',
  numa: 1,
  clock: 'host',
};

/**
 * Reads and checks one value of an axis, with or without a short name.
 * @throws UsageError AXIS_VALUE_INVALID (or SIZE_INVALID)
 */
export function readAxisValue(axis: PlainAxis, raw: unknown, context: AxisContext): AxisValue {
  const { name, value } = namedValue(raw);
  const read = readUnnamed(axis, value, context);
  return name === undefined ? read : { ...read, name };
}

function readUnnamed(axis: PlainAxis, raw: unknown, context: AxisContext): AxisValue {
  switch (axis) {
    case 'kernel':
      return plain(oneOf('kernel', text(raw), context.kernels));
    case 'config':
      return readConfig(text(raw), context.fragments);
    case 'vcpus':
      return readCount('vcpus', raw, maximumVcpus);
    case 'numa':
      return readCount('numa', raw, maximumNumaNodes);
    case 'memory':
      return readMemory(raw);
    case 'compression':
      return plain(oneOf('compression', text(raw), ['none', 'gzip', 'xz', 'zstd']));
    case 'decompress':
      return plain(oneOf('decompress', text(raw), ['user', 'kernel']));
    case 'command_line':
      return readCommandLine(text(raw));
    case 'cpu':
      return readCpu(text(raw));
    case 'clock':
      return plain(oneOf('clock', text(raw), ['host', 'instructions']));
  }
}

/**
 * Expands a range in a list of values. Anything else is returned unchanged.
 * @throws UsageError RANGE_INVALID
 */
export function expandAxisValue(axis: PlainAxis, raw: unknown): unknown[] {
  const unit: RangeUnit | undefined =
    axis === 'vcpus' || axis === 'numa' ? integerRange : axis === 'memory' ? memoryRange : undefined;
  return unit !== undefined && isRange(raw) ? expandRange(raw, unit) : [raw];
}

/**
 * Expands a value in a list of `workload.PARAMETER`: ranges of an integer, duration or size.
 * @throws UsageError RANGE_INVALID
 */
export function expandParameter(
  definition: WorkloadDefinition['parameters'][number],
  raw: unknown,
): unknown[] {
  if (!isRange(raw)) return [raw];
  if (definition.type === 'integer') return expandRange(raw, integerRange);
  if (definition.type === 'size') return expandRange(raw, memoryRange);
  return definition.type === 'duration' ? expandRange(raw, durationRange) : [raw];
}

/**
 * Finds the definition of a workload's parameter.
 * @throws UsageError PARAMETER_UNKNOWN
 */
export function findParameter(
  definition: WorkloadDefinition,
  name: string,
): WorkloadDefinition['parameters'][number] {
  const found = definition.parameters.find(one => one.name === name);
  if (found !== undefined) return found;
  const names = definition.parameters.map(one => one.name);
  throw new UsageError(
    'PARAMETER_UNKNOWN',
    `the workload ${definition.name} has no parameter ${JSON.stringify(name)}`,
    {
      hint: suggest(name, names),
    },
  );
}

/**
 * The definition of a workload.
 * @throws UsageError WORKLOAD_UNKNOWN
 */
export function findWorkload({ workloads }: AxisContext, name: string): WorkloadDefinition {
  const definition = workloads.get(name);
  if (definition !== undefined) return definition;
  throw new UsageError('WORKLOAD_UNKNOWN', `there is no workload ${JSON.stringify(name)}`, {
    hint: suggest(name, [...workloads.keys()]),
  });
}

/**
 * The definition of a workload, its name, and its parameters as written. `{ coldplug: }` has none.
 * @throws UsageError WORKLOAD_UNKNOWN
 */
export function workloadParts(
  raw: unknown,
  context: AxisContext,
): { definition: WorkloadDefinition; given: Record<string, unknown> } {
  const entries =
    typeof raw === 'string' ? [[raw, null] as const] : Object.entries((raw ?? {}) as Record<string, unknown>);
  const [first, second] = entries;
  if (first === undefined || second !== undefined) {
    throw new UsageError('WORKLOAD_UNKNOWN', `this must name one workload, not ${entries.length}`, {
      hint: 'To use several workloads, make them an axis: `axes: { workload: [stress-ng, storm] }`.',
    });
  }
  const [name, given] = first;
  return { definition: findWorkload(context, name), given: (given ?? {}) as Record<string, unknown> };
}

const memoryRange: RangeUnit = { read: parseBytes, write: canonicalBytes, needsStep: true };
const durationRange: RangeUnit = { read: parseDuration, write: canonicalDuration, needsStep: true };

function plain(value: string): AxisValue {
  return { value, text: value, identity: value };
}

function text(raw: unknown): string {
  if (typeof raw === 'string') return raw;
  const hint = typeof raw === 'number' || typeof raw === 'boolean' ? { hint: `Quote it: '${raw}'.` } : {};
  throw invalid(`this must be text, not ${kindOf(raw)}`, hint.hint);
}

function oneOf(axis: string, value: string, known: readonly string[]): string {
  if (known.includes(value)) return value;
  throw invalid(`there is no ${axis} ${JSON.stringify(value)}`, suggest(value, known));
}

function readConfig(value: string, fragments: readonly string[]): AxisValue {
  const names = value.split('+');
  for (const name of names) oneOf('config fragment', name, ['plain', ...fragments]);
  if (names.length > 1 && names.includes('plain')) {
    throw invalid(
      `${JSON.stringify(value)} combines plain with fragments, but plain is the control without any`,
      'Leave plain out.',
    );
  }
  const sorted = [...new Set(names)].sort();
  if (sorted.length < names.length) throw invalid(`${JSON.stringify(value)} names a fragment twice`);
  return { value, text: value, identity: sorted.join('+') };
}

function readCount(axis: string, raw: unknown, maximum: number): AxisValue {
  if (typeof raw !== 'number' || !Number.isInteger(raw) || raw < 1 || raw > maximum) {
    const shown = typeof raw === 'number' || typeof raw === 'string' ? JSON.stringify(raw) : kindOf(raw);
    throw invalid(`${axis} must be a whole number from 1 to ${maximum}, not ${shown}`);
  }
  return { value: raw, text: String(raw), identity: String(raw) };
}

function readMemory(raw: unknown): AxisValue {
  if (typeof raw !== 'string')
    throw invalid(`memory needs a unit, but this is ${kindOf(raw)}`, 'Write 512MiB or 2GiB.');
  const bytes = parseBytes(raw);
  if (bytes < minimumMemory || bytes > maximumMemory || bytes % 1024 ** 2 !== 0) {
    throw invalid(`memory must be whole MiB from 64MiB to 16TiB, not ${JSON.stringify(raw)}`);
  }
  return { value: bytes, text: canonicalBytes(bytes), identity: String(bytes) };
}

function readCommandLine(value: string): AxisValue {
  const words = value.trim().split(/\s+/).join(' ');
  if (/\p{Cc}/u.test(words)) throw invalid('the command line has a control character');
  // COMMAND_LINE_SIZE is 2048 on x86 (arch/x86/include/asm/setup.h), and modstorm's own parameters need space too.
  if (words.length > 1536) throw invalid('the command line is longer than 1536 characters');
  return plain(words);
}

function readCpu(value: string): AxisValue {
  // The model is one argument of QEMU, with its properties after commas: max,-x2apic,tsc-frequency=1000000000
  if (/^[A-Za-z0-9][A-Za-z0-9_.,=+-]{0,255}$/.test(value)) return plain(value);
  throw invalid(
    `${JSON.stringify(value)} is not a CPU model of QEMU`,
    '`qemu-system-x86_64 -cpu help` lists them.',
  );
}

function invalid(message: string, hint?: string): UsageError {
  return new UsageError('AXIS_VALUE_INVALID', message, hint === undefined ? {} : { hint });
}
