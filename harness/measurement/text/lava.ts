import { parse, YAMLParseError } from 'yaml';
import { parseJson } from './json.ts';
import { LineWriter, type SourceText } from './source-text.ts';

/** A line of the output.yaml of LAVA: `- {"dt": "2026-11-26T10:00:00", "lvl": "target", "msg": "…"}`. */
const entry = /^- \{ ?["']?dt["']?: .*\}[ \r]?$/;
/** Maximum length of a line to parse. */
const lineLimit = 16_384;
/** Maximum number of entries to parse as YAML, which takes about 0.1 ms each. Entries in JSON do not count. */
const yamlLimit = 50_000;

/**
 * The log of a LAVA job (KernelCI) as the lines that its board printed. LAVA's own messages are prefixed with their level.
 */
export function undoLava(source: SourceText): SourceText {
  if (!/^- \{ ?["']?dt["']?: /m.test(source.text)) return source;
  const writer = new LineWriter(source);
  let count = 0;
  let yamlLeft = yamlLimit;
  for (const [index, line] of source.text.split('\n').entries()) {
    const flow = entry.test(line) ? line.slice(2, lineLimit) : undefined;
    // LAVA itself writes JSON values.
    const record = flow && (parseJson(flow) ?? (yamlLeft-- > 0 ? parseYaml(flow) : undefined));
    const text = messageOf(record);
    if (text !== undefined) count++;
    writer.add(text ?? line, index + 1);
  }
  // Entries are complete, also the last one.
  if (!source.text.endsWith('\n')) writer.add('', 1);
  return writer.finish('log of LAVA', count);
}

function messageOf(record: unknown): string | undefined {
  if (typeof record !== 'object' || record === null || !('msg' in record)) return undefined;
  const { msg } = record;
  if (typeof msg !== 'string') return undefined;
  const level = 'lvl' in record ? record.lvl : undefined;
  return level === 'target' || level === 'feedback' || typeof level !== 'string'
    ? msg
    : `lava-${level}: ${msg}`;
}

/** Parses an entry that another program rewrote as YAML. Undefined if it is not one. */
function parseYaml(flow: string): unknown {
  if (!isFlat(flow)) return undefined;
  try {
    return parse(flow, { schema: 'failsafe' });
  } catch (error) {
    if (error instanceof YAMLParseError) return undefined;
    throw error;
  }
}

/** A flat map without anchors, because the parser is recursive and must not nest deeply. */
function isFlat(flow: string): boolean {
  let quote = '';
  for (const character of flow.slice(1)) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if ('{[&*!'.includes(character)) return false;
  }
  return true;
}
