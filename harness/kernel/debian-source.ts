import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BuildError } from '../errors.ts';
import { writeFileAtomically } from '../files/atomic.ts';
import { ContentCache, markUsed } from '../files/content-cache.ts';
import { existingPath } from '../files/existing.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { AptCandidate } from '../host/apt-output.ts';
import type { IsolatedApt } from '../host/isolated-apt.ts';
import type { KernelTools } from './kernel-tools.ts';
import type { BuiltSource, ResolvedSource } from './resolved-source.ts';
import { shortDigest, sourcePlace } from './source-folder.ts';
import { applyPatches, type Patches } from './source-patches.ts';

/**
 * Resolves a Debian kernel source package.
 * @throws BuildError KERNEL_SOURCE_UNKNOWN; InfrastructureError of apt
 */
export async function resolveDebian(
  source: Extract<BuiltSource, { kind: 'debian' }>,
  patches: Patches,
  cache: string,
  apt: IsolatedApt,
  tools: KernelTools,
): Promise<ResolvedSource> {
  const chosen =
    source.version === undefined
      ? await chooseVersion(source.package, source.suite, cache, apt)
      : { version: source.version, ...(source.suite !== undefined && { suite: source.suite }) };
  const identity = ['debian', source.package, chosen.version, patches.digest].join(' ');
  const key = `${source.package}-${shortDigest(identity)}`;
  const suite = 'suite' in chosen ? ` (${chosen.suite})` : '';
  return {
    key,
    identity,
    origin: `Debian ${source.package} ${chosen.version}${suite}${patches.label}`,
    place: () =>
      new ContentCache(sourcePlace, cache, existingPath).obtain(
        key,
        tools.lock('unpacking a kernel'),
        async draft => {
          const deb = await apt.download(source.package, chosen);
          await unpackDebian(deb, draft, patches, apt, tools);
        },
      ),
  };
}

/**
 * The version of a Debian package, chosen once and kept in the cache, so that tomorrow's run builds the same source and a
 * run without network finds its kernels. `modstorm clean` removes it.
 */
async function chooseVersion(
  name: string,
  suite: string | undefined,
  cache: string,
  apt: IsolatedApt,
): Promise<AptCandidate> {
  const pin = join(cache, sourcePlace.folder, `${name}${suite ? `-${suite}` : ''}.json`);
  const kept = await readRegularFile(pin, 'utf8').catch(() => undefined);
  if (kept) {
    await markUsed(pin);
    return JSON.parse(kept) as AptCandidate;
  }
  const chosen = await newestVersion(name, suite, apt);
  await mkdir(dirname(pin), { recursive: true });
  await writeFileAtomically(pin, JSON.stringify(chosen));
  return chosen;
}

/**
 * The version of a Debian package in a suite, else in the first preferred suite that has it.
 * @throws BuildError KERNEL_SOURCE_UNKNOWN; InfrastructureError of apt
 */
export async function newestVersion(
  name: string,
  suite: string | undefined,
  apt: IsolatedApt,
): Promise<AptCandidate> {
  const candidates = await apt.candidates(name);
  const chosen = candidates.find(candidate => suite === undefined || candidate.suite === suite);
  if (!chosen) {
    const offered = candidates.map(candidate => candidate.suite).join(', ');
    throw new BuildError(
      'KERNEL_SOURCE_UNKNOWN',
      `Debian has no package ${name}${suite ? ` in ${suite}` : ''}`,
      {
        hint: offered
          ? `It exists in: ${offered}.`
          : `Source packages are named linux-source-X.Y; searched ${(await apt.suites()).join(', ')}.`,
      },
    );
  }
  return chosen;
}

async function unpackDebian(
  deb: string,
  draft: string,
  patches: Patches,
  apt: IsolatedApt,
  tools: KernelTools,
): Promise<void> {
  tools.report('unpacking the kernel source');
  const outer = join(draft, 'modstorm-package');
  await apt.extract(deb, outer);
  const archive = join(outer, 'usr', 'src', `${basename(deb).split('_')[0]}.tar.xz`);
  await tools.run('tar', ['-xf', archive, '-C', draft, '--strip-components=1', ...unneeded]);
  await rm(outer, { recursive: true });
  await applyPatches(draft, patches, tools);
  await tools.run('sync', ['--file-system', draft]);
}

/**
 * Left out when unpacking, which saves a third of the time and space: files that an x86 build never reads (except the
 * Kconfig files of all architectures), and the register tables of amdgpu, which are useless in a guest.
 */
const unneeded = [
  '--wildcards',
  '--exclude=*/Documentation/[A-JL-Za-z]*',
  '--exclude=*/arch/[!x]*/*.[chS]',
  '--exclude=*/arch/[!x]*/*.dts*',
  '--exclude=*/arch/[!x]*/*_defconfig',
  '--exclude=*/drivers/gpu/drm/amd/include/asic_reg/*',
  '--exclude=*/tools/testing/*',
  '--exclude=*/tools/perf/*',
];
