import { InfrastructureError } from '../errors.ts';

/** What the dynamic loader needs to know about an x86-64 program or library. */
export interface ElfFacts {
  /** Path of the dynamic loader (PT_INTERP); undefined for libraries and static programs. */
  interpreter?: string | undefined;
  /** DT_NEEDED, in order. */
  needed: string[];
  /** Folders to search before the usual ones: DT_RUNPATH or DT_RPATH, as written (including `$ORIGIN`). */
  runpath: string[];
  /** DT_SONAME. */
  soname?: string | undefined;
  /** Libraries that are opened later if present (.note.dlopen, systemd's ELF dlopen metadata). */
  optional: string[];
}

const programHeaderTypes = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
const dynamicTags = {
  end: 0n,
  needed: 1n,
  stringTable: 5n,
  stringSize: 10n,
  soname: 14n,
  rpath: 15n,
  runpath: 29n,
} as const;
/** `FDO` note of type FDO_DLOPEN_METADATA; https://uapi-group.org/specifications/specs/elf_dlopen_metadata/ */
const dlopenNote = { owner: 'FDO', type: 0x407c0c0a } as const;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/**
 * Reads the dynamic section of a 64-bit little-endian x86-64 ELF file (System V ABI, gABI chapter 5). Every offset is
 * checked against the file.
 * @param name shown in errors
 * @throws InfrastructureError ELF_INVALID
 */
export function readElf(bytes: Uint8Array, name: string): ElfFacts {
  const file = new ElfFile(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  const segments = file.segments();
  const facts: ElfFacts = { needed: [], runpath: [], optional: file.optionalLibraries(segments) };
  const interpreter = segments.find(segment => segment.type === programHeaderTypes.interpreter);
  if (interpreter) facts.interpreter = file.text(interpreter.offset, interpreter.size);
  const dynamic = segments.find(segment => segment.type === programHeaderTypes.dynamic);
  if (dynamic) Object.assign(facts, file.dynamicNames(dynamic, segments));
  return facts;
}

/** Whether a file begins like an ELF file, unlike scripts and data. */
export function isElf(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
  );
}

class ElfFile {
  readonly #bytes: Buffer;
  readonly #name: string;

  constructor(bytes: Buffer, name: string) {
    this.#bytes = bytes;
    this.#name = name;
    const isGood =
      isElf(bytes) && bytes.length >= 64 && bytes[4] === 2 && bytes[5] === 1 && bytes.readUInt16LE(18) === 62;
    if (!isGood) throw this.#broken('is not a 64-bit x86 ELF file');
  }

  segments(): Segment[] {
    const table = this.#position(this.#bytes.readBigUInt64LE(32));
    const size = this.#bytes.readUInt16LE(54);
    const count = this.#bytes.readUInt16LE(56);
    if (count > 0 && size < 56) throw this.#broken('has program headers of the wrong size');
    return Array.from({ length: count }, (_, index) => {
      const header = this.#slice(table + index * size, 56);
      return {
        type: header.readUInt32LE(0),
        offset: this.#position(header.readBigUInt64LE(8)),
        address: this.#position(header.readBigUInt64LE(16)),
        size: this.#position(header.readBigUInt64LE(32)),
      };
    });
  }

  dynamicNames(dynamic: Segment, segments: Segment[]): Pick<ElfFacts, 'needed' | 'runpath' | 'soname'> {
    const entries = this.#dynamicEntries(dynamic);
    const table = entries.find(([tag]) => tag === dynamicTags.stringTable);
    const size = entries.find(([tag]) => tag === dynamicTags.stringSize);
    if (!table || !size) return { needed: [], runpath: [] };
    const start = this.#offsetOf(this.#position(table[1]), segments);
    const nameAt = (value: bigint) =>
      this.text(start + this.#position(value), this.#position(size[1]) - this.#position(value));
    const names = (tag: bigint) =>
      entries.filter(entry => entry[0] === tag).map(([, value]) => nameAt(value));
    const [soname] = names(dynamicTags.soname);
    const runpath = [...names(dynamicTags.runpath), ...names(dynamicTags.rpath)];
    return {
      needed: names(dynamicTags.needed),
      runpath: runpath.flatMap(text => text.split(':').filter(Boolean)),
      soname,
    };
  }

  optionalLibraries(segments: Segment[]): string[] {
    return segments
      .filter(segment => segment.type === programHeaderTypes.note)
      .flatMap(segment => this.#dlopenNotes(this.#slice(segment.offset, segment.size)));
  }

  /** A NUL-terminated text of at most `limit` bytes. */
  text(offset: number, limit: number): string {
    const bytes = this.#slice(offset, Math.max(0, limit));
    const end = bytes.indexOf(0);
    if (end < 0) throw this.#broken('has an unterminated name');
    return bytes.toString('utf8', 0, end);
  }

  #dynamicEntries(dynamic: Segment): [bigint, bigint][] {
    const section = this.#slice(dynamic.offset, dynamic.size);
    const entries: [bigint, bigint][] = [];
    for (let at = 0; at + 16 <= section.length; at += 16) {
      const tag = section.readBigUInt64LE(at);
      if (tag === dynamicTags.end) break;
      entries.push([tag, section.readBigUInt64LE(at + 8)]);
    }
    return entries;
  }

  /** Notes are: owner's length, content's length, type, owner, content; the texts are padded to 4 bytes. */
  #dlopenNotes(notes: Buffer): string[] {
    const found: string[] = [];
    for (let at = 0; at + 12 <= notes.length; ) {
      const ownerLength = notes.readUInt32LE(at);
      const contentLength = notes.readUInt32LE(at + 4);
      const type = notes.readUInt32LE(at + 8);
      const content = at + 12 + align(ownerLength);
      if (content + contentLength > notes.length) break;
      const owner = notes.toString('latin1', at + 12, at + 12 + Math.max(0, ownerLength - 1));
      if (owner === dlopenNote.owner && type === dlopenNote.type) {
        found.push(
          ...this.#sonames(notes.toString('utf8', content, content + contentLength).replace(/\0+$/, '')),
        );
      }
      at = content + align(contentLength);
    }
    return found;
  }

  /** Each feature names interchangeable libraries, best first. Use the first. */
  #sonames(json: string): string[] {
    let features: unknown;
    try {
      features = JSON.parse(json);
    } catch (error) {
      throw this.#broken('has a .note.dlopen that is not JSON', error);
    }
    if (!Array.isArray(features)) throw this.#broken('has a .note.dlopen that is not a list');
    return features.flatMap(feature => {
      const names: unknown = feature?.soname;
      return Array.isArray(names) && typeof names[0] === 'string' ? [names[0]] : [];
    });
  }

  #offsetOf(address: number, segments: Segment[]): number {
    const segment = segments.find(
      ({ type, address: start, size }) =>
        type === programHeaderTypes.load && address >= start && address < start + size,
    );
    if (!segment) throw this.#broken('has its names outside of all segments');
    return segment.offset + (address - segment.address);
  }

  #position(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#broken('has an impossible offset');
    return Number(value);
  }

  #slice(offset: number, length: number): Buffer {
    if (offset + length > this.#bytes.length) throw this.#broken('is truncated');
    return this.#bytes.subarray(offset, offset + length);
  }

  #broken(what: string, cause?: unknown): InfrastructureError {
    return new InfrastructureError('ELF_INVALID', `${this.#name} ${what}`, {
      hint: 'Remove the cache (`modstorm clean --cache`) to fetch it again.',
      cause,
    });
  }
}

function align(length: number): number {
  return Math.ceil(length / 4) * 4;
}
