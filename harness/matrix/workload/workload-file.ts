import { basename } from 'node:path';
import { UsageError } from '../../errors.ts';
import { parseBytes, parseDuration } from '../../units.ts';
import { reportShapeIssues } from '../source/shape-issues.ts';
import { type SourcePath, YamlSource } from '../source/yaml-source.ts';
import { checkReferences } from './check-references.ts';
import { readParameter } from './parameter.ts';
import type { ParameterDefinition, WorkloadDefinition } from './workload.ts';
import { plainName, type WorkloadShape, workloadShape } from './workload-shape.ts';

/**
 * Parses a workload from the text of its file. Default name: the name of the file without `.yaml`.
 * @throws MatrixError that lists every error
 */
export function parseWorkload(text: string, options: { file: string; name?: string }): WorkloadDefinition {
  const source = new YamlSource(text, options.file);
  source.throwIfFailed();
  const parsed = workloadShape.safeParse(source.value);
  if (!parsed.success) {
    reportShapeIssues(source, workloadShape, parsed.error.issues);
    return source.fail();
  }
  const shape = parsed.data;
  const name = options.name ?? basename(options.file).replace(/\.ya?ml$/, '');
  if (!plainName.test(name))
    source.report([], `the file's name ${JSON.stringify(name)} is not a valid name for a workload`);
  const definition = toDefinition(source, name, shape);
  checkReferences(source, shape, definition.parameters);
  source.throwIfFailed();
  return definition;
}

function toDefinition(source: YamlSource, name: string, shape: WorkloadShape): WorkloadDefinition {
  const parameters = Object.entries(shape.parameters).flatMap(([parameterName, raw]) => {
    const definition = toParameter(source, parameterName, raw);
    return definition === undefined ? [] : [definition];
  });
  const extraNs = source.check(['deadline', 'extra'], () => parseDuration(shape.deadline.extra)) ?? 0;
  const sampleNs = readSamplePeriod(source, shape.samples);
  const expected = readExpected(source, shape.expected);
  const { parameter } = shape.deadline;
  return {
    name,
    version: shape.version,
    description: shape.description ?? `The workload ${name}.`,
    // A workload bounded by a duration defaults to fixed time, so that its totals are not judged by mistake.
    design: shape.design ?? (parameter === undefined ? 'fixed-work' : 'fixed-time'),
    parameters,
    programs: shape.image.programs,
    modules: shape.image.modules,
    preload: shape.preload.modules,
    preloadDependencies: shape.preload.dependencies,
    fragments: shape.fragments,
    run: shape.run,
    compressions: shape.compressions,
    deadline: parameter === undefined ? { extraNs } : { parameter, extraNs },
    expected,
    sampleNs,
    results: shape.results,
    metrics: Object.entries(shape.metrics).map(([metricName, metric]) => toMetric(metricName, metric)),
    succeeded: shape.succeeded,
    loadsFail: shape.loads_fail,
  };
}

function toMetric(
  name: string,
  { unit, class: kind, worse, description }: WorkloadShape['metrics'][string],
): WorkloadDefinition['metrics'][number] {
  const usual = unit === 'ns' ? 'time' : 'count';
  return { name, unit, class: kind ?? usual, worse, description: description ?? name };
}

function readExpected(
  source: YamlSource,
  raw: WorkloadShape['expected'],
): WorkloadDefinition['expected'] | undefined {
  if (raw === undefined) return undefined;
  const baseNs = source.check(['expected', 'base'], () => parseDuration(raw.base)) ?? 0;
  const perVcpuNs = source.check(['expected', 'per_vcpu'], () => parseDuration(raw.per_vcpu)) ?? 0;
  return { baseNs, perVcpuNs };
}

/** Sampling more often than once per millisecond would measure the sampler (guests/agent/channel/sample.c). */
const shortestSampleNs = 1e6;

function readSamplePeriod(source: YamlSource, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return source.check(['samples'], () => {
    const period = parseDuration(text);
    if (period >= shortestSampleNs) return period;
    throw new UsageError('PARAMETER_INVALID', 'the time between two samples must be at least 1ms');
  });
}

/** Reports keys that belong to parameters of another type, and a missing required key. */
function checkKeysOfType(
  source: YamlSource,
  path: readonly string[],
  raw: WorkloadShape['parameters'][string],
): void {
  const numeric = raw.type === 'integer' || raw.type === 'duration' || raw.type === 'size';
  const forbidden: [boolean, 'minimum' | 'maximum' | 'choices' | 'pattern'][] = [
    [!numeric, 'minimum'],
    [!numeric, 'maximum'],
    [raw.type !== 'choice', 'choices'],
    [raw.type !== 'string', 'pattern'],
  ];
  for (const [isForbidden, key] of forbidden) {
    if (isForbidden && raw[key] !== undefined)
      source.report([...path, key], `a ${raw.type} has no ${key}`, undefined, 'key');
  }
  if (raw.type === 'choice' && raw.choices === undefined)
    source.report(path, 'a choice needs its choices', undefined, 'key');
}

function toParameter(
  source: YamlSource,
  name: string,
  raw: WorkloadShape['parameters'][string],
): ParameterDefinition | undefined {
  const path = ['parameters', name];
  const before = source.count;
  checkKeysOfType(source, path, raw);
  const definition: ParameterDefinition = {
    name,
    type: raw.type,
    default: raw.default,
    description: raw.description ?? name,
  };
  if (raw.choices !== undefined) definition.choices = raw.choices;
  if (raw.pattern !== undefined && patternIsValid(source, [...path, 'pattern'], raw.pattern)) {
    definition.pattern = raw.pattern;
  }
  if (source.count > before) return undefined;
  for (const limit of ['minimum', 'maximum'] as const) {
    const value = raw[limit];
    if (value === undefined) continue;
    const read = source.check([...path, limit], () => readLimit(definition.type, value));
    if (read !== undefined) definition[limit] = read;
  }
  const checked = source.check([...path, 'default'], () => readParameter(definition, raw.default));
  return checked === undefined ? undefined : { ...definition, default: checked };
}

function readLimit(type: ParameterDefinition['type'], value: string | number | boolean): number {
  if (type === 'duration') return parseDuration(String(value));
  if (type === 'size') return parseBytes(String(value));
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new UsageError('PARAMETER_INVALID', 'the limit of an integer must be a whole number');
}

function patternIsValid(source: YamlSource, path: SourcePath, pattern: string): boolean {
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
    return true;
  } catch (error) {
    source.report(path, `this is not a regular expression: ${(error as Error).message}`);
    return false;
  }
}
