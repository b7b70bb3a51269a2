import { LineWriter, type SourceText } from './source-text.ts';

/** The beginning of a stats text whose lines are prefixed with the name of a machine. */
const beginning = /^([\w.-]{1,64}): ?[ \t]*Mods ever loaded\b/gm;
const named = /^([\w.-]{1,64}): ?/;
/** Maximum number of machines to distinguish. */
const hostLimit = 1024;

/** The name of the step. Stats of several machines in one text are not two readings of one machine. */
export const severalMachines = 'names of machines before every line';

/**
 * The stats of several machines as printed by pdsh, clush and ansible: every line is prefixed with the name of its machine,
 * and lines of different machines are interleaved. Each machine gets its own block, in the order of their first lines.
 */
export function undoHosts(source: SourceText): SourceText {
  const hosts = linesByHost(source.text);
  if (hosts === undefined) return source;
  const writer = new LineWriter(source);
  for (const lines of hosts.values()) {
    for (const { text, line } of lines) writer.add(text, line);
    writer.add('', lines.at(-1)?.line ?? 1);
  }
  const what = hosts.size > 1 ? severalMachines : 'name of a machine before every line';
  return writer.finish(what, hosts.size);
}

/** Undefined if no stats text begins after a name, or if a line has no name. */
function linesByHost(text: string): Map<string, { text: string; line: number }[]> | undefined {
  const hosts = new Map<string, { text: string; line: number }[]>();
  for (const [, name = ''] of text.matchAll(beginning)) {
    if (hosts.size >= hostLimit) break;
    hosts.set(name, []);
  }
  if (hosts.size === 0) return undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const mark = named.exec(line);
    const lines = hosts.get(mark?.[1] ?? '');
    if (!mark || !lines) return undefined;
    lines.push({ text: line.slice(mark[0].length), line: index + 1 });
  }
  return hosts;
}
