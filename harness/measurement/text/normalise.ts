import { undoTypography } from './characters.ts';
import { undoMark } from './encoding.ts';
import { undoEscapes } from './escapes.ts';
import { undoHosts } from './hosts.ts';
import { undoHtml } from './html.ts';
import { undoJournalExport } from './journal-export.ts';
import { undoJson } from './json-records.ts';
import { undoLava } from './lava.ts';
import { undoLineLabels } from './line-labels.ts';
import { undoLineMarks } from './line-marks.ts';
import { type SourceText, sourceText, type UndoingStep } from './source-text.ts';
import { undoCarriageReturns, undoTerminal } from './terminal.ts';
import { undoThousands } from './thousands.ts';
import { undoTransferEncoding } from './transfer-encoding.ts';

/**
 * From the outside in: a mail may hold a page, a page records, a record colours. Each step only acts on what it
 * recognises, so a clean text is not changed.
 */
const steps: readonly UndoingStep[] = [
  undoMark,
  undoTransferEncoding,
  undoHtml,
  undoLava,
  undoJson,
  undoJournalExport,
  undoEscapes,
  undoTerminal,
  undoCarriageReturns,
  undoTypography,
  undoHosts,
  undoLineLabels,
  undoLineMarks,
  undoThousands,
];

/**
 * Restores a text as the kernel printed it, as far as possible: removes encodings, escapes, HTML, record containers and
 * terminal sequences, and notes each. Decorations of single lines (quotes, prefixes, wraps) are removed where lines are
 * read. Never throws.
 */
export function normaliseText(given: string | SourceText): SourceText {
  const start = typeof given === 'string' ? sourceText(given) : given;
  return steps.reduce((source, step) => step(source), start);
}
