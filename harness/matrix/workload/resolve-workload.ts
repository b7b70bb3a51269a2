import { UsageError } from '../../errors.ts';
import type { Cell, ParameterValue, WorkloadSetting } from '../matrix.ts';
import { suggest } from '../source/nearest.ts';
import { parameterText } from './parameter.ts';
import type { ParameterDefinition, WorkloadDefinition, WorkloadMetric, WorkloadResult } from './workload.ts';
import type { WorkloadDesign } from './workload-design.ts';

/** A workload with the parameters of one cell filled in: what the image must contain and the agent must run. */
export interface ResolvedWorkload {
  name: string;
  version: number;
  /** What ends it, with these parameters. */
  design: WorkloadDesign;
  /** Program and arguments, executed without a shell. */
  run: string[];
  programs: string[];
  modules: string[];
  preload: string[];
  preloadDependencies: boolean;
  fragments: string[];
  /** Time from the start of the workload until it counts as hung, in ns, on an idle host under KVM. */
  deadlineNs: number;
  /** The value of the parameter that bounds the workload, in ns; 0 if there is none. */
  expectedNs: number;
  /** Interval between two memory samples while it runs, in ns; absent for no samples. */
  sampleNs?: number | undefined;
  results: WorkloadResult[];
  metrics: WorkloadMetric[];
  /** The metric that counts successful loads; absent if the workload cannot know them. */
  succeeded?: string | undefined;
  /** Loads fail by design, and not as duplicates. */
  loadsFail?: boolean | undefined;
}

/** Settings of the cell that a word may refer to like a parameter, because they determine how to load modules. */
const cellDefinitions: readonly ParameterDefinition[] = [
  {
    name: 'cell.compression',
    type: 'choice',
    choices: ['none', 'gzip', 'xz', 'zstd'],
    default: 'none',
    description: 'How the modules in the image are compressed.',
  },
  {
    name: 'cell.decompress',
    type: 'choice',
    choices: ['user', 'kernel'],
    default: 'user',
    description: 'Who decompresses them.',
  },
];

/** The formats in which a word may use a parameter of a type. */
const formats = {
  duration: new Map([
    ['hours', 3600e9],
    ['minutes', 60e9],
    ['seconds', 1e9],
    ['milliseconds', 1e6],
    ['microseconds', 1e3],
    ['nanoseconds', 1],
  ]),
  size: new Map([
    ['bytes', 1],
    ['kibibytes', 1024],
    ['mebibytes', 1024 ** 2],
    ['gibibytes', 1024 ** 3],
  ]),
};

/**
 * Replaces `${parameter}` in one word; a duration needs its unit (`${timeout.seconds}`), a size too
 * (`${amount.mebibytes}`), and must be a whole number. `${cell.compression}` and `${cell.decompress}` are settings of the
 * cell. `$${` is a literal `${`. The value is never split or expanded again.
 * @throws UsageError WORKLOAD_SUBSTITUTION
 */
export function substitute(
  word: string,
  definitions: readonly ParameterDefinition[],
  parameters: Readonly<Record<string, ParameterValue | undefined>>,
): string {
  return word.replace(
    /\$(\$\{)|\$\{([^}]*)\}?/g,
    (whole, literal: string | undefined, expression: string) => {
      if (literal !== undefined) return literal;
      if (!whole.endsWith('}')) throw broken(`${JSON.stringify(word)} has a \${ without a }`);
      return substituteOne(expression, definitions, parameters);
    },
  );
}

function substituteOne(
  expression: string,
  declared: readonly ParameterDefinition[],
  parameters: Readonly<Record<string, ParameterValue | undefined>>,
): string {
  const definitions = [...declared, ...cellDefinitions];
  const [name = '', format] = splitExpression(expression, definitions);
  const definition = definitions.find(one => one.name === name);
  if (definition === undefined) {
    const names = definitions.map(one => one.name);
    throw broken(`\${${expression}} names no parameter`, suggest(name, names));
  }
  const given = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  const value = given ?? definition.default;
  if (definition.type === 'duration' || definition.type === 'size') {
    return inFormat(definition, definition.type, format, Number(value));
  }
  if (format !== undefined) throw broken(`\${${expression}}: a ${definition.type} has no format .${format}`);
  return String(value);
}

/** A name may contain dots, so the longest parameter name wins. */
function splitExpression(expression: string, definitions: readonly ParameterDefinition[]): string[] {
  if (definitions.some(one => one.name === expression)) return [expression];
  const dot = expression.lastIndexOf('.');
  return dot === -1 ? [expression] : [expression.slice(0, dot), expression.slice(dot + 1)];
}

function inFormat(
  definition: ParameterDefinition,
  type: 'duration' | 'size',
  format: string | undefined,
  value: number,
): string {
  const factors = formats[type];
  const factor = factors.get(format ?? '');
  if (factor === undefined) {
    const example = [...factors.keys()].map(unit => `\${${definition.name}.${unit}}`);
    throw broken(
      `\${${definition.name}} is a ${type} and needs a unit`,
      `Write one of ${example.join(', ')}.`,
    );
  }
  const amount = value / factor;
  if (!Number.isInteger(amount)) {
    const text = parameterText(definition, value);
    throw broken(`the parameter ${definition.name} must be in whole ${format}, which ${text} is not`);
  }
  return String(amount);
}

/**
 * Fills in the parameters of a workload, and the settings of the cell that it refers to. Missing parameters get their
 * defaults. The values must have been checked by `readParameter`.
 * @throws UsageError WORKLOAD_SUBSTITUTION
 */
export function resolveWorkload(
  definition: WorkloadDefinition,
  parameters: WorkloadSetting['parameters'],
  cell: Partial<Pick<Cell, 'compression' | 'decompress'>> = {},
): ResolvedWorkload {
  const settings = { 'cell.compression': cell.compression, 'cell.decompress': cell.decompress };
  const put = (word: string): string =>
    substitute(word, definition.parameters, { ...settings, ...parameters });
  const bound = definition.parameters.find(one => one.name === definition.deadline.parameter);
  const boundNs = bound === undefined ? 0 : Number(parameters[bound.name] ?? bound.default);
  const run = definition.run.flatMap(item => {
    if (typeof item === 'string') return [put(item)];
    return (parameterValue(definition, parameters, item.if) === true ? item.add : item.otherwise).map(put);
  });
  return {
    name: definition.name,
    version: definition.version,
    design: designFor(definition, parameters),
    run,
    programs: [...definition.programs],
    modules: definition.modules.map(put),
    preload: definition.preload.map(put),
    preloadDependencies: definition.preloadDependencies,
    fragments: [...definition.fragments],
    deadlineNs: boundNs + definition.deadline.extraNs,
    expectedNs: boundNs,
    sampleNs: definition.sampleNs,
    results: definition.results.map(result => ({ ...result })),
    metrics: definition.metrics.map(metric => ({ ...metric })),
    succeeded: definition.succeeded,
    loadsFail: loadsFail(definition, parameters) || undefined,
  };
}

/** The design of a workload with given parameters; missing parameters get their defaults. */
export function designFor(
  definition: Pick<WorkloadDefinition, 'design' | 'parameters'>,
  parameters: WorkloadSetting['parameters'],
): WorkloadDesign {
  const { design } = definition;
  if (typeof design === 'string') return design;
  // biome-ignore lint/style/noNonNullAssertion: a workload's file has a design for every value of the parameter
  return design.values[String(parameterValue(definition, parameters, design.parameter))]!;
}

function loadsFail(definition: WorkloadDefinition, parameters: WorkloadSetting['parameters']): boolean {
  const declared = definition.loadsFail;
  return (
    (typeof declared === 'string' ? parameterValue(definition, parameters, declared) : declared) === true
  );
}

/** The value of a parameter of a workload: the given one, else its default. */
function parameterValue(
  { parameters: definitions }: Pick<WorkloadDefinition, 'parameters'>,
  given: WorkloadSetting['parameters'],
  name: string,
): ParameterValue | undefined {
  return given[name] ?? definitions.find(one => one.name === name)?.default;
}

function broken(message: string, hint?: string): UsageError {
  return new UsageError('WORKLOAD_SUBSTITUTION', message, hint === undefined ? {} : { hint });
}
