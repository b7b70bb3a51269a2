import { parseJson } from './json.ts';
import { innermostObjects } from './json-objects.ts';
import { withoutQuoteMarks } from './quote-marks.ts';
import { LineWriter, type SourceText, withText } from './source-text.ts';

/** Members that hold the message of a record, in journald, dmesg, Docker, LAVA and log collectors. */
const messageKeys = ['MESSAGE', 'msg', 'message', 'log', 'line', 'text', 'body', 'content', 'output', 'data'];
/** Maximum nesting depth of records: `{ "dmesg": [ … ] }` needs two. */
const depthLimit = 6;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Converts JSON records to log lines: `dmesg --json`, `journalctl -o json`, `json-pretty`, `json-sse` and
 * `json-seq`, container and CI logs, in one document or one record per line. A line that is not JSON is not changed.
 */
export function undoJson(given: SourceText): SourceText {
  const source = undoQuotes(given);
  const isDocument = /^\s*(?:\{|\[\s*[{["])/.test(source.text);
  const whole = isDocument ? wholeDocument(source) : undefined;
  if (whole) return whole;
  const hasRecords = /^\W{0,8}(?:data:[ \t]*)?\{(?:[ \t]*"|\r?$)/m.test(source.text);
  const records = hasRecords ? recordsByLine(source) : source;
  return records === source && isDocument ? cutDocument(source) : records;
}

function wholeDocument(source: SourceText): SourceText | undefined {
  const document = parseJson(source.text);
  if (document === undefined) return undefined;
  const lines = recordLines(document);
  if (lines.length === 0) return undefined;
  const writer = new LineWriter(source);
  for (const line of lines) writer.add(line, 1);
  writer.add('', 1);
  return writer.finish('JSON', lines.length);
}

/** A document that is quoted in a mail. */
function undoQuotes(source: SourceText): SourceText {
  if (!/^(?:[ \t]{0,4}>){1,16}[ \t]{0,4}[{[][ \t]{0,4}\r?$/m.test(source.text)) return source;
  const lines = source.text.split('\n');
  if (!lines.every(line => line.startsWith('>') || line.trim() === '')) return source;
  const text = lines.map(withoutQuoteMarks).join('\n');
  return withText(source, text, 'quote marks', lines.length);
}

/** The complete records of a document whose beginning or end was cut off. */
function cutDocument(source: SourceText): SourceText {
  const writer = new LineWriter(source);
  let count = 0;
  for (const { json, line } of innermostObjects(source.text)) {
    for (const text of recordLines(parseJson(json))) {
      writer.add(text, line);
      count++;
    }
  }
  writer.add('', 1);
  return writer.finish('JSON that was cut', count);
}

/** One record per line, or spread over several lines as in `json-pretty`. */
function recordsByLine(source: SourceText): SourceText {
  const writer = new LineWriter(source);
  let count = 0;
  let open: { text: string; line: number } | undefined;
  for (const [index, line] of source.text.split('\n').entries()) {
    const body = line.replace(/^[^\w{]{0,8}(?:data:[ \t]*)?/, '').replace(/[,\r]+$/, '');
    if (!open && body.trim() === '{') open = { text: '', line: index + 1 };
    if (open) {
      open.text += `${line.replace(/^\p{Cc}/u, '')}\n`;
      if (!/^\}[,\s]*$/.test(line)) continue;
    }
    const json = open?.text.replace(/[,\s]+$/, '') ?? body;
    count += writeRecords(writer, json, open ?? { text: line, line: index + 1 });
    open = undefined;
  }
  if (open) writer.add(open.text, open.line);
  else if (count > 0) writer.add('', 1);
  return writer.finish('JSON', count);
}

/** Writes the records of a JSON text, or the original text if it has none. Returns the number of records. */
function writeRecords(writer: LineWriter, json: string, original: { text: string; line: number }): number {
  const records = json.startsWith('{') ? recordLines(parseJson(json)) : [];
  for (const text of records.length === 0 ? [original.text] : records) writer.add(text, original.line);
  return records.length;
}

function recordLines(value: unknown, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > depthLimit) return [];
  if (Array.isArray(value)) {
    const isText = depth === 0 && value.every(item => typeof item === 'string');
    return isText ? value : value.flatMap(item => recordLines(item, depth + 1));
  }
  const record = value as JsonObject;
  const key = messageKeys.find(name => messageText(record[name]) !== undefined);
  const message = key === undefined ? undefined : messageText(record[key]);
  if (message === undefined) return Object.values(record).flatMap(item => recordLines(item, depth + 1));
  const prefix = recordPrefix(record);
  return message
    .replace(/\n$/, '')
    .split('\n')
    .map(line => prefix + line);
}

/** A message as text. journald represents a message that is not UTF-8 as a list of bytes. */
function messageText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isBytes =
    Array.isArray(value) && value.every(byte => Number.isInteger(byte) && byte >= 0 && byte < 256);
  return isBytes && value.length > 0 ? Buffer.from(value as number[]).toString('utf8') : undefined;
}

/** Time and caller as the console prints them, and the source if it is not the kernel. */
function recordPrefix(record: JsonObject): string {
  const microseconds =
    digits(record['_SOURCE_MONOTONIC_TIMESTAMP']) ?? digits(record['_SOURCE_BOOTTIME_TIMESTAMP']);
  const isJournal = record['_TRANSPORT'] !== undefined || record['SYSLOG_IDENTIFIER'] !== undefined;
  if (isJournal) {
    const isKernel = record['_TRANSPORT'] === 'kernel' || record['SYSLOG_IDENTIFIER'] === 'kernel';
    if (!isKernel)
      return `${String(record['SYSLOG_IDENTIFIER'] ?? record['_COMM'] ?? 'user').slice(0, 64)}: `;
    return microseconds === undefined ? 'kernel: ' : stamp(Number(microseconds) / 1e6);
  }
  if (record['pri'] === undefined || record['time'] === undefined) return '';
  const seconds = Number(record['time']);
  const caller = typeof record['caller'] === 'string' ? `[${record['caller'].trim().slice(0, 12)}] ` : '';
  return Number.isFinite(seconds) ? `${stamp(seconds).trimEnd()}${caller || ' '}` : 'kernel: ';
}

function digits(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? value : undefined;
}

function stamp(seconds: number): string {
  return `[${seconds.toFixed(6).padStart(12)}] `;
}
