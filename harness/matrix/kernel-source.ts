import { dirname, isAbsolute, join } from 'node:path';
import type { KernelSource } from './matrix.ts';
import type { MatrixShape } from './matrix-shape.ts';

/** How to resolve paths in a matrix: relative to the folder of the matrix, or to the home folder after `~/`. */
export interface PathContext {
  /** The matrix file. */
  file: string;
  home: string | undefined;
}

/** Resolves a path in a matrix to one that the process can open. */
export function resolveMatrixPath(path: string, context: PathContext): string {
  if (context.home !== undefined && (path === '~' || path.startsWith('~/')))
    return join(context.home, path.slice(1));
  return isAbsolute(path) ? path : join(dirname(context.file), path);
}

/** Where a kernel comes from, with its paths resolved. */
export function toKernelSource(shape: MatrixShape['kernels'][string], context: PathContext): KernelSource {
  const resolve = (path: string): string => resolveMatrixPath(path, context);
  if ('image' in shape)
    return { kind: 'prebuilt', image: resolve(shape.image), modules: resolve(shape.modules) };
  const patches = shape.patches === undefined ? {} : { patches: shape.patches.map(resolve) };
  if ('tree' in shape) return { kind: 'tree', path: resolve(shape.tree), revision: shape.rev, ...patches };
  const suite = shape.suite === undefined ? {} : { suite: shape.suite };
  const version = shape.version === undefined ? {} : { version: shape.version };
  return { kind: 'debian', package: shape.debian, ...suite, ...version, ...patches };
}
