import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import { projectPath } from '../project.ts';
import { parseConfig } from './kernel-config.ts';
import type { KernelTools } from './kernel-tools.ts';
import { type BuildTree, runMake } from './make.ts';

/** modstorm's own modules, built for every kernel: guests/modules/, with a Kbuild file that names them. */
export interface ExtraModules {
  /** File name to text. */
  files: Map<string, string>;
  /** SHA-256 over all of it, hexadecimal; part of an artifact's key. */
  digest: string;
}

/**
 * Modules from the kernel source that are built in the same way, without their Kconfig option and what it selects:
 * TEST_KMOD would pull in btrfs and xfs, a minute of building for a test that can request any module.
 */
const borrowed = [{ path: 'lib/test_kmod.c', option: 'CONFIG_TEST_KMOD' }];

/** Reads the folder of the project's modules. */
export async function readExtraModules(folder = projectPath('guests', 'modules')): Promise<ExtraModules> {
  const files = new Map<string, string>();
  for (const name of (await readdir(folder)).sort()) {
    if (name === 'Kbuild' || name.endsWith('.c') || name.endsWith('.h'))
      files.set(name, await readRegularFile(join(folder, name), 'utf8'));
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([...files, borrowed]))
    .digest('hex');
  return { files, digest };
}

/**
 * Builds the modules against a kernel just built in `tree`, and installs them into `extra/` of its modules in `folder`,
 * after the kernel's own. Skips a borrowed module that the kernel source does not have or the config already builds.
 * @param config text of the kernel's .config
 * @throws BuildError KERNEL_EXTRA_MODULES_FAILED, KERNEL_INSTALL_FAILED
 */
export async function installExtraModules(
  extra: ExtraModules,
  tree: BuildTree,
  folder: string,
  config: string,
  tools: KernelTools,
): Promise<void> {
  tools.report('building the modules of guests/modules');
  const place = join(tree.output, 'modstorm-modules');
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  for (const [name, text] of extra.files) await writeFile(join(place, name), text);
  const options = parseConfig(config);
  for (const { path, option } of borrowed)
    if (!options.has(option)) await borrow(join(tree.source, path), place);
  await runMake(tree, [`M=${place}`, 'modules'], tools, 'KERNEL_EXTRA_MODULES_FAILED', () => {});
  const words = [`M=${place}`, `INSTALL_MOD_PATH=${folder}`, 'INSTALL_MOD_DIR=extra', 'INSTALL_MOD_STRIP=1'];
  await runMake(tree, [...words, 'modules_install'], tools, 'KERNEL_INSTALL_FAILED', () => {});
}

async function borrow(source: string, place: string): Promise<void> {
  if (!(await stat(source).catch(() => undefined))) return;
  const file = basename(source);
  await copyFile(source, join(place, file));
  await writeFile(join(place, 'Kbuild'), `obj-m += ${file.replace(/\.c$/, '.o')}\n`, { flag: 'a' });
}
