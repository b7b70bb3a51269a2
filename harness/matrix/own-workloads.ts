import { homedir } from 'node:os';
import { resolveMatrixPath } from './kernel-source.ts';
import { rawMap, YamlSource } from './source/yaml-source.ts';
import type { WorkloadDefinition } from './workload/workload.ts';
import { joinWorkloads, type Workloads } from './workload/workload-catalog.ts';
import { parseWorkload } from './workload/workload-file.ts';
import { plainName } from './workload/workload-shape.ts';

/** The path of a matrix, and the workloads that it does not need to declare. */
export interface OwnWorkloadOptions {
  /** The matrix file; relative paths in it start from its folder. */
  file: string;
  /** What `~/` means. Default: the user's home folder. */
  home?: string;
  /** Those of guests/workloads/. */
  workloads: Workloads;
}

/**
 * The workloads that a matrix may name: the given ones and those of its key `workloads`, under the names that the matrix
 * gives them. Entries of the wrong shape are skipped; `loadMatrix` reports them with all other errors.
 * @param read returns the text of a file, or rejects
 * @throws MatrixError for every file that cannot be read and every name that is taken, or for all errors in a workload's
 *   file
 */
export async function addOwnWorkloads(
  text: string,
  options: OwnWorkloadOptions,
  read: (path: string) => Promise<string>,
): Promise<Workloads> {
  const source = new YamlSource(text, options.file);
  const paths = { file: options.file, home: options.home ?? homedir() };
  const own = new Map<string, WorkloadDefinition>();
  // loadMatrix reports all other errors in the text at once.
  const before = source.count;
  for (const [name, path] of Object.entries(rawMap(rawMap(source.value)['workloads']))) {
    if (!plainName.test(name) || typeof path !== 'string' || path === '') continue;
    const place = ['workloads', name];
    if (options.workloads.has(name)) {
      const message = `the workload ${name} already exists in guests/workloads/`;
      source.report(place, message, 'Choose another name.', 'key');
      continue;
    }
    const file = resolveMatrixPath(path, paths);
    const content = await read(file).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code ?? error.message;
      source.report(place, `the workload ${name} cannot be read: ${file} (${reason})`);
      return undefined;
    });
    if (content !== undefined) own.set(name, parseWorkload(content, { file, name }));
  }
  if (source.count > before) source.throwIfFailed();
  if (own.size === 0) return options.workloads;
  return joinWorkloads(options.workloads, own);
}
