import { LineWriter, type SourceText } from './source-text.ts';

/** Size of the length of a binary field: 64 bits, little-endian. */
const lengthSize = 8;

/**
 * The journal export format (`journalctl -o export`, also `verbose`) as log lines. A field whose value is not
 * plain text is stored as its name, a length and the value.
 */
export function undoJournalExport(source: SourceText): SourceText {
  if (!isJournalExport(source.text)) return source;
  const writer = new LineWriter(source);
  const lines = source.text.split('\n');
  let count = 0;
  let fields = new Map<string, string>();
  let start = 1;
  const flush = (next: number) => {
    if (addMessage(writer, fields, start)) count++;
    fields = new Map();
    start = next;
  };
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? '').replace(/^ {4}(?=[A-Z_]{1,64}=)/, '').replace(/\r$/, '');
    const equals = line.indexOf('=');
    const name = equals === -1 ? line : line.slice(0, equals);
    // `verbose` output has no empty lines; every record begins with a time and its cursor in brackets.
    if (line === '' || / \[s=[0-9a-f]{32};/.test(line)) flush(index + 2);
    else if (!/^[A-Z_][A-Z0-9_]{0,63}$/.test(name)) continue;
    else if (equals !== -1) fields.set(name, line.slice(equals + 1));
    else fields.set(name, (lines[++index] ?? '').slice(lengthSize));
  }
  flush(lines.length);
  writer.add('', lines.length);
  return writer.finish('journal export format', count);
}

function isJournalExport(text: string): boolean {
  const hasFields = /^__CURSOR=/m.test(text) || /^ {4}_(?:TRANSPORT|BOOT_ID)=/m.test(text);
  return hasFields && /^ {0,4}MESSAGE(?:=|$)/m.test(text);
}

/** Writes the message of a record; false if it has none. */
function addMessage(writer: LineWriter, fields: ReadonlyMap<string, string>, start: number): boolean {
  const message = fields.get('MESSAGE');
  for (const text of message?.split('\n') ?? []) writer.add(prefix(fields) + text, start);
  return message !== undefined;
}

function prefix(fields: ReadonlyMap<string, string>): string {
  const identifier = fields.get('SYSLOG_IDENTIFIER');
  if (fields.get('_TRANSPORT') !== 'kernel' && identifier !== 'kernel')
    return `${(identifier ?? fields.get('_COMM') ?? 'user').slice(0, 64)}: `;
  const time = fields.get('_SOURCE_MONOTONIC_TIMESTAMP');
  if (time === undefined || !/^\d{1,16}$/.test(time)) return 'kernel: ';
  return `[${(Number(time) / 1e6).toFixed(6).padStart(12)}] `;
}
