import { escapeText } from '../../escape.ts';
import type { CellReport } from '../report-model.ts';

/** Below this many boots a median says little: counters vary tenfold between boots of one cell. */
const weakBoots = 5;

const longestMessage = 200;

/** Collects what a reader must know before trusting a row. Identical notes share a number. */
export class Footnotes {
  readonly #numbers = new Map<string, number>();

  /** Adds the notes of a cell and returns their marks (` [1] [2]`) for its row. */
  add(cell: CellReport): string {
    return cellNotes(cell)
      .map(text => ` [${this.#numberOf(text)}]`)
      .join('');
  }

  /** All notes with their numbers. */
  lines(): string[] {
    const width = String(this.#numbers.size).length + 2;
    return [...this.#numbers].map(([text, number]) => `${`[${number}]`.padEnd(width)} ${text}`);
  }

  #numberOf(text: string): number {
    const known = this.#numbers.get(text) ?? this.#numbers.size + 1;
    this.#numbers.set(text, known);
    return known;
  }
}

function cellNotes(cell: CellReport): string[] {
  const notes: string[] = [];
  if (cell.passed === 0) notes.push('no boot passed, so there are no numbers');
  else if (cell.passed < weakBoots) notes.push(`fewer than ${weakBoots} boots: the median says little`);
  const gaps = [...cell.metrics.values()].filter(report => report.missing > 0);
  for (const { metric, n, missing } of gaps) {
    notes.push(
      `${escapeText(metric.title, { length: 40 })}: measured in ${n} of ${n + missing} boots that passed`,
    );
  }
  for (const finding of cell.findings) {
    if (finding.severity === 'note') continue;
    notes.push(`${countedCode(finding)}: ${escapeText(finding.message, { length: longestMessage })}`);
  }
  const harmless = cell.findings.filter(finding => finding.severity === 'note').map(countedCode);
  if (harmless.length > 0)
    notes.push(`harmless, the numbers are valid: ${harmless.join(', ')} (details with --json)`);
  return notes;
}

function countedCode({ code, trials }: CellReport['findings'][number]): string {
  return `${escapeText(code, { length: 60 })} in ${trials === 1 ? 'one trial' : `${trials} trials`}`;
}
