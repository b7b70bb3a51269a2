import { LineWriter, type SourceText } from './source-text.ts';

/** How a stats text begins where each line has the name of its machine before it. */
const beginning = /^([\w.-]{1,64}): ?[ \t]*Mods ever loaded\b/gm;
const named = /^([\w.-]{1,64}): ?/;
/** Machines that are distinguished. */
const hostLimit = 1024;

/** What is undone where several machines are in one text, whose stats are no two moments of one. */
export const severalMachines = 'names of machines before every line';

/**
 * The stats of several machines, as pdsh, clush and ansible print them: every line with the name of its machine, those
 * of all machines mixed. Each machine gets its own block, in the order in which they begin.
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

/** Undefined if no stats text begins behind a name, or a line has no such name. */
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
