import { type PlainAxis, plainAxes } from '../matrix-shape.ts';
import type { YamlSource } from '../source/yaml-source.ts';
import { rawMap } from '../source/yaml-source.ts';
import { type AxisContext, type AxisValue, axisDefaults, readAxisValue } from './axis.ts';
import { type AxisTable, readAxisTable, readWorkload } from './axis-reader.ts';
import type { Choice, Draft } from './cell.ts';

/** The workload of a matrix that names none. */
const defaultWorkload = 'stress-ng';

/** The axes, then the single values at the top of the file's value, as one table. */
export function readTopTable(source: YamlSource, value: unknown, context: AxisContext): AxisTable {
  const raw = rawMap(value);
  const axes = rawMap(raw['axes']);
  const single = Object.fromEntries(
    [...plainAxes, 'workload'].flatMap(key => (raw[key] === undefined ? [] : [[key, raw[key]]])),
  );
  for (const key of Object.keys(single)) {
    if (axes[key] !== undefined)
      source.report([key], `${key} is also an axis`, 'Keep one of the two.', 'key');
  }
  const named = single['workload'] ?? defaultWorkload;
  const workload =
    axes['workload'] === undefined
      ? readWorkload(source, single['workload'] === undefined ? [] : ['workload'], named, context)
      : undefined;
  const inForce = workload === undefined ? [] : [workload];
  const table = readAxisTable(source, ['axes'], axes, context, inForce);
  if (axes['workload'] === undefined && workload !== undefined) {
    table.workload = [{ path: single['workload'] === undefined ? [] : ['workload'], value: workload }];
  }
  for (const axis of plainAxes) {
    if (axes[axis] === undefined && single[axis] !== undefined) {
      const value = source.check([axis], () => readAxisValue(axis, single[axis], context));
      table.plain.set(axis, value === undefined ? [] : [{ path: [axis], value }]);
    }
  }
  return table;
}

/** The first value of each axis, the single value, or the built-in default. */
export function makeDefaults(source: YamlSource, table: AxisTable, context: AxisContext): Draft | undefined {
  const plain: Partial<Draft['plain']> = {};
  for (const axis of plainAxes) {
    const choice = table.plain.has(axis) ? table.plain.get(axis)![0] : builtIn(source, axis, context);
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
    source.report(['kernels'], 'several kernels are declared, and none is chosen', hint, 'key');
  }
  if (only === undefined || second !== undefined) return undefined;
  return { path: ['kernels', only], value: readAxisValue('kernel', only, context) };
}
