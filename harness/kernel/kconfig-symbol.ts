import { join } from 'node:path';
import { readRegularFile } from '../files/regular-file.ts';
import type { KernelTools } from './kernel-tools.ts';

/** What a kernel's Kconfig says about an option. */
export interface KconfigSymbol {
  /** Without its prefix: `MODULE_STATS`. */
  name: string;
  /** `kernel/module/Kconfig:46`. */
  place: string;
  /** Conditions, all of which must hold: its own `depends on` and the `if` and `menu` blocks around it in the file. */
  dependsOn: string[];
  /** Whether it has a prompt and can be set. Other options are only selected by options that need them. */
  selectable: boolean;
}

/**
 * Finds where an option is defined and what it depends on. Conditions of files that source its file are not followed:
 * this is only for messages; Kconfig itself decides.
 * @param name with or without CONFIG_
 * @returns empty if this kernel does not know the option
 */
export async function findKconfigSymbol(
  source: string,
  name: string,
  tools: KernelTools,
): Promise<KconfigSymbol[]> {
  const bare = name.replace(/^CONFIG_/, '');
  const args = ['-rlE', '--include=Kconfig*', `^[[:space:]]*(menu)?config[[:space:]]+${bare}$`, '.'];
  const found = await tools.run('grep', args, { folder: source, accept: [0, 1, 2] });
  const files = found.stdout.split('\n').filter(Boolean).sort();
  const symbols = await Promise.all(
    files.map(async file =>
      parseKconfig(await readRegularFile(join(source, file), 'utf8'), file.replace(/^\.\//, ''), bare),
    ),
  );
  return symbols.flat();
}

/** The definitions of one option in the text of a Kconfig file. */
export function parseKconfig(text: string, file: string, name: string): KconfigSymbol[] {
  const reader = new KconfigReader(name);
  for (const [index, line] of joinContinued(text).entries()) reader.read(line, `${file}:${index + 1}`);
  return reader.symbols;
}

/** Reads the statements of a Kconfig file one by one, and tracks the enclosing blocks. */
class KconfigReader {
  readonly symbols: KconfigSymbol[] = [];
  readonly #name: string;
  /** The conditions of each block around the statement, from the outermost. */
  readonly #around: string[][] = [];
  /** The definition that attributes belong to, if it defines the wanted option. */
  #current: KconfigSymbol | undefined;
  /** Whether attributes belong to the last opened `menu`. */
  #inMenuHead = false;

  constructor(name: string) {
    this.#name = name;
  }

  read(line: string, place: string): void {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    const argument = rest.join(' ');
    switch (word) {
      case 'config':
      case 'menuconfig':
      case 'comment':
        this.#define(argument, place);
        break;
      case 'choice':
        this.#define(argument, place);
        this.#around.push([]);
        break;
      case 'if':
        this.#open([argument]);
        break;
      case 'menu':
        this.#open([]);
        this.#inMenuHead = true;
        break;
      case 'endif':
      case 'endmenu':
      case 'endchoice':
        this.#around.pop();
        this.#current = undefined;
        break;
      case 'depends':
        if (rest[0] === 'on') this.#depend(rest.slice(1).join(' '));
        break;
      default:
        if (this.#current && typeWords.has(word) && /^["']/.test(argument)) this.#current.selectable = true;
    }
  }

  #define(name: string, place: string): void {
    this.#inMenuHead = false;
    this.#current =
      name === this.#name ? { name, place, dependsOn: this.#around.flat(), selectable: false } : undefined;
    if (this.#current) this.symbols.push(this.#current);
  }

  #open(conditions: string[]): void {
    this.#around.push(conditions);
    this.#current = undefined;
  }

  #depend(condition: string): void {
    if (this.#current) this.#current.dependsOn.push(condition);
    else if (this.#inMenuHead) this.#around.at(-1)?.push(condition);
  }
}

/** Words that may be followed by a prompt. */
const typeWords = new Set(['bool', 'tristate', 'string', 'int', 'hex', 'prompt', 'def_bool', 'def_tristate']);

/** Names of the options that a condition mentions. */
export function symbolsOfCondition(condition: string): string[] {
  return [...new Set(condition.match(/\b[A-Z0-9_]*[A-Z][A-Z0-9_]*\b/g) ?? [])];
}

/** Lines joined with their continuations. Help texts are emptied, because they may contain any word. */
function joinContinued(text: string): string[] {
  const lines = text.split('\n');
  let helpIndent: number | undefined;
  // A line that is joined to the next appears again as part of it.
  for (const [index, line] of lines.entries()) {
    const indent = indentOf(line);
    if (helpIndent !== undefined) {
      if (line.trim() === '' || indent > helpIndent) {
        lines[index] = '';
        continue;
      }
      helpIndent = undefined;
    }
    if (/^\s*(?:help|---help---)\s*$/.test(line)) helpIndent = indent;
    const next = lines[index + 1];
    if (line.endsWith('\\') && next !== undefined) {
      lines[index + 1] = `${line.slice(0, -1)} ${next.trim()}`;
      lines[index] = '';
    }
  }
  return lines;
}

/** Columns of leading white space. A tab extends to the next multiple of eight. */
function indentOf(line: string): number {
  let columns = 0;
  for (const letter of line) {
    if (letter === ' ') columns += 1;
    else if (letter === '\t') columns += 8 - (columns % 8);
    else break;
  }
  return columns;
}
