import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { Cell, Compression, Decompressor } from '../matrix/matrix.ts';
import { projectPath } from '../project.ts';
import { type MergedConfig, mergeFragments, parseFragment, type RequestedOption } from './kernel-config.ts';

/** The base of every config, which cannot be selected. */
const baseName = 'base';

/**
 * Names of the fragments that the kernel of a cell needs, sorted and unique. In-kernel decompression supports one algorithm
 * per kernel (since 6.12, the type chosen under MODULE_COMPRESS), so the cell's compression determines which one is built
 * in. The config `decompress` without a compressed cell uses zstd. Several memory nodes need `numa`.
 */
export function fragmentsOfCell(
  cell: Pick<Cell, 'config' | 'compression' | 'decompress' | 'numaNodes'>,
  workloadFragments: readonly string[] = [],
): string[] {
  const names = new Set([...cell.config.split('+').map(name => name.trim()), ...workloadFragments]);
  for (const name of decompressionFragments(cell.compression, cell.decompress)) names.add(name);
  if (names.has('decompress') && ![...names].some(name => name.startsWith('compress-'))) {
    names.add(`compress-${cell.compression === 'none' ? 'zstd' : cell.compression}`);
  }
  if (cell.numaNodes > 1) names.add('numa');
  names.delete('');
  names.delete('plain');
  return [...names].sort();
}

/** The fragments for in-kernel decompression of one compression; none if user space does it. */
export function decompressionFragments(compression: Compression, decompress: Decompressor): string[] {
  return decompress === 'kernel' && compression !== 'none' ? ['decompress', `compress-${compression}`] : [];
}

/** Names of the fragments in guests/kernel/ that a matrix may use. */
export async function listFragments(folder = projectPath('guests', 'kernel')): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter(file => file.endsWith('.config'))
    .map(file => file.slice(0, -'.config'.length))
    .filter(name => name !== baseName)
    .sort();
}

/**
 * Reads and merges the base and the fragments.
 * @param own the user's fragments: name to path; they take precedence over those of guests/kernel/
 * @throws BuildError KERNEL_FRAGMENT_UNKNOWN, KERNEL_FRAGMENT_INVALID, KERNEL_FRAGMENTS_CONFLICT
 */
export async function loadFragments(
  names: readonly string[],
  own: Readonly<Record<string, string>> = {},
  folder = projectPath('guests', 'kernel'),
): Promise<MergedConfig> {
  const base = await readFragment(baseName, {}, folder);
  const fragments: RequestedOption[] = [];
  for (const name of names) fragments.push(...(await readFragment(name, own, folder)));
  return mergeFragments(base, fragments);
}

async function readFragment(
  name: string,
  own: Readonly<Record<string, string>>,
  folder: string,
): Promise<RequestedOption[]> {
  const known = /^[A-Za-z0-9._-]+$/.test(name);
  const path =
    (Object.hasOwn(own, name) ? own[name] : undefined) ?? (known ? join(folder, `${name}.config`) : '');
  try {
    return parseFragment(
      await readRegularFile(path, 'utf8'),
      Object.hasOwn(own, name) ? path : `${name}.config`,
    );
  } catch (error) {
    if (error instanceof BuildError) throw error;
    throw new BuildError('KERNEL_FRAGMENT_UNKNOWN', `there is no config fragment ${JSON.stringify(name)}`, {
      hint: `Fragments are: ${(await listFragments(folder)).join(', ')}; declare your own under configs: in the matrix.`,
      cause: error,
    });
  }
}
