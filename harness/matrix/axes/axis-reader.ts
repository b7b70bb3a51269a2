import type { WorkloadSetting } from '../matrix.ts';
import { type PlainAxis, plainAxes } from '../matrix-shape.ts';
import { suggest } from '../source/nearest.ts';
import type { SourcePath, YamlSource } from '../source/yaml-source.ts';
import { parameterText, readParameter } from '../workload/parameter.ts';
import {
  type AxisContext,
  type AxisValue,
  expandAxisValue,
  expandParameter,
  findParameter,
  findWorkload,
  readAxisValue,
  workloadParts,
} from './axis.ts';
import { type Choice, completeWorkload, parameterPrefix } from './cell.ts';

/** A map of axes to one or many values, checked: `axes`, or one entry of `include` or `exclude`. */
export interface AxisTable {
  plain: Map<PlainAxis, Choice<AxisValue>[]>;
  workload: Choice<WorkloadSetting>[] | undefined;
  /** By the name of the parameter. */
  parameters: Map<string, Choice<unknown>[]>;
  /** The keys, in the order of the file. */
  order: string[];
}

/** Reads a map of axes and reports all errors. `workloads` are the ones to use if the map names none. */
export function readAxisTable(
  source: YamlSource,
  path: SourcePath,
  raw: Readonly<Record<string, unknown>>,
  context: AxisContext,
  workloads: readonly WorkloadSetting[],
): AxisTable {
  const table: AxisTable = {
    plain: new Map(),
    workload: undefined,
    parameters: new Map(),
    order: Object.keys(raw),
  };
  if (raw['workload'] !== undefined)
    table.workload = readWorkloads(source, [...path, 'workload'], raw['workload'], context);
  const inForce = table.workload?.map(choice => choice.value) ?? workloads;
  for (const [key, value] of Object.entries(raw)) {
    const place = [...path, key];
    const axis = plainAxes.find(one => one === key);
    if (axis !== undefined) table.plain.set(axis, readPlain(source, place, axis, value, context));
    else if (key.startsWith(parameterPrefix)) {
      const name = key.slice(parameterPrefix.length);
      table.parameters.set(name, readParameters(source, place, name, value, context, inForce));
    } else if (key !== 'workload') reportUnknownAxis(source, place, key, context, inForce);
  }
  return table;
}

function reportUnknownAxis(
  source: YamlSource,
  path: SourcePath,
  key: string,
  context: AxisContext,
  workloads: readonly WorkloadSetting[],
): void {
  const parameters = workloads.flatMap(one =>
    findWorkload(context, one.name).parameters.map(parameter => parameter.name),
  );
  const hint = parameters.includes(key)
    ? `A parameter of the workload is the axis ${parameterPrefix}${key}.`
    : suggest(key, [...plainAxes, 'workload', ...new Set(parameters.map(name => parameterPrefix + name))]);
  source.report(path, `there is no axis ${JSON.stringify(key)}`, hint, 'key');
}

/** A workload by name or with parameters, without defaults. Errors are reported and give undefined. */
export function readWorkload(
  source: YamlSource,
  path: SourcePath,
  raw: unknown,
  context: AxisContext,
): WorkloadSetting | undefined {
  const parts = source.check(path, () => workloadParts(raw, context));
  if (parts === undefined) return undefined;
  const { definition, given } = parts;
  const parameters: WorkloadSetting['parameters'] = {};
  for (const [name, value] of Object.entries(given)) {
    const place = [...path, definition.name, name];
    const parameter = source.check(place, () => findParameter(definition, name), 'key');
    const read = parameter && source.check(place, () => readParameter(parameter, value));
    if (read !== undefined) parameters[name] = read;
  }
  return { name: definition.name, parameters };
}

function readPlain(
  source: YamlSource,
  path: SourcePath,
  axis: PlainAxis,
  raw: unknown,
  context: AxisContext,
): Choice<AxisValue>[] {
  const choices = itemsOf(raw, path).flatMap(item => {
    const values = source.check(item.path, () => expandAxisValue(axis, item.value)) ?? [];
    return values.flatMap(one => {
      const value = source.check(item.path, () => readAxisValue(axis, one, context));
      return asList(value, item.path, String(one));
    });
  });
  return unique(source, choices, value => value.identity);
}

function readWorkloads(
  source: YamlSource,
  path: SourcePath,
  raw: unknown,
  context: AxisContext,
): Choice<WorkloadSetting>[] {
  const choices = itemsOf(raw, path).flatMap(item => {
    const value = readWorkload(source, item.path, item.value, context);
    return asList(value, item.path, typeof item.value === 'string' ? item.value : 'this workload');
  });
  return unique(source, choices, value => JSON.stringify(completeWorkload(value, context)));
}

/** Every applicable workload must have the parameter and accept the value. A value given in two places is an error. */
function readParameters(
  source: YamlSource,
  path: SourcePath,
  name: string,
  raw: unknown,
  context: AxisContext,
  workloads: readonly WorkloadSetting[],
): Choice<unknown>[] {
  const definitions = workloads.flatMap(setting => {
    const definition = source.check(path, () => findParameter(findWorkload(context, setting.name), name));
    if (Object.hasOwn(setting.parameters, name)) {
      source.report(
        path,
        `the parameter ${name} is also given with the workload ${setting.name}`,
        'Keep one of the two.',
        'key',
      );
    }
    return definition === undefined ? [] : [definition];
  });
  const [first] = definitions;
  if (first === undefined) return [];
  const choices = itemsOf(raw, path).flatMap(item => {
    const values = source.check(item.path, () => expandParameter(first, item.value)) ?? [];
    return values.flatMap(value => {
      const read = definitions.map(one => source.check(item.path, () => readParameter(one, value)));
      return read.includes(undefined) ? [] : asList(value, item.path, String(value));
    });
  });
  return unique(source, choices, value => parameterText(first, readParameter(first, value)));
}

function itemsOf(raw: unknown, path: SourcePath): Choice<unknown>[] {
  if (!Array.isArray(raw)) return [{ path, value: raw }];
  return raw.map((value: unknown, index) => ({ path: [...path, index], value }));
}

/** A choice with its spelling in the file, for messages. */
interface WrittenChoice<Value> extends Choice<Value> {
  written: string;
}

function asList<Value>(value: Value | undefined, path: SourcePath, written: string): WrittenChoice<Value>[] {
  return value === undefined ? [] : [{ path, value, written }];
}

/** Drops duplicate values, also in a different spelling, and reports them. */
function unique<Value>(
  source: YamlSource,
  choices: readonly WrittenChoice<Value>[],
  identityOf: (value: Value) => string,
): Choice<Value>[] {
  const seen = new Map<string, string>();
  return choices.flatMap(({ path, value, written }) => {
    const identity = identityOf(value);
    const earlier = seen.get(identity);
    if (earlier === undefined) {
      seen.set(identity, written);
      return [{ path, value }];
    }
    const claim =
      earlier === written ? `${written} is listed twice` : `${written} is another spelling of ${earlier}`;
    source.report(path, claim, 'Remove one: equal cells would count twice.');
    return [];
  });
}
