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
 * From the outside in: a mail may hold a page, a page records, a record colours. Each step only acts where it sees
 * its traces, so that a clean text stays what it was.
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
 * A text as the kernel printed it, as far as that can be told: encodings, escapes, web pages, containers of records
 * and terminals undone, with a note of each. What belongs to single lines (quotes, prefixes, wraps) is undone where
 * lines are read. Never throws.
 */
export function normaliseText(given: string | SourceText): SourceText {
  const start = typeof given === 'string' ? sourceText(given) : given;
  return steps.reduce((source, step) => step(source), start);
}
