import { createHash } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hasCode } from '../errors.ts';
import { type CachePlace, ContentCache } from '../files/content-cache.ts';
import { digestOfFile } from '../files/digest.ts';
import { readRegularFile } from '../files/regular-file.ts';
import type { KernelArtifact } from './artifact.ts';

/** What determines the content of an artifact. */
export interface ArtifactIdentity {
  /** Identity of the source with its patches; see ResolvedSource. */
  source: string;
  /** The merged config as text. */
  config: string;
  toolchain: string;
  /** Digest of the additional modules; see ExtraModules. */
  extraModules: string;
  /** Name of a rebuild from scratch; see KernelRequest. */
  anew?: string | undefined;
}

/** Incremented if the build process changes, so that older artifacts are not mistaken for new ones. */
const buildRecipe = 2;

/** Key of an artifact: 32 hexadecimal digits of the SHA-256 over everything that determines its content. */
export function artifactKey(identity: ArtifactIdentity): string {
  const { source, toolchain, config, extraModules, anew } = identity;
  const parts = [String(buildRecipe), source, toolchain, config, extraModules];
  if (anew !== undefined) parts.push(anew);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Built kernels, with a folder for each key. */
export const artifactPlace: CachePlace = {
  name: 'kernels',
  folder: 'kernel/artifacts',
  verified: true,
  entryBytes: 32 * 1024 ** 2,
};

/** The built kernels in the cache. */
export function kernelArtifacts(cache: string): ContentCache<KernelArtifact> {
  return new ContentCache(artifactPlace, cache, readArtifact, isIntact);
}

async function readArtifact(folder: string): Promise<KernelArtifact | undefined> {
  const text = await readRegularFile(join(folder, 'artifact.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const stored = parseArtifact(text);
  if (stored === undefined) return undefined;
  if (!(await stat(join(folder, stored.image)).catch(() => undefined))) return undefined;
  return mapPaths({ ...stored, folder }, path => join(folder, path));
}

function parseArtifact(text: string): KernelArtifact | undefined {
  try {
    const value = JSON.parse(text) as KernelArtifact | null;
    return typeof value?.image === 'string' && typeof value.modules === 'string' ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the image and modules of an artifact are those that it was made with. */
async function isIntact(folder: string): Promise<boolean> {
  const artifact = await readArtifact(folder);
  if (artifact === undefined) return false;
  try {
    return (await digestObjects(artifact.image, artifact.modules)) === artifact.objectDigest;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Adds the description to the draft of an artifact that already has its files. */
export async function describeArtifact(
  draft: string,
  artifact: Omit<KernelArtifact, 'folder' | 'objectDigest'>,
): Promise<void> {
  const objectDigest = await digestObjects(artifact.image, artifact.modules);
  const stored = mapPaths({ ...artifact, folder: '.', objectDigest }, path => relative(draft, path));
  await writeFile(join(draft, 'artifact.json'), `${JSON.stringify(stored, undefined, 2)}\n`);
}

/**
 * SHA-256 over the image and every module file, with the relative paths of the modules, in hexadecimal: equal for
 * two builds with the same object code.
 */
export async function digestObjects(image: string, modules: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await digestOfFile(image));
  const files = await readdir(modules, { recursive: true });
  for (const file of files.filter(name => /\.ko(\.(gz|xz|zst))?$/.test(name)).sort()) {
    hash.update(`\n${file} ${await digestOfFile(join(modules, file))}`);
  }
  return hash.digest('hex');
}

function mapPaths(artifact: KernelArtifact, map: (path: string) => string): KernelArtifact {
  return {
    ...artifact,
    image: map(artifact.image),
    modules: map(artifact.modules),
    systemMap: artifact.systemMap && map(artifact.systemMap),
    config: artifact.config && map(artifact.config),
  };
}
