import { createHash } from 'node:crypto';
import { withoutLaterDefaults } from '../comparison-group.ts';
import type { Cell, Clock, Compression, Decompressor, WorkloadSetting } from '../matrix.ts';
import { type PlainAxis, plainAxes } from '../matrix-shape.ts';
import type { SourcePath } from '../source/yaml-source.ts';
import { parameterText, readParameter } from '../workload/parameter.ts';
import { designFor } from '../workload/resolve-workload.ts';
import { type AxisContext, type AxisValue, findParameter, findWorkload } from './axis.ts';

/** One checked value, with its location in the file for diagnostics about the cells that have it. */
export interface Choice<Value> {
  path: SourcePath;
  value: Value;
}

/** The values of a future cell. */
export interface Draft {
  plain: Record<PlainAxis, Choice<AxisValue>>;
  workload: Choice<WorkloadSetting>;
  /** Values of `workload.PARAMETER` axes as written, because their meaning depends on the workload. */
  parameters: Record<string, Choice<unknown>>;
}

/** The prefix of settings that are workload parameters. */
export const parameterPrefix = 'workload.';

/** A workload with every parameter: the defaults, then its own values, then those of `workload.PARAMETER` axes. */
export function completeWorkload(
  setting: WorkloadSetting,
  context: AxisContext,
  axes: Readonly<Record<string, Choice<unknown>>> = {},
): WorkloadSetting {
  const definition = findWorkload(context, setting.name);
  const parameters: WorkloadSetting['parameters'] = {};
  for (const parameter of definition.parameters) {
    parameters[parameter.name] = setting.parameters[parameter.name] ?? parameter.default;
  }
  for (const [name, choice] of Object.entries(axes)) {
    parameters[name] = readParameter(findParameter(definition, name), choice.value);
  }
  return { name: setting.name, parameters };
}

/** The cell of a checked draft. Its label is filled in once all cells are known. */
export function makeCell(draft: Draft, context: AxisContext): Cell {
  const { plain } = draft;
  const workload = completeWorkload(draft.workload.value, context, draft.parameters);
  const cpu = String(plain.cpu.value.value);
  const cell: Cell = {
    id: cellId(draft, workload),
    label: '',
    settings: makeSettings(draft, workload, context),
    kernel: String(plain.kernel.value.value),
    config: plain.config.value.text,
    vcpus: Number(plain.vcpus.value.value),
    memoryBytes: Number(plain.memory.value.value),
    compression: plain.compression.value.value as Compression,
    decompress: plain.decompress.value.value as Decompressor,
    commandLine: String(plain.command_line.value.value),
    numaNodes: Number(plain.numa.value.value),
    clock: plain.clock.value.value as Clock,
    workload,
    design: designFor(findWorkload(context, workload.name), workload.parameters),
  };
  if (cpu !== 'auto') cell.cpuModel = cpu;
  const names = plainAxes.flatMap(axis => {
    const { name } = plain[axis].value;
    return name === undefined ? [] : [[axis, name] as const];
  });
  if (names.length > 0) cell.names = Object.fromEntries(names);
  return cell;
}

/** Canonical JSON: one spelling, sorted keys, base units. Uses the name of the kernel, so that runs can be compared. */
function cellId(draft: Draft, workload: WorkloadSetting): string {
  const identities = plainAxes.map(axis => [axis, draft.plain[axis].value.identity] as const);
  const axes = Object.entries(withoutLaterDefaults(Object.fromEntries(identities))).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const parameters = Object.entries(workload.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const canonical = JSON.stringify([axes, workload.name, parameters]);
  return createHash('sha256').update(canonical).digest('hex').slice(0, 12);
}

function makeSettings(draft: Draft, workload: WorkloadSetting, context: AxisContext): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const axis of plainAxes) settings[axis] = draft.plain[axis].value.text;
  settings['workload'] = workload.name;
  for (const definition of findWorkload(context, workload.name).parameters) {
    settings[`${parameterPrefix}${definition.name}`] = parameterText(
      definition,
      workload.parameters[definition.name] ?? definition.default,
    );
  }
  return settings;
}

/**
 * The settings that differ between cells: first axes, in the order of the file, then the others. A parameter differs if
 * one workload has several values of it. Two workloads with different defaults already differ by name.
 */
export function findVaried(cells: readonly Cell[], fileOrder: readonly string[]): string[] {
  const texts = new Map<string, Map<string, Set<string>>>();
  for (const cell of cells) {
    for (const [name, text] of Object.entries(cell.settings)) {
      const scope = name.startsWith(parameterPrefix) ? cell.workload.name : '';
      const scopes = texts.get(name) ?? new Map<string, Set<string>>();
      texts.set(name, scopes.set(scope, (scopes.get(scope) ?? new Set<string>()).add(text)));
    }
  }
  const varied = [...texts]
    .filter(([, scopes]) => [...scopes.values()].some(values => values.size > 1))
    .map(([name]) => name);
  const rank = (name: string): number => {
    const exact = fileOrder.indexOf(name);
    if (exact !== -1) return exact;
    // A parameter that varies because the axis `workload` lists a workload twice belongs beside that axis.
    const parent = name.startsWith(parameterPrefix) ? fileOrder.indexOf('workload') : -1;
    return parent === -1 ? fileOrder.length : parent + 0.5;
  };
  return varied.sort((a, b) => rank(a) - rank(b));
}

/** `config=stats vcpus=8`, or the matrix's name if nothing varies. */
export function makeLabel(cell: Cell, varied: readonly string[], matrix: string): string {
  const words = varied.flatMap(axis => {
    const text = cell.names?.[axis] ?? cell.settings[axis];
    if (text === undefined) return [];
    return [`${axis}=${/^[^\s"']+$/.test(text) ? text : JSON.stringify(text)}`];
  });
  return words.length === 0 ? matrix : words.join(' ');
}
