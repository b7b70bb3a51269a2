import { mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError } from '../errors.ts';
import { markUsed } from '../files/content-cache.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { KernelTools } from './kernel-tools.ts';
import type { BuiltSource, ResolvedSource } from './resolved-source.ts';
import { expandHome, shortDigest, sourcePlace } from './source-folder.ts';
import { applyPatches, type Patches } from './source-patches.ts';

/**
 * A revision of a git tree. All revisions of a repository share one source folder and one output tree, so that a
 * bisection builds only what differs.
 * @throws BuildError KERNEL_SOURCE_UNKNOWN, KERNEL_REVISION_UNKNOWN
 */
export async function resolveTree(
  source: Extract<BuiltSource, { kind: 'tree' }>,
  patches: Patches,
  cache: string,
  tools: KernelTools,
): Promise<ResolvedSource> {
  const path = expandHome(source.path);
  const repository = await gitFolderOf(path, tools);
  const git = async (...args: string[]) => (await tools.run('git', ['-C', path, ...args])).stdout.trim();
  const tree = await git('rev-parse', '--verify', '--quiet', `${source.revision}^{tree}`).catch(error => {
    throw new BuildError('KERNEL_REVISION_UNKNOWN', `${path} has no revision ${source.revision}`, {
      hint: `Fetch it: git -C ${path} fetch --tags.`,
      cause: error,
    });
  });
  const described = await git('describe', '--always', '--tags', '--abbrev=12', source.revision);
  const key = `tree-${shortDigest(`${repository} ${patches.digest}`)}`;
  const identity = ['tree', tree, patches.digest].join(' ');
  return {
    key,
    identity,
    origin: `${path} ${described}${patches.label}`,
    place: async () => {
      const folder = join(cache, sourcePlace.folder, key);
      if ((await readRegularFile(stampOf(folder), 'utf8').catch(() => '')) !== identity) {
        tools.report(`exporting ${described}`);
        await exportTree(repository, tree, folder, tools);
        await applyPatches(folder, patches, tools);
        await writeFile(stampOf(folder), identity);
      }
      await markUsed(folder);
      return folder;
    },
  };
}

/** The file that records the content of a folder. It is beside the folder, because git would clean it away inside. */
function stampOf(folder: string): string {
  return `${folder}.identity`;
}

/** The repository itself, even if the path is one of its linked worktrees, which all share one output tree. */
async function gitFolderOf(path: string, tools: KernelTools): Promise<string> {
  try {
    const found = await tools.run('git', [
      '-C',
      path,
      'rev-parse',
      '--path-format=absolute',
      '--git-common-dir',
    ]);
    return await realpath(found.stdout.trim());
  } catch (error) {
    throw new BuildError('KERNEL_SOURCE_UNKNOWN', `${path} is not a git tree`, {
      hint: '`tree:` must name a clone of the kernel. To use a folder without git, run `git init`, `git add` and `git commit` in it.',
      cause: error,
    });
  }
}

/**
 * Updates a folder to the content of a git tree, using a separate index. The user's checkout, index and HEAD are not
 * touched, and files that are equal in two revisions keep their times, so that make does not rebuild them.
 */
async function exportTree(
  repository: string,
  tree: string,
  folder: string,
  tools: KernelTools,
): Promise<void> {
  const index = `${folder}.index`;
  await mkdir(folder, { recursive: true });
  await rm(stampOf(folder), { force: true });
  await rm(`${index}.lock`, { force: true });
  const environment = { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '0' };
  const git = (...args: string[]) =>
    tools.run('git', [`--git-dir=${repository}`, `--work-tree=${folder}`, ...args], { environment, folder });
  if (await stat(index).catch(() => undefined)) {
    // git detects what a patch changed or an interrupted export left by its stat data, and restores it.
    await git('checkout-index', '--all', '--force', '--quiet');
    await git('clean', '-f', '-d', '-x', '--quiet');
  }
  await git('read-tree', '--reset', '-u', tree);
}
