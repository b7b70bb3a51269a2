import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { KernelSource } from '../../matrix/matrix.ts';

/** What a matrix becomes for one night. */
export interface NightMatrix {
  /** The user's matrix, as read. */
  text: string;
  /** The folder from which its relative paths start. */
  folder: string;
  /** Name of the matrix to write. */
  name: string;
  /** The kernels to boot, in the order of their names' columns: the base first, tonight's last. */
  kernels: Readonly<Record<string, KernelSource>>;
  /** Which of them stand for a kernel of the user's matrix in its `exclude` and `include`, by the name there. */
  standIns: Readonly<Record<string, readonly string[]>>;
  /** The kernel to compare the others with; undefined for a night that has nothing to compare. */
  base: string | undefined;
  trials: number | { looks: readonly number[] };
}

/** A sub-tree of YAML as plain values. */
type Plain = Record<string, unknown>;

/**
 * The matrix of one A/B run of a night: the user's matrix, with its kernels replaced by pinned ones that are compared with
 * each other. Its comments stay, its relative paths become absolute, and it can be run by hand. Pure.
 */
export function nightMatrix(wanted: NightMatrix): string {
  const document = parseDocument(wanted.text);
  const matrix = document.toJS() as Plain;
  const names = Object.keys(wanted.kernels);
  const set = (path: readonly string[], value: unknown) => {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, document.createNode(value));
  };
  set(['name'], wanted.name);
  set(
    ['kernels'],
    Object.fromEntries(Object.entries(wanted.kernels).map(([name, source]) => [name, shapeOf(source)])),
  );
  set(['kernel'], undefined);
  set(['axes', 'kernel'], names);
  for (const key of ['configs', 'workloads']) {
    for (const [name, path] of Object.entries((matrix[key] ?? {}) as Record<string, string>))
      set([key, name], absolute(path, wanted.folder));
  }
  const own = defaultKernel(matrix);
  set(['exclude'], entries(matrix['exclude'], wanted, undefined));
  set(['include'], entries(matrix['include'], wanted, own));
  set(['trials'], wanted.trials);
  set(['compare'], wanted.base === undefined ? undefined : { axis: 'kernel', base: wanted.base });
  return document.toString();
}

/** The kernel of an entry of `include` that names none. */
function defaultKernel(matrix: Plain): string | undefined {
  const [first] = valuesOf((matrix['axes'] as Plain | undefined)?.['kernel'] ?? matrix['kernel']);
  return first ?? Object.keys((matrix['kernels'] ?? {}) as Plain)[0];
}

/**
 * The entries of `exclude` or `include` for the kernels of the night. Entries of other kernels are left out.
 * @param own the kernel of an entry that names none; undefined if such an entry holds for all
 */
function entries(given: unknown, { standIns }: NightMatrix, own: string | undefined): Plain[] | undefined {
  if (!Array.isArray(given)) return undefined;
  const made = (given as Plain[]).flatMap(entry => {
    const wanted =
      entry['kernel'] === undefined ? (own === undefined ? undefined : [own]) : valuesOf(entry['kernel']);
    if (wanted === undefined) return [entry];
    const kernel = wanted.flatMap(name => standIns[name] ?? []);
    return kernel.length === 0 ? [] : [{ ...entry, kernel }];
  });
  return made.length === 0 ? undefined : made;
}

/** The values of an axis as text: one, a list, or values with short names. */
function valuesOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map(one => String(typeof one === 'object' && one !== null ? Object.values(one)[0] : one));
}

/** A source as a matrix writes it. */
function shapeOf(source: KernelSource): Plain {
  // Its paths were resolved when it was read, but may be relative to the working folder.
  if (source.kind === 'prebuilt') return { image: resolve(source.image), modules: resolve(source.modules) };
  const patches = source.patches && { patches: source.patches.map(path => resolve(path)) };
  if (source.kind === 'tree') return { tree: resolve(source.path), rev: source.revision, ...patches };
  const { package: debian, suite, version } = source;
  return { debian, ...(suite && { suite }), ...(version && { version }), ...patches };
}

function absolute(path: string, folder: string): string {
  return path.startsWith('~/') ? path : resolve(folder, path);
}
