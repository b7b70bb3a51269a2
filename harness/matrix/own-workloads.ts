import { homedir } from 'node:os';
import { resolveMatrixPath } from './kernel-source.ts';
import { rawMap, YamlSource } from './source/yaml-source.ts';
import type { WorkloadDefinition } from './workload/workload.ts';
import { parseWorkload } from './workload/workload-file.ts';
import { plainName } from './workload/workload-shape.ts';

/** Where a matrix stands, and what it may use without bringing it along. */
export interface OwnWorkloadOptions {
  /** The matrix file; relative paths in it start from its folder. */
  file: string;
  /** What `~/` means; default: the user's home folder. */
  home?: string;
  /** Those of guests/workloads/. */
  workloads: ReadonlyMap<string, WorkloadDefinition>;
}

/**
 * The workloads that a matrix may name: those given, and those of its key `workloads`, each under the name that the
 * matrix gives it. Entries of a wrong shape are left out: `loadMatrix` tells of them together with all else.
 * @param read gives the text of a file, or rejects
 * @throws MatrixError with every file that cannot be read and every name that is taken, or with all that is wrong in
 *   one workload's file
 */
export async function addOwnWorkloads(
  text: string,
  options: OwnWorkloadOptions,
  read: (path: string) => Promise<string>,
): Promise<Map<string, WorkloadDefinition>> {
  const source = new YamlSource(text, options.file);
  const paths = { file: options.file, home: options.home ?? homedir() };
  const all = new Map(options.workloads);
  // Other mistakes in the text are loadMatrix's to tell, all at once.
  const before = source.count;
  for (const [name, path] of Object.entries(rawMap(rawMap(source.value)['workloads']))) {
    if (!plainName.test(name) || typeof path !== 'string' || path === '') continue;
    const place = ['workloads', name];
    if (options.workloads.has(name)) {
      const message = `the workload ${name} exists already in guests/workloads/`;
      source.report(place, message, 'Choose another name.', 'key');
      continue;
    }
    const file = resolveMatrixPath(path, paths);
    const content = await read(file).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code ?? error.message;
      source.report(place, `the workload ${name} cannot be read: ${file} (${reason})`);
      return undefined;
    });
    if (content !== undefined) all.set(name, parseWorkload(content, { file, name }));
  }
  if (source.count > before) source.throwIfFailed();
  return all;
}
