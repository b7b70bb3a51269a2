import type { WorkloadSetting } from '../matrix.ts';
import { type PlainAxis, plainAxes } from '../matrix-shape.ts';
import type { YamlSource } from '../source/yaml-source.ts';
import { rawMap } from '../source/yaml-source.ts';
import { type AxisContext, type AxisValue, axisDefaults, readAxisValue } from './axis.ts';
import { type AxisTable, readAxisTable, readWorkload } from './axis-reader.ts';
import type { Choice, Draft } from './cell.ts';

/** The workload of a matrix that names none. */
const defaultWorkload = 'stress-ng';

/** The axes and then the single values at the top level of the file, as one table. */
export function readTopTable(source: YamlSource, value: unknown, context: AxisContext): AxisTable {
  const raw = rawMap(value);
  const axes = rawMap(raw['axes']);
  for (const key of [...plainAxes, 'workload']) {
    if (raw[key] !== undefined && axes[key] !== undefined)
      source.report([key], `${key} is also an axis`, 'Keep one of the two.', 'key');
  }
  const workload = axes['workload'] === undefined ? readSingleWorkload(source, raw, context) : undefined;
  const table = readAxisTable(source, ['axes'], axes, context, workload ? [workload.value] : []);
  if (workload) table.workload = [workload];
  for (const axis of plainAxes) {
    if (axes[axis] !== undefined || raw[axis] === undefined) continue;
    const value = source.check([axis], () => readAxisValue(axis, raw[axis], context));
    table.plain.set(axis, value === undefined ? [] : [{ path: [axis], value }]);
  }
  return table;
}

/** The workload of a matrix that does not vary it. */
function readSingleWorkload(
  source: YamlSource,
  raw: Readonly<Record<string, unknown>>,
  context: AxisContext,
): Choice<WorkloadSetting> | undefined {
  const path = raw['workload'] === undefined ? [] : ['workload'];
  const value = readWorkload(source, path, raw['workload'] ?? defaultWorkload, context);
  return value && { path, value };
}

/** The first value of each axis, the single value, or the built-in default. */
export function makeDefaults(source: YamlSource, table: AxisTable, context: AxisContext): Draft | undefined {
  const plain: Partial<Draft['plain']> = {};
  for (const axis of plainAxes) {
    const given = table.plain.get(axis);
    const choice = given === undefined ? builtIn(source, axis, context) : given[0];
    if (choice !== undefined) plain[axis] = choice;
  }
  const workload = table.workload?.[0];
  if (workload === undefined || plainAxes.some(axis => plain[axis] === undefined)) return undefined;
  const parameters: Draft['parameters'] = {};
  for (const [name, [first]] of table.parameters) if (first !== undefined) parameters[name] = first;
  return { plain: plain as Draft['plain'], workload, parameters };
}

function builtIn(source: YamlSource, axis: PlainAxis, context: AxisContext): Choice<AxisValue> | undefined {
  const [only, second] = context.kernels;
  if (axis !== 'kernel') {
    const value = source.check([], () => readAxisValue(axis, axisDefaults[axis], context));
    return value === undefined ? undefined : { path: [], value };
  }
  if (second !== undefined) {
    const hint = `Write \`kernel: ${only}\`, or the axis \`kernel: [${context.kernels.slice(0, 8).join(', ')}]\`.`;
    source.report(['kernels'], 'several kernels are declared, but none is selected', hint, 'key');
  }
  if (only === undefined || second !== undefined) return undefined;
  return { path: ['kernels', only], value: readAxisValue('kernel', only, context) };
}
