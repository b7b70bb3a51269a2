import { parse, YAMLParseError } from 'yaml';
import { LineWriter, type SourceText } from './source-text.ts';

/** A line of the output.yaml of LAVA: `- {"dt": "2026-11-26T10:00:00", "lvl": "target", "msg": "…"}`. */
const entry = /^- \{ ?["']?dt["']?: .*\}\s*$/;
/** Longest line that the parser is given. */
const lineLimit = 16_384;

/**
 * The log of a LAVA job (KernelCI) as the lines that its board printed; what LAVA says itself keeps its level as a name
 * before it.
 */
export function undoLava(source: SourceText): SourceText {
  if (!/^- \{ ?["']?dt["']?: /m.test(source.text)) return source;
  const writer = new LineWriter(source);
  let count = 0;
  for (const [index, line] of source.text.split('\n').entries()) {
    const text = entry.test(line) ? messageOf(line.slice(2, lineLimit)) : undefined;
    if (text !== undefined) count++;
    writer.add(text ?? line, index + 1);
  }
  // An entry is whole, also the last one.
  if (!source.text.endsWith('\n')) writer.add('', 1);
  return writer.finish('log of LAVA', count);
}

function messageOf(flow: string): string | undefined {
  const record = parseEntry(flow);
  if (typeof record !== 'object' || record === null || !('msg' in record)) return undefined;
  const { msg } = record;
  if (typeof msg !== 'string') return undefined;
  const level = 'lvl' in record ? record.lvl : undefined;
  return level === 'target' || level === 'feedback' || typeof level !== 'string'
    ? msg
    : `lava-${level}: ${msg}`;
}

/** Undefined for what is no YAML. */
function parseEntry(flow: string): unknown {
  try {
    return parse(flow, { schema: 'failsafe', maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof YAMLParseError || error instanceof ReferenceError) return undefined;
    throw error;
  }
}
