import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { KernelArtifact } from './artifact.ts';

/** What decides the content of an artifact. */
export interface ArtifactIdentity {
  /** Identity of the source with its patches; see ResolvedSource. */
  source: string;
  /** The merged config as text. */
  config: string;
  toolchain: string;
  /** Digest of the modules that are built beside the kernel's own; see ExtraModules. */
  extraModules: string;
}

/** Raised when the way of building changes, so that artifacts of older versions are not taken for new ones. */
const buildRecipe = 2;

/** Key of an artifact: 32 hexadecimal digits of the SHA-256 over everything that decides its content. */
export function artifactKey(identity: ArtifactIdentity): string {
  const { source, toolchain, config, extraModules } = identity;
  const parts = [String(buildRecipe), source, toolchain, config, extraModules];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Artifacts in the cache: a folder for each key, complete or not there at all. */
export class ArtifactStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The artifact of a key, or undefined. Being found makes it young again for `modstorm clean`. */
  async find(key: string): Promise<KernelArtifact | undefined> {
    const folder = join(this.folder, key);
    const text = await readFile(join(folder, 'artifact.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const stored = JSON.parse(text) as KernelArtifact;
    if (!(await stat(join(folder, stored.image)).catch(() => undefined))) return undefined;
    const now = new Date();
    await utimes(folder, now, now);
    return mapPaths({ ...stored, folder }, path => join(folder, path));
  }

  /**
   * Publishes an artifact: `fill` puts the files into a draft folder and returns the artifact with paths in it; the
   * draft becomes the entry in one step. If another process was first, its entry is taken.
   */
  async publish(
    key: string,
    fill: (draft: string) => Promise<Omit<KernelArtifact, 'key' | 'folder' | 'objectDigest'>>,
  ): Promise<KernelArtifact> {
    await mkdir(this.folder, { recursive: true });
    const draft = await mkdtemp(join(this.folder, '.draft-'));
    try {
      const filled = await fill(draft);
      // mkdtemp makes a private folder; the cache may be shared by the users of a CI host.
      await chmod(draft, 0o755);
      const objectDigest = await digestObjects(filled.image, filled.modules);
      const artifact = mapPaths({ ...filled, key, folder: '.', objectDigest }, path => relative(draft, path));
      await writeFile(join(draft, 'artifact.json'), `${JSON.stringify(artifact, undefined, 2)}\n`);
      await rename(draft, join(this.folder, key)).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
        if (await this.find(key)) return;
        // An entry that lost its files, to a cleaner or a full disk: the new one takes its place.
        await rm(join(this.folder, key), { recursive: true, force: true });
        await rename(draft, join(this.folder, key));
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return (await this.find(key))!;
  }
}

/**
 * SHA-256 over the image and every module file, with the modules' paths below their folder, in hexadecimal: equal for
 * two builds with the same object code.
 */
export async function digestObjects(image: string, modules: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await digestFile(image));
  const files = await readdir(modules, { recursive: true });
  for (const file of files.filter(name => /\.ko(\.(gz|xz|zst))?$/.test(name)).sort()) {
    hash.update(`\n${file} ${await digestFile(join(modules, file))}`);
  }
  return hash.digest('hex');
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function mapPaths(artifact: KernelArtifact, map: (path: string) => string): KernelArtifact {
  return {
    ...artifact,
    image: map(artifact.image),
    modules: map(artifact.modules),
    ...(artifact.systemMap !== undefined && { systemMap: map(artifact.systemMap) }),
    ...(artifact.config !== undefined && { config: map(artifact.config) }),
  };
}
