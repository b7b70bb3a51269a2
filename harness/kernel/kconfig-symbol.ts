import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelTools } from './kernel-tools.ts';

/** What a kernel's Kconfig says about an option. */
export interface KconfigSymbol {
  /** Without its prefix: `MODULE_STATS`. */
  name: string;
  /** `kernel/module/Kconfig:46`. */
  place: string;
  /** Conditions, all of which must hold: its own `depends on` and the `if` and `menu` blocks around it in the file. */
  dependsOn: string[];
  /** Has a prompt: can be asked for. Others are only selected by options that need them. */
  selectable: boolean;
}

/**
 * Finds where an option is defined and what it depends on. Conditions of files that source its file are not followed:
 * this is for messages, Kconfig itself decides.
 * @param name with or without CONFIG_
 * @returns empty when this kernel does not know the option
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
      parseKconfig(await readFile(join(source, file), 'utf8'), file.replace(/^\.\//, ''), bare),
    ),
  );
  return symbols.flat();
}

/** The definitions of one option in the text of a Kconfig file. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one branch for each word of the language, all of one state
export function parseKconfig(text: string, file: string, name: string): KconfigSymbol[] {
  const symbols: KconfigSymbol[] = [];
  const around: string[][] = [];
  let current: KconfigSymbol | undefined;
  let inMenuHead = false;
  for (const [index, line] of joinContinued(text).entries()) {
    const [word, ...rest] = line.trim().split(/\s+/);
    const condition = rest.join(' ');
    if (word === 'config' || word === 'menuconfig' || word === 'choice' || word === 'comment') {
      inMenuHead = false;
      current =
        condition === name
          ? { name, place: `${file}:${index + 1}`, dependsOn: around.flat(), selectable: false }
          : undefined;
      if (current) symbols.push(current);
      if (word === 'choice') around.push([]);
    } else if (word === 'if') {
      around.push([condition]);
      current = undefined;
    } else if (word === 'menu') {
      around.push([]);
      current = undefined;
      inMenuHead = true;
    } else if (word === 'endif' || word === 'endmenu' || word === 'endchoice') {
      around.pop();
      current = undefined;
    } else if (current && typeWords.has(word ?? '') && /^["']/.test(condition)) {
      current.selectable = true;
    } else if (word === 'depends' && rest[0] === 'on') {
      const depends = rest.slice(1).join(' ');
      if (current) current.dependsOn.push(depends);
      else if (inMenuHead) around.at(-1)?.push(depends);
    }
  }
  return symbols;
}

/** Words that may be followed by a prompt. */
const typeWords = new Set(['bool', 'tristate', 'string', 'int', 'hex', 'prompt', 'def_bool', 'def_tristate']);

/** Names of the options that a condition mentions. */
export function symbolsOfCondition(condition: string): string[] {
  return [...new Set(condition.match(/\b[A-Z0-9_]*[A-Z][A-Z0-9_]*\b/g) ?? [])];
}

/** Lines with their continuations put together; help texts are emptied, as any word may stand there. */
function joinContinued(text: string): string[] {
  const lines = text.split('\n');
  let helpIndent: number | undefined;
  // A line that is joined to the next is seen again as part of it.
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

/** Columns of leading blank space; a tab reaches to the next multiple of eight. */
function indentOf(line: string): number {
  let columns = 0;
  for (const letter of line) {
    if (letter === ' ') columns += 1;
    else if (letter === '\t') columns += 8 - (columns % 8);
    else break;
  }
  return columns;
}
