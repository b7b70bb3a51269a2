/** What a hand-made ELF file shall say of itself. */
export interface ElfFileOptions {
  interpreter?: string;
  needed?: string[];
  soname?: string;
  runpath?: string;
  /** JSON of a .note.dlopen. */
  dlopen?: string;
}

const headerSize = 64;
const programHeaderSize = 56;

/** A small x86-64 ELF file with a dynamic section and nothing to execute; one load segment at address 0x1000. */
export function elfFile(options: ElfFileOptions): Buffer {
  const names: Buffer[] = [Buffer.alloc(1)];
  const nameAt = (text: string) => {
    const offset = names.reduce((sum, name) => sum + name.length, 0);
    names.push(Buffer.from(`${text}\0`));
    return offset;
  };
  const entries: [tag: number, value: number][] = (options.needed ?? []).map(name => [1, nameAt(name)]);
  if (options.soname) entries.push([14, nameAt(options.soname)]);
  if (options.runpath) entries.push([29, nameAt(options.runpath)]);
  const strings = Buffer.concat(names);
  const interpreter = Buffer.from(options.interpreter ? `${options.interpreter}\0` : '');
  const note = options.dlopen === undefined ? Buffer.alloc(0) : dlopenNote(options.dlopen);
  const start = headerSize + 4 * programHeaderSize;
  const [stringsAt, interpreterAt, noteAt] = [
    start,
    start + strings.length,
    start + strings.length + interpreter.length,
  ];
  const dynamicAt = noteAt + note.length;
  entries.push([5, 0x1000 + stringsAt], [10, strings.length], [0, 0]);
  const dynamic = Buffer.alloc(entries.length * 16);
  for (const [index, [tag, value]] of entries.entries()) {
    dynamic.writeBigUInt64LE(BigInt(tag), index * 16);
    dynamic.writeBigUInt64LE(BigInt(value), index * 16 + 8);
  }
  const size = dynamicAt + dynamic.length;
  const segments = [
    programHeader(1, 0, 0x1000, size),
    programHeader(2, dynamicAt, 0x1000 + dynamicAt, dynamic.length),
    options.interpreter ? programHeader(3, interpreterAt, 0, interpreter.length) : programHeader(0, 0, 0, 0),
    options.dlopen === undefined ? programHeader(0, 0, 0, 0) : programHeader(4, noteAt, 0, note.length),
  ];
  return Buffer.concat([header(segments.length), ...segments, strings, interpreter, note, dynamic]);
}

function header(segments: number): Buffer {
  const bytes = Buffer.alloc(headerSize);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(62, 18);
  bytes.writeBigUInt64LE(BigInt(headerSize), 32);
  bytes.writeUInt16LE(programHeaderSize, 54);
  bytes.writeUInt16LE(segments, 56);
  return bytes;
}

function programHeader(type: number, offset: number, address: number, size: number): Buffer {
  const bytes = Buffer.alloc(programHeaderSize);
  bytes.writeUInt32LE(type, 0);
  bytes.writeBigUInt64LE(BigInt(offset), 8);
  bytes.writeBigUInt64LE(BigInt(address), 16);
  bytes.writeBigUInt64LE(BigInt(size), 32);
  return bytes;
}

function dlopenNote(json: string): Buffer {
  const content = Buffer.from(`${json}\0`);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(4, 0);
  head.writeUInt32LE(content.length, 4);
  head.writeUInt32LE(0x407c0c0a, 8);
  head.write('FDO', 12);
  return Buffer.concat([head, content, Buffer.alloc((4 - (content.length % 4)) % 4)]);
}
