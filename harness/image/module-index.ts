/**
 * Writes the binary indexes (`modules.dep.bin` …) in which modprobe looks up names: a radix tree, children before parents,
 * integers big-endian. The format is kmod's (libkmod/libkmod-index.h, version 2.1). We have our own writer because
 * Debian 12's depmod cannot read gzip-compressed modules, and because it needs no temporary tree.
 */
export class ModuleIndex {
  readonly #root = new IndexNode('');

  /** Adds a value under a name. Several values are sorted by ascending priority. */
  add(name: string, value: string, priority: number): void {
    this.#root.add(Buffer.from(name, 'latin1'), { value: Buffer.from(value, 'latin1'), priority });
  }

  /** The bytes of the .bin file. */
  encode(): Buffer {
    const header = Buffer.alloc(12);
    const state = { output: [header], length: header.length };
    const root = this.#root.encode(state);
    header.writeUInt32BE(indexMagic, 0);
    header.writeUInt32BE(indexVersion, 4);
    header.writeUInt32BE(root, 8);
    return Buffer.concat(state.output);
  }
}

const indexMagic = 0xb007f457;
const indexVersion = 0x00020001;
const hasPrefix = 0x80000000;
const hasValues = 0x40000000;
const hasChildren = 0x20000000;

interface IndexValue {
  value: Buffer;
  priority: number;
}

interface EncodingState {
  output: Buffer[];
  length: number;
}

class IndexNode {
  #prefix: string;
  #children = new Map<number, IndexNode>();
  #values: IndexValue[] = [];

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  add(name: Buffer, value: IndexValue): void {
    let at = 0;
    while (at < this.#prefix.length && this.#prefix.charCodeAt(at) === name[at]) at++;
    if (at < this.#prefix.length) this.#split(at);
    const first = name[at];
    if (first === undefined) {
      const place = this.#values.findIndex(other => other.priority >= value.priority);
      this.#values.splice(place < 0 ? this.#values.length : place, 0, value);
      return;
    }
    const child = this.#children.get(first);
    if (child) {
      child.add(name.subarray(at + 1), value);
      return;
    }
    const leaf = new IndexNode(name.toString('latin1', at + 1));
    leaf.#values.push(value);
    this.#children.set(first, leaf);
  }

  /** The rest of the prefix, with everything below it, becomes the only child. */
  #split(at: number): void {
    const lower = new IndexNode(this.#prefix.slice(at + 1));
    lower.#children = this.#children;
    lower.#values = this.#values;
    this.#children = new Map([[this.#prefix.charCodeAt(at), lower]]);
    this.#values = [];
    this.#prefix = this.#prefix.slice(0, at);
  }

  /** Appends the node after its children. Returns its offset, with flags in the upper bits. */
  encode(state: EncodingState): number {
    const children = this.#encodeChildren(state);
    const parts: Buffer[] = [];
    let offset = state.length;
    if (this.#prefix !== '') {
      parts.push(Buffer.from(`${this.#prefix}\0`, 'latin1'));
      offset += hasPrefix;
    }
    if (children) {
      parts.push(children);
      offset += hasChildren;
    }
    if (this.#values.length > 0) {
      parts.push(bigEndian(this.#values.length));
      for (const { value, priority } of this.#values) parts.push(bigEndian(priority), value, Buffer.alloc(1));
      offset += hasValues;
    }
    const bytes = Buffer.concat(parts);
    state.output.push(bytes);
    state.length += bytes.length;
    return offset;
  }

  /** First and last character, then one offset for each character between them; 0 if there is no child. */
  #encodeChildren(state: EncodingState): Buffer | undefined {
    if (this.#children.size === 0) return undefined;
    const characters = [...this.#children.keys()];
    const first = Math.min(...characters);
    const last = Math.max(...characters);
    const table = Buffer.alloc(2 + 4 * (last - first + 1));
    table.writeUInt8(first, 0);
    table.writeUInt8(last, 1);
    for (let character = first; character <= last; character++) {
      const child = this.#children.get(character);
      if (child) table.writeUInt32BE(child.encode(state), 2 + 4 * (character - first));
    }
    return table;
  }
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
