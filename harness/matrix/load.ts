import { homedir } from 'node:os';
import { basename } from 'node:path';
import type { AxisContext } from './axes/axis.ts';
import { type AxisTable, readAxisTable } from './axes/axis-reader.ts';
import { type Choice, type Draft, findVaried, makeLabel } from './axes/cell.ts';
import { checkCells } from './axes/cell-checks.ts';
import {
  applyExcludes,
  countCombinations,
  describeCombinations,
  expandTable,
  maximumCells,
  type PlacedCell,
} from './axes/expand.ts';
import { checkNames } from './axes/named-value.ts';
import { makeDefaults, readTopTable } from './axes/top-table.ts';
import {
  checkClocks,
  checkGatedTotals,
  type GateNames,
  readCompare,
  readGates,
  readTrials,
} from './judgement-keys.ts';
import { type PathContext, resolveMatrixPath, toKernelSource } from './kernel-source.ts';
import type { Matrix, WorkloadSetting } from './matrix.ts';
import { type MatrixShape, matrixShape } from './matrix-shape.ts';
import { reportShapeIssues } from './source/shape-issues.ts';
import { validSubset } from './source/valid-subset.ts';
import { rawList, rawMap, YamlSource } from './source/yaml-source.ts';
import type { Workloads } from './workload/workload-catalog.ts';

/** What a matrix may refer to, and its path. */
export interface LoadOptions {
  /** The file's path: shown in diagnostics; relative paths in the matrix start from its folder. */
  file: string;
  workloads: Workloads;
  /** Names of the fragments in guests/kernel/. */
  fragments: readonly string[];
  /** The names that `gates` may use; called if there are gates. Default: any name, none of which is a total. */
  gateNames?: () => GateNames;
  /** What `~/` means. Default: the user's home folder. */
  home?: string;
}

/**
 * Loads a matrix from its text: checks it and expands all cells in the order of the file.
 * @throws MatrixError that lists every error, with its location in the file
 */
export function loadMatrix(text: string, options: LoadOptions): Matrix {
  const source = new YamlSource(text, options.file);
  if (source.value === undefined) source.throwIfFailed();
  const parsed = matrixShape.safeParse(source.value);
  if (parsed.success) return new MatrixReader(source, source.value, parsed.data, options).read();
  reportShapeIssues(source, matrixShape, parsed.error.issues);
  const valid = validSubset(source.value, parsed.error.issues);
  const rest = matrixShape.safeParse(valid);
  if (rest.success) new MatrixReader(source, valid, rest.data, options).readValues();
  return source.fail();
}

/** The steps from a checked shape to a matrix. Each reports errors and continues as far as it can. */
class MatrixReader {
  private readonly source: YamlSource;
  /** The file's value, or its valid subset. */
  private readonly raw: unknown;
  private readonly shape: MatrixShape;
  private readonly options: LoadOptions;
  private readonly context: AxisContext;
  private readonly paths: PathContext;

  constructor(source: YamlSource, raw: unknown, shape: MatrixShape, options: LoadOptions) {
    this.source = source;
    this.raw = raw;
    this.shape = shape;
    this.options = options;
    this.paths = { file: options.file, home: options.home ?? homedir() };
    this.context = {
      // A kernel with an invalid declaration is not unknown.
      kernels: Object.keys(raw === source.value ? shape.kernels : rawMap(rawMap(source.value)['kernels'])),
      fragments: [
        ...new Set([
          ...options.fragments.filter(name => name !== 'plain'),
          ...Object.keys(shape.configs ?? {}),
        ]),
      ],
      workloads: options.workloads,
    };
  }

  /** Reports errors in single values. Checking cells and defaults would only repeat errors in the shape. */
  readValues(): void {
    const { source, shape } = this;
    this.checkDeclarations();
    readTrials(source, shape);
    readGates(source, shape, this.options.gateNames);
    const axes = readTopTable(source, this.raw, this.context);
    for (const key of ['exclude', 'include'] as const) this.readEntries(key, axes, undefined);
  }

  read(): Matrix {
    const { source, shape } = this;
    this.checkDeclarations();
    const trials = readTrials(source, shape);
    const gates = readGates(source, shape, this.options.gateNames);
    const axes = readTopTable(source, this.raw, this.context);
    const defaults = makeDefaults(source, axes, this.context);
    const excludes = this.readEntries('exclude', axes, defaults);
    const includes = this.readEntries('include', axes, defaults);
    if (defaults === undefined || source.failed) return source.fail();
    const placed = this.expand(axes, excludes, includes, defaults);
    const name = shape.name ?? basename(this.options.file).replace(/\.ya?ml$/, '');
    const cells = placed.map(one => one.cell);
    const varied = findVaried(cells, axes.order);
    checkNames(source, cells);
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
    checkGatedTotals(source, matrix, this.options.gateNames);
    checkClocks(source, matrix);
    const compare = readCompare(source, shape, matrix);
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
        this.source.report(
          path,
          'the name of a fragment must not contain +, which joins fragments',
          undefined,
          'key',
        );
      if (name === 'plain' || this.options.fragments.includes(name)) {
        this.source.report(
          path,
          `the fragment ${name} already exists in guests/kernel/`,
          'Choose another name.',
          'key',
        );
      }
    }
  }

  private readEntries(key: 'exclude' | 'include', axes: AxisTable, defaults: Draft | undefined): AxisTable[] {
    const entries = rawList(rawMap(this.raw)[key]);
    const all = key === 'include' && defaults !== undefined ? [defaults.workload] : (axes.workload ?? []);
    // Their own parameters do not count here: an entry may give another value.
    const workloads = all.map((choice: Choice<WorkloadSetting>) => ({
      name: choice.value.name,
      parameters: {},
    }));
    return entries.map((entry, index) => {
      if (Object.keys(rawMap(entry)).length === 0)
        this.source.report([key, index], `an empty entry of ${key} has no effect`);
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
      // An entry with its own workload does not inherit the parameters that the axes give to another.
      const base = table.workload === undefined ? defaults : { ...defaults, parameters: {} };
      for (const placed of expandTable(table, base, context)) {
        if (ids.has(placed.cell.id))
          source.report(['include', index], 'a cell of this entry is already in the matrix');
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
}
