import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BuildError } from '../errors.ts';
import { openRegularFile, readRegularFile } from '../files/regular-file.ts';

/** Maximum number of bytes to read from an image to find its release. */
const maxImageBytes = 256 * 1024 * 1024;

/**
 * The release (`uname -r`) recorded in a kernel image: for a bzImage, in its header (boot protocol 2.00,
 * Documentation/arch/x86/boot.rst: kernel_version at 0x20e); for a vmlinux, in its banner.
 * @throws BuildError KERNEL_IMAGE_UNREADABLE
 */
export function releaseOfImage(image: Buffer, name: string): string {
  const release =
    image.length >= 4 && image.readUInt32BE(0) === 0x7f454c46
      ? releaseOfBanner(image)
      : releaseOfHeader(image);
  if (!release) {
    throw new BuildError('KERNEL_IMAGE_UNREADABLE', `${name} is neither a bzImage nor a vmlinux for x86`, {
      hint: 'Give the bzImage (/boot/vmlinuz-…) or the uncompressed vmlinux.',
    });
  }
  return release;
}

/** Reads an image file and returns its release; see releaseOfImage. */
export async function readReleaseOfImage(path: string): Promise<string> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const image = Buffer.alloc(Math.min(size, maxImageBytes));
    const { bytesRead } = await file.read(image, 0, image.length, 0);
    if (bytesRead < 0x210) return releaseOfImage(Buffer.alloc(0x210), path);
    return releaseOfImage(image.subarray(0, bytesRead), path);
  } finally {
    await file.close();
  }
}

/**
 * The folder that holds modules.dep: the given one, or the only release in it (`…/lib/modules`).
 * @throws BuildError KERNEL_MODULES_MISSING
 */
export async function findModulesFolder(folder: string): Promise<string> {
  const candidates = [folder];
  for (const parent of [folder, join(folder, 'lib', 'modules')]) {
    const names = await readdir(parent).catch(() => []);
    candidates.push(...names.map(name => join(parent, name)));
  }
  const found: string[] = [];
  for (const candidate of candidates) {
    const text = await readRegularFile(join(candidate, 'modules.dep')).catch(() => undefined);
    if (text) found.push(candidate);
  }
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  throw new BuildError(
    'KERNEL_MODULES_MISSING',
    found.length === 0
      ? `${folder} holds no modules.dep`
      : `${folder} holds the modules of ${found.map(path => basename(path)).join(', ')}`,
    { hint: 'Give the folder of one release, such as /lib/modules/6.12.0, and run depmod for it.' },
  );
}

function releaseOfHeader(image: Buffer): string | undefined {
  if (image.length < 0x210 || image.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  const start = image.readUInt16LE(0x20e) + 0x200;
  return firstWord(image.subarray(start, start + 256));
}

function releaseOfBanner(image: Buffer): string | undefined {
  const mark = Buffer.from('Linux version ');
  for (let at = image.indexOf(mark); at >= 0; at = image.indexOf(mark, at + 1)) {
    const release = firstWord(image.subarray(at + mark.length, at + mark.length + 256));
    if (release && /^\d+\.\d+/.test(release)) return release;
  }
  return undefined;
}

function firstWord(bytes: Buffer): string | undefined {
  return /^[\x21-\x7e]+/.exec(bytes.toString('latin1'))?.[0];
}
