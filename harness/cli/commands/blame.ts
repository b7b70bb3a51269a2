import { UsageError } from '../../errors.ts';
import { escapeText } from '../../escape.ts';
import { exitCodes } from '../../exit-code.ts';
import { buildReportModel, type CellReport } from '../../report/report-model.ts';
import { blameLines } from '../../report/text/blame.ts';
import { RunFolder } from '../../store/run-folder.ts';
import type { CommandContext } from '../context.ts';

/** Options of `modstorm blame`. */
export interface BlameOptions {
  results: string;
  json?: boolean;
}

const mostRows = 30;
const mostSentences = 10;

/**
 * `modstorm blame RUN [CELL]`: who asked for modules, and what came of it, in every traced cell or in one.
 * @throws UsageError BLAME_UNTRACED, BLAME_CELL; those of a run folder
 */
export async function blameCommand(
  run: string,
  cell: string | undefined,
  options: BlameOptions,
  context: CommandContext,
): Promise<number> {
  const folder = await RunFolder.open(run, options.results);
  const model = buildReportModel(await folder.load());
  const cells = chosenCells(model.cells, cell).flatMap(({ cell: { id, label }, blame }) =>
    blame ? [{ id, label, blame }] : [],
  );
  if (cells.length === 0)
    throw new UsageError('BLAME_UNTRACED', `${escapeText(run)}: no boot was traced`, {
      hint: 'Add `trace` to the config of the matrix, as in `config: stats+dups+trace`, and run it again.',
    });
  if (options.json) {
    const document = {
      version: 1,
      cells: cells.map(({ id, label, blame }) => ({ cell: id, label, ...blame })),
    };
    context.stdout(`${JSON.stringify(document, null, 2)}\n`);
    return exitCodes.success;
  }
  const blocks = cells.map(({ label, blame }) =>
    [`${escapeText(label, { length: 200 })}:`, '', ...blameLines(blame, mostRows, mostSentences)].join('\n'),
  );
  context.stdout(`${blocks.join('\n\n')}\n`);
  return exitCodes.success;
}

/** The cells whose identifier or label begins with the text, or has it as one of its words. */
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
