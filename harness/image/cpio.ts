import { posix } from 'node:path';
import { InfrastructureError } from '../errors.ts';

/** An entry of an initramfs. Paths are relative to the root, without a leading slash: `usr/bin/kmod`. */
export type CpioEntry =
  | { kind: 'directory'; path: string; mode: number }
  | { kind: 'file'; path: string; mode: number; content: Uint8Array }
  | { kind: 'symlink'; path: string; target: string }
  | { kind: 'character-device'; path: string; mode: number; major: number; minor: number };

const typeBits: Record<CpioEntry['kind'], number> = {
  directory: 0o040000,
  file: 0o100000,
  symlink: 0o120000,
  'character-device': 0o020000,
};

const headerLength = 110;
const trailerName = 'TRAILER!!!';
const largestField = 0xffff_ffff;

/**
 * A cpio archive in the "newc" format of the kernel's initramfs (Documentation/driver-api/early-userspace/
 * buffer-format.rst). Reproducible: sorted by path, owner root, time 0, inodes counted from 1; missing parent folders
 * are added. Its length is a multiple of 512, so that archives can be joined end to end.
 * @throws InfrastructureError CPIO_INVALID for an invalid or duplicate path, or a file of 4 GiB or more
 */
export function writeCpio(entries: readonly CpioEntry[]): Buffer {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const push = (chunk: Uint8Array) => {
    chunks.push(chunk);
    length += chunk.length;
  };
  let inode = 0;
  for (const entry of sortWithParents(entries)) {
    const body = bodyOf(entry);
    push(encodeHeader(entry, ++inode, body.length));
    push(body);
    push(padding(body.length, 4));
  }
  push(encodeTrailer());
  push(padding(length, 512));
  return Buffer.concat(chunks, length);
}

/** All entries by path, including implicit folders. A folder comes before its contents. */
function sortWithParents(entries: readonly CpioEntry[]): CpioEntry[] {
  const byPath = new Map<string, CpioEntry>();
  for (const entry of entries) {
    checkPath(entry.path);
    if (byPath.has(entry.path)) throw invalid(`duplicate entry ${JSON.stringify(entry.path)}`);
    byPath.set(entry.path, entry);
  }
  for (const { path } of entries) {
    for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
      const there = byPath.get(parent);
      if (there && there.kind !== 'directory')
        throw invalid(`${JSON.stringify(parent)} is not a folder but contains ${path}`);
      if (!there) byPath.set(parent, { kind: 'directory', path: parent, mode: 0o755 });
    }
  }
  return [...byPath.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function checkPath(path: string): void {
  const normal = posix.normalize(path);
  if (
    path === '' ||
    path === trailerName ||
    normal !== path ||
    path.startsWith('/') ||
    path.endsWith('/') ||
    path.startsWith('..') ||
    path.includes('\0')
  ) {
    throw invalid(`${JSON.stringify(path)} is not a valid path for an entry`);
  }
}

function bodyOf(entry: CpioEntry): Uint8Array {
  if (entry.kind === 'file') return entry.content;
  if (entry.kind === 'symlink') return Buffer.from(entry.target);
  return new Uint8Array(0);
}

function encodeHeader(entry: CpioEntry, inode: number, size: number): Buffer {
  if (size > largestField)
    throw invalid(`${JSON.stringify(entry.path)} has ${size} bytes, more than the format allows`);
  const mode = typeBits[entry.kind] | (entry.kind === 'symlink' ? 0o777 : entry.mode);
  const [major, minor] = entry.kind === 'character-device' ? [entry.major, entry.minor] : [0, 0];
  // One link even for folders: the kernel looks for hard links if there are two or more.
  return encode({ name: entry.path, inode, mode, links: 1, size, major, minor });
}

function encodeTrailer(): Buffer {
  return encode({ name: trailerName, inode: 0, mode: 0, links: 1, size: 0, major: 0, minor: 0 });
}

interface Header {
  name: string;
  inode: number;
  mode: number;
  links: number;
  size: number;
  major: number;
  minor: number;
}

function encode(header: Header): Buffer {
  const name = Buffer.from(`${header.name}\0`);
  const { inode, mode, links, size, major, minor } = header;
  const fields = [inode, mode, 0, 0, links, 0, size, 0, 0, major, minor, name.length, 0];
  const text = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([Buffer.from(text), name, padding(headerLength + name.length, 4)]);
}

function padding(length: number, unit: number): Uint8Array {
  return new Uint8Array((unit - (length % unit)) % unit);
}

function invalid(message: string): InfrastructureError {
  return new InfrastructureError('CPIO_INVALID', `cannot write an initramfs: ${message}`);
}
