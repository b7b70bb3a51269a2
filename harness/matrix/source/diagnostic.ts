import { UsageError } from '../../errors.ts';
import { escapeText } from '../../escape.ts';

/** An error in a file, with its location. */
export interface Diagnostic {
  message: string;
  /** What to write instead, as a sentence. */
  hint?: string;
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 units as in editors. */
  column: number;
  /** Number of columns to underline; at least 1. */
  length: number;
}

/** Maximum number shown. The rest usually follow from the first ones. */
const maximumShown = 50;

/** A matrix or a workload file has errors. Holds all errors in file order, not only the first. */
export class MatrixError extends UsageError {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];

  constructor(file: string, text: string, diagnostics: readonly Diagnostic[]) {
    const sorted = [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
    const count = sorted.length === 1 ? '1 error' : `${sorted.length} errors`;
    super('MATRIX_INVALID', `${count} in ${file}\n\n${renderDiagnostics(file, text, sorted)}\n`);
    this.file = file;
    this.diagnostics = sorted;
  }
}

/** Formats the diagnostics: `file:line:column: message`, the underlined line, the hint. */
export function renderDiagnostics(file: string, text: string, diagnostics: readonly Diagnostic[]): string {
  const lines = text.split(/\r\n|\r|\n/);
  const shown = diagnostics.slice(0, maximumShown).map(item => renderOne(file, lines, item));
  const hidden = diagnostics.length - shown.length;
  if (hidden > 0) shown.push(`... and ${hidden} more`);
  return shown.join('\n\n');
}

function renderOne(file: string, lines: readonly string[], item: Diagnostic): string {
  const head = `${file}:${item.line}:${item.column}: ${escapeText(item.message, { length: 1000 })}`;
  const frame = renderFrame(lines[item.line - 1], item);
  const hint = item.hint === undefined ? [] : [`  hint: ${escapeText(item.hint, { length: 1000 })}`];
  return [head, ...frame, ...hint].join('\n');
}

/** At most 100 characters of the line around the column, with carets below. */
function renderFrame(line: string | undefined, item: Diagnostic): string[] {
  if (line === undefined || line.trim() === '') return [];
  const width = 100;
  const start = Math.max(0, Math.min(item.column - 41, line.length - width));
  const part = line.slice(start, start + width);
  const offset = Math.min(item.column - 1 - start, part.length);
  const room = Math.max(1, part.length - offset);
  const carets = '^'.repeat(Math.max(1, Math.min(item.length, room)));
  const number = String(item.line).padStart(5);
  return [`${number} | ${showControls(part)}`, `${' '.repeat(5)} | ${' '.repeat(offset)}${carets}`];
}

/** Replaces each control character with one visible character, so that the carets stay aligned. */
function showControls(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/gu, character =>
    character === '\t' ? ' ' : '\ufffd',
  );
}
