import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { escapeText } from '../escape.ts';
import type { Cell } from '../matrix/matrix.ts';
import { blameAttempts } from '../measurement/trace/blame.ts';
import { type Ledger, readLedger } from '../measurement/trace/ledger.ts';
import type { BlameReport } from '../report/blame.ts';
import { buildReportModel } from '../report/report-model.ts';
import { RunFolder } from '../store/run-folder.ts';
import { plural } from '../units.ts';
import type { CommandContext } from './context.ts';
import { listInputs } from './inspection-input.ts';

/** What `modstorm blame` was asked about. */
export interface BlameSubject {
  /** A run, by path or name, or the file with a trace; `-` for standard input. */
  source: string;
  /** Identifier or label of a cell, or one of the words of its label. */
  cell?: string | undefined;
  /** Folder of runs. */
  results: string;
}

/** Who loaded what in a cell, or in a trace of another machine. */
export interface Blamed {
  /** Absent for a trace. */
  cell?: string;
  label: string;
  blame: BlameReport;
  /** What the reader of a trace must know. */
  notes: string[];
}

/**
 * Who loaded what in every traced cell of a run, in one of its cells, or in a trace.
 * @throws UsageError BLAME_UNTRACED, BLAME_CELL, TRACE_UNRECOGNISED; those of a run folder and of `inspect`
 */
export async function readBlame(subject: BlameSubject, context: CommandContext): Promise<Blamed[]> {
  if (await isTrace(subject.source)) return [await readTrace(subject.source, context)];
  const folder = await RunFolder.open(subject.source, subject.results);
  const content = await folder.load();
  const chosen = chosenCells(content.plan.cells, subject.cell);
  const blamed = buildReportModel(content).cells.flatMap(({ cell: { id, label }, blame }) =>
    blame && chosen.has(id) ? [{ cell: id, label, blame, notes: [] }] : [],
  );
  if (blamed.length === 0) throw untraced(subject.source);
  return blamed;
}

/**
 * The ledger of a trace, or of the first traced boot of a cell.
 * @throws UsageError as `readBlame`
 */
export async function readOneLedger(subject: BlameSubject, context: CommandContext): Promise<Ledger> {
  if (await isTrace(subject.source)) return traceLedger(subject.source, context);
  const folder = await RunFolder.open(subject.source, subject.results);
  const content = await folder.load();
  const chosen = chosenCells(content.plan.cells, subject.cell);
  const record = content.records.find(({ cell, ledger }) => chosen.has(cell) && ledger !== undefined);
  if (!record) throw untraced(subject.source);
  return traceLedger(join(folder.trialFolder(record.trial), 'trace.txt'), context);
}

/** A run is a folder or a name; a trace is any file. */
async function isTrace(source: string): Promise<boolean> {
  if (source === '-') return true;
  const status = await stat(source).catch(() => undefined);
  return status !== undefined && !status.isDirectory();
}

async function traceLedger(source: string, context: CommandContext): Promise<Ledger> {
  const [input] = await listInputs([source], context);
  const ledger = readLedger((await input?.read())?.text ?? '');
  if (ledger.attempts.length > 0) return ledger;
  throw new UsageError(
    'TRACE_UNRECOGNISED',
    `${escapeText(nameOf(source))} has ${plural(ledger.events, 'event')} of the tracer, but no call of finit_module() or init_module()`,
    { hint: '`modstorm blame --explain` says how to record one.' },
  );
}

async function readTrace(source: string, context: CommandContext): Promise<Blamed> {
  const { attempts, lostEvents, strangeLines } = await traceLedger(source, context);
  const notes = [
    lostEvents > 0 ? `The tracer lost ${plural(lostEvents, 'event')}: a larger trace_buf_size helps.` : '',
    strangeLines > 0 ? `${plural(strangeLines, 'line')} could not be read.` : '',
    attempts.some(({ module }) => module === undefined)
      ? 'Some loads have no module: the probes module_open and module_lookup are missing.'
      : '',
  ].filter(note => note !== '');
  const blame: BlameReport = {
    boots: 1,
    addsUp: 'unknown',
    attempts: attempts.length,
    rows: blameAttempts(attempts),
  };
  return { label: nameOf(source), blame, notes };
}

function nameOf(source: string): string {
  return source === '-' ? 'standard input' : source;
}

/** The identifiers of the chosen cells. */
function chosenCells(cells: readonly Cell[], wanted: string | undefined): ReadonlySet<string> {
  const fits = ({ id, label }: Cell) =>
    wanted === undefined || id === wanted || label === wanted || label.split(' ').includes(wanted);
  const found = cells.filter(fits);
  if (found.length > 0) return new Set(found.map(({ id }) => id));
  throw new UsageError('BLAME_CELL', `the run has no cell ${escapeText(wanted ?? '', { length: 100 })}`, {
    hint: `Its cells are: ${cells.map(({ label }) => escapeText(label, { length: 100 })).join('; ')}`,
  });
}

function untraced(run: string): UsageError {
  return new UsageError('BLAME_UNTRACED', `${escapeText(run)}: no boot was traced`, {
    hint: 'Add `trace` to the config of the matrix, as in `config: stats+dups+trace`, and run it again.',
  });
}
