import { stat } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { escapeText } from '../../escape.ts';
import { exitCodes } from '../../exit-code.ts';
import { blameAttempts } from '../../measurement/trace/blame.ts';
import { readLedger } from '../../measurement/trace/ledger.ts';
import type { BlameReport } from '../../report/blame.ts';
import { buildReportModel, type CellReport } from '../../report/report-model.ts';
import { blameLines } from '../../report/text/blame.ts';
import { traceGuide } from '../../report/text/trace-guide.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { plural } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import { listInputs } from '../inspection-input.ts';

/** Options of `modstorm blame`. */
export interface BlameOptions {
  results: string;
  json?: boolean;
  explain?: boolean;
}

/** Who loaded what in a cell, or in a trace of another machine. */
interface Blamed {
  /** Absent for a trace. */
  cell?: string;
  label: string;
  blame: BlameReport;
  /** What the reader of a trace must know. */
  notes: string[];
}

const mostRows = 30;
const mostSentences = 10;

/**
 * `modstorm blame RUN [CELL]`: who asked for modules, and what came of it, in every traced cell or in one; `modstorm blame FILE` for
 * the trace of any machine.
 * @throws UsageError BLAME_UNTRACED, BLAME_CELL, BLAME_ARGUMENTS, TRACE_UNRECOGNISED; those of a run folder and of `inspect`
 */
export async function blameCommand(
  source: string | undefined,
  cell: string | undefined,
  options: BlameOptions,
  context: CommandContext,
): Promise<number> {
  if (options.explain) {
    context.stdout(traceGuide());
    return exitCodes.success;
  }
  if (source === undefined)
    throw new UsageError('BLAME_ARGUMENTS', 'blame needs a run or a trace', {
      hint: '`modstorm blame latest`, or `modstorm blame --explain` for how to trace another machine.',
    });
  const blamed = (await isTrace(source))
    ? [await readTrace(source, context)]
    : await readRun(source, cell, options);
  context.stdout(options.json ? document(blamed) : `${blamed.map(page).join('\n\n')}\n`);
  return exitCodes.success;
}

/** A run is a folder or a name; a trace is any file. */
async function isTrace(source: string): Promise<boolean> {
  if (source === '-') return true;
  const status = await stat(source).catch(() => undefined);
  return status !== undefined && !status.isDirectory();
}

async function readTrace(source: string, context: CommandContext): Promise<Blamed> {
  const [input] = await listInputs([source], context);
  const ledger = readLedger((await input?.read())?.text ?? '');
  const name = source === '-' ? 'standard input' : source;
  if (ledger.attempts.length === 0)
    throw new UsageError(
      'TRACE_UNRECOGNISED',
      `${escapeText(name)} has ${plural(ledger.events, 'event')} of the tracer, but no call of finit_module() or init_module()`,
      { hint: '`modstorm blame --explain` says how to record one.' },
    );
  const { attempts, lostEvents, strangeLines } = ledger;
  const notes = [
    lostEvents > 0 ? `The tracer lost ${plural(lostEvents, 'event')}: a larger trace_buf_size helps.` : '',
    strangeLines > 0 ? `${plural(strangeLines, 'line')} could not be read.` : '',
    attempts.some(({ module }) => module === undefined)
      ? 'Some loads have no module: the probes module_open and module_lookup are missing.'
      : '',
  ].filter(note => note !== '');
  return {
    label: name,
    blame: { boots: 1, addsUp: 'unknown', attempts: attempts.length, rows: blameAttempts(attempts) },
    notes,
  };
}

async function readRun(run: string, cell: string | undefined, options: BlameOptions): Promise<Blamed[]> {
  const folder = await RunFolder.open(run, options.results);
  const model = buildReportModel(await folder.load());
  const blamed = chosenCells(model.cells, cell).flatMap(({ cell: { id, label }, blame }) =>
    blame ? [{ cell: id, label, blame, notes: [] }] : [],
  );
  if (blamed.length > 0) return blamed;
  throw new UsageError('BLAME_UNTRACED', `${escapeText(run)}: no boot was traced`, {
    hint: 'Add `trace` to the config of the matrix, as in `config: stats+dups+trace`, and run it again.',
  });
}

/** The cells whose identifier or label is the text, or whose label has it as one of its words. */
function chosenCells(cells: readonly CellReport[], wanted: string | undefined): readonly CellReport[] {
  if (wanted === undefined) return cells;
  const found = cells.filter(
    ({ cell: { id, label } }) => id === wanted || label === wanted || label.split(' ').includes(wanted),
  );
  if (found.length > 0) return found;
  throw new UsageError('BLAME_CELL', `the run has no cell ${escapeText(wanted, { length: 100 })}`, {
    hint: `Its cells are: ${cells.map(({ cell }) => escapeText(cell.label, { length: 100 })).join('; ')}`,
  });
}

function document(blamed: readonly Blamed[]): string {
  const cells = blamed.map(({ cell, label, blame, notes }) => ({ cell, label, ...blame, notes }));
  return `${JSON.stringify({ version: 1, cells }, null, 2)}\n`;
}

function page({ label, blame, notes }: Blamed): string {
  const head = `${escapeText(label, { length: 200 })}:`;
  return [head, '', ...blameLines(blame, mostRows, mostSentences), ...notes].join('\n');
}
