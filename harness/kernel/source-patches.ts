import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { BuildError, UsageError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { KernelTools } from './kernel-tools.ts';
import { expandHome } from './source-folder.ts';

/** Patches to apply to a source, in order. */
export interface Patches {
  paths: string[];
  digest: string;
  /** ` with no-merge.patch`, or empty. */
  label: string;
}

/**
 * Reads the patches, so that their content is part of the source's identity.
 * @throws UsageError KERNEL_PATCH_UNREADABLE
 */
export async function readPatches(given: readonly string[]): Promise<Patches> {
  const paths = given.map(expandHome);
  const hash = createHash('sha256');
  for (const path of paths) {
    const text = await readRegularFile(path).catch(error => {
      throw new UsageError(
        'KERNEL_PATCH_UNREADABLE',
        `cannot read the kernel patch ${path}: ${error.message}`,
        {
          hint: 'Patch paths are relative to the working folder.',
          cause: error,
        },
      );
    });
    hash.update(`${text.length}\n`).update(text);
  }
  const digest = paths.length === 0 ? '' : hash.digest('hex').slice(0, 16);
  const names = paths.map(path => basename(path)).join(', ');
  return { paths, digest, label: names && ` with ${names}` };
}

/**
 * Applies patches to an unpacked source.
 * @throws BuildError KERNEL_PATCH_FAILED
 */
export async function applyPatches(folder: string, patches: Patches, tools: KernelTools): Promise<void> {
  for (const path of patches.paths) {
    const result = await tools.run(
      'patch',
      ['-p1', '--forward', '--batch', '--fuzz=0', '-i', resolve(path)],
      {
        folder,
        accept: 'any',
      },
    );
    if (result.code === 0) continue;
    throw new BuildError('KERNEL_PATCH_FAILED', `${basename(path)} does not apply to this kernel`, {
      evidence: result.stdout + result.stderr,
      hint: 'Refresh the patch for this version, or leave this kernel out of the matrix.',
    });
  }
}
