import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BuildError } from '../errors.ts';
import { firstExisting } from '../files/existing.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { KernelSource } from '../matrix/matrix.ts';
import type { KernelArtifact } from './artifact.ts';
import { readBuildId } from './elf-build-id.ts';
import { digestObjects } from './kernel-artifacts.ts';
import { findModulesFolder, readReleaseOfImage } from './kernel-release.ts';
import { expandHome } from './source-folder.ts';

/**
 * An artifact for a prebuilt kernel. Nothing is copied.
 * @throws BuildError KERNEL_IMAGE_MISSING, KERNEL_IMAGE_UNREADABLE, KERNEL_MODULES_MISSING, KERNEL_MODULES_MISMATCH
 */
export async function takePrebuilt(
  source: Extract<KernelSource, { kind: 'prebuilt' }>,
): Promise<KernelArtifact> {
  const image = expandHome(source.image);
  if (!(await stat(image).catch(() => undefined))?.isFile()) {
    throw new BuildError('KERNEL_IMAGE_MISSING', `there is no kernel image ${image}`, {
      hint: '`image:` must name a bzImage or vmlinux that you can read.',
    });
  }
  const release = await readReleaseOfImage(image);
  const modules = await findModulesFolder(expandHome(source.modules));
  if (basename(modules) !== release) {
    throw new BuildError(
      'KERNEL_MODULES_MISMATCH',
      `${image} is Linux ${release}, but the modules in ${modules} are for ${basename(modules)}`,
      { hint: 'Give the folder lib/modules/<release> of the same kernel.' },
    );
  }
  const objectDigest = await digestObjects(image, modules);
  const buildId = readBuildId(await readRegularFile(image));
  const beside = dirname(image);
  const config = await firstExisting([
    join(beside, `config-${release}`),
    join(modules, 'config'),
    join(beside, 'config'),
  ]);
  const systemMap = await firstExisting([join(beside, `System.map-${release}`), join(beside, 'System.map')]);
  return {
    key: createHash('sha256').update(`prebuilt ${objectDigest}`).digest('hex').slice(0, 32),
    folder: beside,
    release,
    image,
    modules,
    objectDigest,
    origin: `prebuilt ${image}`,
    systemMap,
    config,
    buildId,
  };
}
