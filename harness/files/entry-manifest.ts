import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hasCode } from '../errors.ts';
import { writeFileAtomically } from './atomic.ts';
import { digestOfFile } from './digest.ts';
import { readRegularFile } from './regular-file.ts';

/** The state of a file when its entry was published. */
interface ManifestFile {
  bytes: number;
  mtimeMs: number;
  /** SHA-256, hexadecimal. */
  digest: string;
}

type Manifest = Record<string, ManifestFile>;

const manifestName = '.manifest.json';

/** How to check a folder against its manifest: `quick` reads only files touched since, `whole` reads everything. */
export type CheckDepth = 'quick' | 'whole';

/** Records the regular files of a folder in a manifest beside them. @throws Error of the file system */
export async function writeManifest(folder: string): Promise<void> {
  const manifest: Manifest = {};
  for (const name of await fileNames(folder)) {
    const path = join(folder, name);
    const { size, mtimeMs } = await lstat(path);
    manifest[name] = { bytes: size, mtimeMs, digest: await digestOfFile(path) };
  }
  await storeManifest(folder, manifest);
}

/** Marks a folder as damaged, so that quick checks find out. */
export async function markDamaged(folder: string): Promise<void> {
  await writeFileAtomically(join(folder, manifestName), 'damaged\n').catch(ignoreReadOnly);
}

/** Whether a folder has a manifest. */
export async function hasManifest(folder: string): Promise<boolean> {
  return (await lstat(join(folder, manifestName)).catch(() => undefined))?.isFile() === true;
}

/**
 * Checks a folder against its manifest. Touched files are read even in a quick check.
 * @returns the damage: `initramfs.cpio has 1000 bytes instead of 13108736`; undefined if there is none, or no manifest
 */
export async function findDamage(folder: string, depth: CheckDepth): Promise<string | undefined> {
  const manifest = await readManifest(folder);
  if (typeof manifest === 'string' || manifest === undefined) return manifest;
  let isTouched = false;
  for (const [name, file] of Object.entries(manifest)) {
    const path = join(folder, name);
    const status = await lstat(path).catch(() => undefined);
    if (!status) return `${name} is missing`;
    if (!status.isFile()) return `${name} is not a regular file`;
    if (status.size !== file.bytes) return `${name} has ${status.size} bytes instead of ${file.bytes}`;
    const touched = status.mtimeMs !== file.mtimeMs;
    isTouched ||= touched;
    if ((touched || depth === 'whole') && (await digestOfFile(path)) !== file.digest)
      return `${name} has different content`;
    file.mtimeMs = status.mtimeMs;
  }
  // It may have been copied. Keep the new times so that the next check need not read it; never a new digest, because
  // what this check has not read may be damaged.
  if (isTouched) await storeManifest(folder, manifest).catch(ignoreReadOnly);
  return undefined;
}

/** Ignores errors from a cache that this user may only read. */
export function ignoreReadOnly(error: unknown): void {
  if (!['EACCES', 'EPERM', 'EROFS'].some(code => hasCode(error, code))) throw error;
}

async function storeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFileAtomically(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
}

async function readManifest(folder: string): Promise<Manifest | string | undefined> {
  if (!(await lstat(join(folder, manifestName)).catch(() => undefined))) return undefined;
  const fault = `${manifestName} is damaged`;
  try {
    const value = JSON.parse(await readRegularFile(join(folder, manifestName), 'utf8')) as Manifest | null;
    const whole =
      value !== null &&
      typeof value === 'object' &&
      Object.values(value).every(file => typeof file?.digest === 'string' && Number.isFinite(file.mtimeMs));
    return whole ? value : fault;
  } catch (error) {
    if (error instanceof SyntaxError) return fault;
    throw error;
  }
}

async function fileNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .filter(name => name !== manifestName)
    .sort();
}
