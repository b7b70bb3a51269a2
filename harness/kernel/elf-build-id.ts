const noteSegment = 4;
const buildIdNote = 3;

/**
 * The GNU build id in the notes of a 64-bit little-endian ELF file (System V ABI, note section; NT_GNU_BUILD_ID of
 * gABI), in hexadecimal; undefined if there is none. Every offset is checked: the file may be truncated or hostile.
 */
export function readBuildId(elf: Buffer): string | undefined {
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) return undefined;
  const table = Number(elf.readBigUInt64LE(32));
  const entryBytes = elf.readUInt16LE(54);
  const entries = elf.readUInt16LE(56);
  for (let index = 0; index < entries; index += 1) {
    const entry = table + index * entryBytes;
    if (entry + 56 > elf.length) return undefined;
    if (elf.readUInt32LE(entry) !== noteSegment) continue;
    const offset = Number(elf.readBigUInt64LE(entry + 8));
    const bytes = Number(elf.readBigUInt64LE(entry + 32));
    const found = buildIdOfNotes(elf.subarray(offset, offset + bytes));
    if (found) return found;
  }
  return undefined;
}

function buildIdOfNotes(notes: Buffer): string | undefined {
  let at = 0;
  while (at + 12 <= notes.length) {
    const nameBytes = notes.readUInt32LE(at);
    const valueBytes = notes.readUInt32LE(at + 4);
    const type = notes.readUInt32LE(at + 8);
    const name = at + 12;
    const value = name + aligned(nameBytes);
    const end = value + aligned(valueBytes);
    if (end > notes.length) return undefined;
    if (type === buildIdNote && notes.toString('latin1', name, name + 3) === 'GNU') {
      return notes.toString('hex', value, value + valueBytes);
    }
    at = end;
  }
  return undefined;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
