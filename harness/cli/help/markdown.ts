/**
 * The subset of Markdown in the texts of topics: headings, paragraphs, lists, tables, fenced blocks; inline code, emphasis, links.
 * @module
 */

/** A block of a text. Inline markup is not interpreted. */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'item'; mark: string; text: string }
  | { kind: 'code'; lines: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

/** The blocks of a text, in order; comments and definitions of links are left out. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.replaceAll(/<!--[\s\S]*?-->\n?/g, '').split('\n');
  const blocks: Block[] = [];
  let place = 0;
  while (place < lines.length) {
    const { block, next } = readBlock(lines, place);
    if (block) blocks.push(block);
    place = next;
  }
  return blocks;
}

/**
 * The blocks of one section: from its heading to the next one that is not below it.
 * @throws RangeError if the text has no such heading: the table of topics is wrong
 */
export function sectionOf(blocks: readonly Block[], heading: string): Block[] {
  const start = blocks.findIndex(block => block.kind === 'heading' && block.text === heading);
  const first = blocks[start];
  if (first?.kind !== 'heading') throw new RangeError(`there is no heading ${JSON.stringify(heading)}`);
  const rest = blocks.slice(start + 1);
  const end = rest.findIndex(block => block.kind === 'heading' && block.level <= first.level);
  return [first, ...(end === -1 ? rest : rest.slice(0, end))];
}

/** Inline markup as plain text: a link becomes its text, followed by its address if it is a web page. */
export function plainInline(text: string): string {
  return withoutLinks(text)
    .replaceAll(/\*\*([^*]+)\*\*/g, '$1')
    .replaceAll(/(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])/g, '$1')
    .replaceAll('`', '');
}

/** Words of a text for a terminal: code keeps its backticks, and strong words stand between asterisks. */
export function terminalInline(text: string): string {
  return withoutLinks(text).replaceAll(/\*\*([^*]+)\*\*/g, '*$1*');
}

function withoutLinks(text: string): string {
  return text
    .replaceAll(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '$1 ($2)')
    .replaceAll(/\[([^\]]+)\](?:\([^)\s]+\)|\[[^\]]*\])/g, '$1')
    .replaceAll('\\|', '|');
}

interface Read {
  block?: Block | undefined;
  /** The line after it. */
  next: number;
}

const fence = /^(`{3,})/;
const item = /^(\s*)([-*]|\d+\.)\s+(.*)$/;

function readBlock(lines: readonly string[], place: number): Read {
  const line = lines[place] ?? '';
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) {
    const [, marks = '', text = ''] = heading;
    return { block: { kind: 'heading', level: marks.length, text }, next: place + 1 };
  }
  if (fence.test(line)) return readCode(lines, place);
  if (line.startsWith('|')) return readTable(lines, place);
  if (line.trim() === '' || /^\[[^\]]+\]:\s/.test(line)) return { next: place + 1 };
  return readText(lines, place);
}

function readCode(lines: readonly string[], place: number): Read {
  const [, marks = '```'] = fence.exec(lines[place] ?? '') ?? [];
  const length = lines.slice(place + 1).findIndex(line => line.startsWith(marks));
  const end = length === -1 ? lines.length : place + 1 + length;
  return { block: { kind: 'code', lines: lines.slice(place + 1, end) }, next: end + 1 };
}

function readTable(lines: readonly string[], place: number): Read {
  const length = lines.slice(place).findIndex(line => !line.startsWith('|'));
  const end = length === -1 ? lines.length : place + length;
  const [head = [], , ...rows] = lines.slice(place, end).map(cellsOf);
  return { block: { kind: 'table', head, rows }, next: end };
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map(cell => cell.trim());
}

/** A paragraph or a list item, with its continuation lines. */
function readText(lines: readonly string[], place: number): Read {
  const [, , mark, first] = item.exec(lines[place] ?? '') ?? [];
  const text = [first ?? (lines[place] ?? '').trim()];
  let next = place + 1;
  while (next < lines.length && goesOn(lines[next] ?? '')) text.push((lines[next++] ?? '').trim());
  const joined = text.join(' ');
  const block: Block =
    mark === undefined ? { kind: 'paragraph', text: joined } : { kind: 'item', mark, text: joined };
  return { block, next };
}

function goesOn(line: string): boolean {
  return line.trim() !== '' && !/^(?:#{1,6}\s|\||`{3,})/.test(line) && !item.test(line);
}
