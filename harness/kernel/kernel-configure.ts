import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { findKconfigSymbol, symbolsOfCondition } from './kconfig-symbol.ts';
import {
  type DroppedOption,
  findDropped,
  type MergedConfig,
  parseConfig,
  placeOf,
  renderConfig,
} from './kernel-config.ts';
import type { KernelTools } from './kernel-tools.ts';
import { type BuildTree, runMake } from './make.ts';

/**
 * Rejects a kernel without module statistics, because nothing could be measured.
 * @throws BuildError KERNEL_TOO_OLD
 */
export async function refuseWithoutStats(source: string, origin: string, tools: KernelTools): Promise<void> {
  const folder = join(source, 'kernel');
  // Histories of kernels have commits that are no kernel, such as the beginnings of what was merged with its history.
  if (existsSync(folder) && (await findKconfigSymbol(folder, 'MODULE_STATS', tools)).length > 0) return;
  const version = await readKernelVersion(source);
  throw new BuildError(
    'KERNEL_TOO_OLD',
    `${origin} (Linux ${version}) has no module statistics: CONFIG_MODULE_STATS came with Linux 6.4`,
    { hint: 'Use Linux 6.4 or later, or a tree with a backport of df3e764d8e5c.' },
  );
}

/** `6.12.95`, from the Makefile; `?` if unknown. */
async function readKernelVersion(source: string): Promise<string> {
  const makefile = await readRegularFile(join(source, 'Makefile'), 'utf8').catch(() => '');
  const part = (name: string) => new RegExp(`^${name} *= *(\\S*)$`, 'm').exec(makefile)?.[1] ?? '';
  const version = part('VERSION');
  return version ? `${version}.${part('PATCHLEVEL')}.${part('SUBLEVEL')}${part('EXTRAVERSION')}` : '?';
}

/**
 * Configures the output tree and checks that Kconfig kept every requested option.
 * @returns the resulting .config
 * @throws BuildError KERNEL_CONFIG_FAILED, KERNEL_CONFIG_DROPPED
 */
export async function configureKernel(
  tree: BuildTree,
  merged: MergedConfig,
  tools: KernelTools,
): Promise<string> {
  tools.report('configuring');
  const requested = join(tree.output, 'modstorm.config');
  await writeFile(requested, renderConfig(merged));
  await runMake(
    tree,
    [`KCONFIG_ALLCONFIG=${requested}`, 'allnoconfig'],
    tools,
    'KERNEL_CONFIG_FAILED',
    () => {},
  );
  const text = await readRegularFile(join(tree.output, '.config'), 'utf8');
  const resulting = parseConfig(text);
  const suspects = findDropped(merged, resulting, () => true);
  const selectable = new Set<string>();
  for (const { requested: option } of suspects) {
    const symbols = option.whereKnown ? await findKconfigSymbol(tree.source, option.name, tools) : [];
    if (symbols.some(symbol => symbol.selectable)) selectable.add(option.name);
  }
  const dropped = findDropped(merged, resulting, name => selectable.has(name));
  if (dropped.length > 0) throw await droppedError(tree, dropped, resulting, tools);
  return text;
}

async function droppedError(
  tree: BuildTree,
  dropped: DroppedOption[],
  resulting: Map<string, string>,
  tools: KernelTools,
): Promise<BuildError> {
  const lines: string[] = [];
  for (const { requested, resulting: value } of dropped.slice(0, 10)) {
    lines.push(`${placeOf(requested)}: ${requested.name}=${requested.value} became ${value}`);
    const symbols = await findKconfigSymbol(tree.source, requested.name, tools);
    if (symbols.length === 0) lines.push('    this kernel does not know the option');
    for (const symbol of symbols) {
      if (!symbol.selectable)
        lines.push(`    ${symbol.place} cannot be set, only selected by options that need it`);
      lines.push(`    ${symbol.place} depends on ${symbol.dependsOn.join(' && ') || 'nothing'}`);
      const mentioned = symbolsOfCondition(symbol.dependsOn.join(' '));
      const values = mentioned.map(name => `${name}=${resulting.get(`CONFIG_${name}`) ?? 'n'}`);
      if (values.length > 0) lines.push(`    where ${values.join(', ')}`);
    }
  }
  const names = dropped.map(({ requested }) => `${requested.name} (${placeOf(requested)})`);
  const shown =
    names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
  return new BuildError('KERNEL_CONFIG_DROPPED', `Kconfig dropped ${shown}`, {
    evidence: lines.join('\n'),
    hint: 'Add the dependencies of the option to the fragment, or mark it `# where known: …` if only some kernels have it.',
  });
}
