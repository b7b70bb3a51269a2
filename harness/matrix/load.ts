import { homedir } from 'node:os';
import { basename } from 'node:path';
import { type AxisContext, axisDefaults, readAxisValue } from './axis.ts';
import { type AxisTable, readAxisTable, readWorkload } from './axis-reader.ts';
import { canonicalText } from './canonical-text.ts';
import { type Choice, type Draft, findVaried, makeLabel } from './cell.ts';
import { checkCells } from './cell-checks.ts';
import {
  applyExcludes,
  countCombinations,
  describeCombinations,
  expandTable,
  maximumCells,
  type PlacedCell,
} from './expand.ts';
import { readGates, readTrials } from './judgement-keys.ts';
import { type PathContext, resolveMatrixPath, toKernelSource } from './kernel-source.ts';
import type { CompareSetting, Matrix, WorkloadSetting } from './matrix.ts';
import { type MatrixShape, matrixShape, type PlainAxis, plainAxes } from './matrix-shape.ts';
import { suggest } from './nearest.ts';
import { reportShapeIssues } from './shape-issues.ts';
import type { WorkloadDefinition } from './workload.ts';
import { YamlSource } from './yaml-source.ts';

/** What a matrix may refer to, and where it stands. */
export interface LoadOptions {
  /** The file's path: shown in diagnostics; relative paths in the matrix start from its folder. */
  file: string;
  workloads: ReadonlyMap<string, WorkloadDefinition>;
  /** Names of the fragments in guests/kernel/. */
  fragments: readonly string[];
  /** Names that `gates` may use; all are let through unless given. */
  metrics?: readonly string[];
  /** What `~/` means; the user's home folder unless given. */
  home?: string;
}

/** The workload of a matrix that names none. */
const defaultWorkload = 'stress-ng';

/**
 * A matrix from its text: checked, with all cells expanded in the order of the file.
 * @throws MatrixError with everything that is wrong, each at its place in the file
 */
export function loadMatrix(text: string, options: LoadOptions): Matrix {
  const source = new YamlSource(text, options.file);
  source.throwIfFailed();
  const parsed = matrixShape.safeParse(source.value);
  if (!parsed.success) reportShapeIssues(source, matrixShape, parsed.error.issues);
  source.throwIfFailed();
  return new MatrixReader(source, parsed.data!, options).read();
}

/** The steps from a checked shape to a matrix; each reports what is wrong and goes on as far as it can. */
class MatrixReader {
  private readonly source: YamlSource;
  private readonly shape: MatrixShape;
  private readonly options: LoadOptions;
  private readonly context: AxisContext;
  private readonly paths: PathContext;

  constructor(source: YamlSource, shape: MatrixShape, options: LoadOptions) {
    this.source = source;
    this.shape = shape;
    this.options = options;
    this.paths = { file: options.file, home: options.home ?? homedir() };
    this.context = {
      kernels: Object.keys(shape.kernels),
      fragments: [
        ...new Set([
          ...options.fragments.filter(name => name !== 'plain'),
          ...Object.keys(shape.configs ?? {}),
        ]),
      ],
      workloads: options.workloads,
    };
  }

  read(): Matrix {
    const { source, shape } = this;
    this.checkDeclarations();
    const trials = readTrials(source, shape);
    const gates = readGates(source, shape, this.options.metrics);
    const axes = this.readTopTable();
    const defaults = this.makeDefaults(axes);
    const excludes = this.readEntries('exclude', axes, defaults);
    const includes = this.readEntries('include', axes, defaults);
    source.throwIfFailed();
    const placed = this.expand(axes, excludes, includes, defaults!);
    const name = shape.name ?? basename(this.options.file).replace(/\.ya?ml$/, '');
    const cells = placed.map(one => one.cell);
    const varied = findVaried(cells, axes.order);
    for (const cell of cells) cell.label = makeLabel(cell, varied, name);
    const matrix: Matrix = {
      name,
      text: source.text,
      kernels: Object.fromEntries(
        Object.entries(shape.kernels).map(([key, one]) => [key, toKernelSource(one, this.paths)]),
      ),
      configs: this.resolvedConfigs(),
      varied,
      cells,
      trials,
      gates,
      require: shape.require?.accel === undefined ? {} : { accel: shape.require.accel },
    };
    if (shape.description !== undefined) matrix.description = shape.description;
    const compare = this.readCompare(matrix);
    if (compare !== undefined) matrix.compare = compare;
    source.throwIfFailed();
    return matrix;
  }

  private checkDeclarations(): void {
    if (this.context.kernels.length === 0) {
      this.source.report(
        ['kernels'],
        'there is no kernel',
        'Declare one: `lts: { debian: linux-source-6.12 }`.',
      );
    }
    for (const name of Object.keys(this.shape.configs ?? {})) {
      const path = ['configs', name];
      if (name.includes('+'))
        this.source.report(path, 'the name of a fragment has no +, which joins fragments', undefined, 'key');
      if (name === 'plain' || this.options.fragments.includes(name)) {
        this.source.report(
          path,
          `the fragment ${name} exists already in guests/kernel/`,
          'Choose another name.',
          'key',
        );
      }
    }
  }

  /** The axes, then the single values at the top of the file, as one table. */
  private readTopTable(): AxisTable {
    const raw = rawMap(this.source.value);
    const axes = rawMap(raw['axes']);
    const single = Object.fromEntries(
      [...plainAxes, 'workload'].flatMap(key => (raw[key] === undefined ? [] : [[key, raw[key]]])),
    );
    for (const key of Object.keys(single)) {
      if (axes[key] !== undefined)
        this.source.report([key], `${key} is also an axis`, 'Keep one of the two.', 'key');
    }
    const named = single['workload'] ?? defaultWorkload;
    const workload =
      axes['workload'] === undefined
        ? readWorkload(this.source, single['workload'] === undefined ? [] : ['workload'], named, this.context)
        : undefined;
    const inForce = workload === undefined ? [] : [workload];
    const table = readAxisTable(this.source, ['axes'], axes, this.context, inForce);
    if (axes['workload'] === undefined && workload !== undefined) {
      table.workload = [{ path: single['workload'] === undefined ? [] : ['workload'], value: workload }];
    }
    for (const axis of plainAxes) {
      if (axes[axis] === undefined && single[axis] !== undefined) {
        const value = this.source.check([axis], () => readAxisValue(axis, single[axis], this.context));
        table.plain.set(axis, value === undefined ? [] : [{ path: [axis], value }]);
      }
    }
    return table;
  }

  /** The first value of each axis, the single value, or the built-in default. */
  private makeDefaults(table: AxisTable): Draft | undefined {
    const plain: Partial<Draft['plain']> = {};
    for (const axis of plainAxes) {
      const choice = table.plain.has(axis) ? table.plain.get(axis)![0] : this.builtIn(axis);
      if (choice !== undefined) plain[axis] = choice;
    }
    const workload = table.workload?.[0];
    if (workload === undefined || plainAxes.some(axis => plain[axis] === undefined)) return undefined;
    const parameters: Draft['parameters'] = {};
    for (const [name, [first]] of table.parameters) if (first !== undefined) parameters[name] = first;
    return { plain: plain as Draft['plain'], workload, parameters };
  }

  private builtIn(axis: PlainAxis): Draft['plain'][PlainAxis] | undefined {
    const [only, second] = this.context.kernels;
    if (axis !== 'kernel') {
      const value = this.source.check([], () => readAxisValue(axis, axisDefaults[axis], this.context));
      return value === undefined ? undefined : { path: [], value };
    }
    if (second !== undefined) {
      const hint = `Write \`kernel: ${only}\`, or the axis \`kernel: [${this.context.kernels.slice(0, 8).join(', ')}]\`.`;
      this.source.report(['kernels'], 'several kernels are declared, and none is chosen', hint, 'key');
    }
    if (only === undefined || second !== undefined) return undefined;
    return { path: ['kernels', only], value: readAxisValue('kernel', only, this.context) };
  }

  private readEntries(key: 'exclude' | 'include', axes: AxisTable, defaults: Draft | undefined): AxisTable[] {
    const entries = rawList(rawMap(this.source.value)[key]);
    const all = key === 'include' && defaults !== undefined ? [defaults.workload] : (axes.workload ?? []);
    // Their own parameters do not count here: an entry may well say what another value of one is.
    const workloads = all.map((choice: Choice<WorkloadSetting>) => ({
      name: choice.value.name,
      parameters: {},
    }));
    return entries.map((entry, index) => {
      if (Object.keys(rawMap(entry)).length === 0)
        this.source.report([key, index], `an empty entry of ${key} says nothing`);
      const table = readAxisTable(this.source, [key, index], rawMap(entry), this.context, workloads);
      if (countCombinations(table) > maximumCells) {
        this.source.report(
          [key, index],
          `this makes more than ${maximumCells} cells: ${describeCombinations(table)}`,
        );
      }
      return table;
    });
  }

  private expand(
    axes: AxisTable,
    excludes: readonly AxisTable[],
    includes: readonly AxisTable[],
    defaults: Draft,
  ): PlacedCell[] {
    const { source, context } = this;
    const total = [axes, ...includes].reduce((sum, table) => sum + countCombinations(table), 0);
    if (total > maximumCells) {
      const hint = `It multiplies ${describeCombinations(axes)}; at most ${maximumCells} cells are allowed.`;
      source.report(['axes'], `this matrix has ${total} cells`, hint, 'key');
      source.throwIfFailed();
    }
    const kept = applyExcludes(source, expandTable(axes, defaults, context), excludes, context);
    const ids = new Set(kept.map(one => one.cell.id));
    for (const [index, table] of includes.entries()) {
      // A workload of its own does not take over the parameters that the axes give to another.
      const base = table.workload === undefined ? defaults : { ...defaults, parameters: {} };
      for (const placed of expandTable(table, base, context)) {
        if (ids.has(placed.cell.id))
          source.report(['include', index], 'a cell of this entry is in the matrix already');
        else kept.push(placed);
        ids.add(placed.cell.id);
      }
    }
    if (kept.length === 0) source.report(['exclude'], 'every cell is excluded', undefined, 'key');
    checkCells(source, kept, context);
    source.throwIfFailed();
    return kept;
  }

  private resolvedConfigs(): Record<string, string> {
    const entries = Object.entries(this.shape.configs ?? {});
    return Object.fromEntries(entries.map(([name, path]) => [name, resolveMatrixPath(path, this.paths)]));
  }

  private readCompare(matrix: Matrix): CompareSetting | undefined {
    const { compare } = this.shape;
    if (compare === undefined) return undefined;
    if (!matrix.varied.includes(compare.axis)) {
      const hint =
        matrix.varied.length === 0 ? 'Nothing varies in this matrix.' : suggest(compare.axis, matrix.varied);
      this.source.report(
        ['compare', 'axis'],
        `${JSON.stringify(compare.axis)} is no axis with several values`,
        hint,
      );
      return undefined;
    }
    const values = [...new Set(matrix.cells.flatMap(cell => cell.settings[compare.axis] ?? []))];
    const base = values.find(
      value => canonicalText(compare.axis, value) === canonicalText(compare.axis, String(compare.base)),
    );
    if (base === undefined) {
      const message = `no cell has ${compare.axis}=${String(compare.base)}`;
      this.source.report(['compare', 'base'], message, suggest(String(compare.base), values));
      return undefined;
    }
    return { axis: compare.axis, base };
  }
}

function rawMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function rawList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
