import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { kindOfFile, readRegularFile } from '../files/regular-file.ts';
import { gateNames } from '../judgement/definition.ts';
import { listFragments } from '../kernel/fragments.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { addOwnWorkloads } from '../matrix/own-workloads.ts';
import type { WorkloadDefinition } from '../matrix/workload/workload.ts';
import { WorkloadCatalog, type Workloads } from '../matrix/workload/workload-catalog.ts';
import { parseWorkload } from '../matrix/workload/workload-file.ts';
import { projectPath } from '../project.ts';

/** A matrix as read from disk, with the workloads it may use. */
export interface MatrixInput {
  /** Path as given. */
  file: string;
  matrix: Matrix;
  workloads: Workloads;
}

/** Size limit of a matrix, in bytes. A hand-written file has a few kilobytes. */
const matrixLimit = 1024 * 1024;

/**
 * Reads a matrix and everything that it may name. A bare name such as `quick` refers to matrices/.
 * @throws UsageError MATRIX_UNREADABLE; MatrixError that lists every mistake in the matrix
 */
export async function readMatrix(reference: string): Promise<MatrixInput> {
  const { file, text } = await readMatrixText(reference);
  const workloads = await workloadsOf(text, file);
  const matrix = loadMatrix(text, {
    ...{ file, workloads, fragments: await fragmentNames() },
    gateNames: () =>
      gateNames(
        Object.fromEntries([...workloads.values()].map(workload => [workload.name, workload.metrics])),
      ),
  });
  return { file, matrix, workloads };
}

/**
 * Reads a matrix again from the text that a run or a bisection keeps. Its gates were checked when it was first read.
 * @throws MatrixError if modstorm no longer accepts it
 */
export async function restoreMatrix(text: string, file: string): Promise<MatrixInput> {
  const workloads = await workloadsOf(text, file);
  return { file, matrix: loadMatrix(text, { file, workloads, fragments: await fragmentNames() }), workloads };
}

/**
 * The workloads that a matrix may name: modstorm's and its own.
 * @throws MatrixError if one of its own cannot be read or is wrong
 */
async function workloadsOf(text: string, file: string): Promise<Workloads> {
  return addOwnWorkloads(text, { file, workloads: await readWorkloads() }, path =>
    readRegularFile(path, 'utf8'),
  );
}

/** Names of the fragments that a matrix may use. */
export function fragmentNames(): Promise<string[]> {
  return listFragments();
}

/** The workloads of guests/workloads/, by name. */
export async function readWorkloads(folder = projectPath('guests', 'workloads')): Promise<Workloads> {
  const makers: [name: string, make: () => WorkloadDefinition][] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!name.endsWith('.yaml')) continue;
    const path = join(folder, name);
    const text = await readRegularFile(path, 'utf8');
    makers.push([basename(name, '.yaml'), () => parseWorkload(text, { file: path })]);
  }
  return new WorkloadCatalog(makers);
}

async function readMatrixText(reference: string): Promise<{ file: string; text: string }> {
  const candidates = [
    reference,
    projectPath('matrices', reference),
    projectPath('matrices', `${reference}.yaml`),
    projectPath(reference),
  ];
  let irregular: string | undefined;
  for (const file of candidates) {
    const status = await stat(file).catch(() => undefined);
    if (!status) continue;
    if (!status.isFile()) {
      irregular ??= `${file} is ${kindOfFile(status)}`;
      continue;
    }
    if (status.size > matrixLimit) {
      throw new UsageError(
        'MATRIX_UNREADABLE',
        `${file} has ${status.size} bytes, but a matrix may have at most ${matrixLimit}`,
      );
    }
    return { file, text: await readRegularFile(file, 'utf8') };
  }
  const known = (await readdir(projectPath('matrices'))).filter(name => name.endsWith('.yaml'));
  throw new UsageError(
    'MATRIX_UNREADABLE',
    irregular === undefined
      ? `there is no matrix ${JSON.stringify(reference)}`
      : `${irregular}, and no matrix: only a regular file is read`,
    {
      hint: `Give a path, or one of ${known.map(name => basename(name, '.yaml')).join(', ')}.`,
    },
  );
}
