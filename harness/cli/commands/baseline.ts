import { relative } from 'node:path';
import { UsageError } from '../../errors.ts';
import { escapeText } from '../../escape.ts';
import { exitCodes } from '../../exit-code.ts';
import { replacementDifferences } from '../../judgement/incompatibility.ts';
import { sideOfBaseline, sideOfRun } from '../../judgement/side.ts';
import { type Column, renderTable } from '../../report/text/table.ts';
import { type Baseline, makeBaseline } from '../../store/baseline.ts';
import { BaselineStore } from '../../store/baseline-store.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { plural } from '../../units.ts';
import type { CommandContext } from '../context.ts';

/** Options of `modstorm baseline …`. */
export interface BaselineOptions {
  baselines: string;
  results?: string;
  replace?: boolean;
  force?: boolean;
  json?: boolean;
}

/**
 * `modstorm baseline save NAME RUN`: saves the samples of a run for later comparisons. Only this command ever changes a
 * baseline, and it refuses a replacement that was measured under different conditions.
 * @throws UsageError BASELINE_NAME, BASELINE_EXISTS, BASELINE_EMPTY, BASELINE_UNLIKE, RUN_UNKNOWN
 */
export async function saveBaseline(
  name: string,
  reference: string,
  options: BaselineOptions,
  context: CommandContext,
): Promise<number> {
  const store = new BaselineStore(options.baselines);
  const folder = await RunFolder.open(reference, options.results ?? 'results');
  const content = await folder.load();
  const { run } = content;
  const baseline = makeBaseline(name, content);
  if (options.replace && !options.force && (await store.names()).includes(name)) {
    const found = replacementDifferences(sideOfBaseline(await store.load(name)), sideOfRun(content));
    if (found.length > 0) {
      throw new UsageError(
        'BASELINE_UNLIKE',
        `${run.run} and the baseline ${name} were measured under different conditions: ${found.join('; ')}`,
        {
          hint: 'Save it under another name, or use --force to start afresh under this name.',
        },
      );
    }
  }
  const path = await store.save(baseline, { replace: options.replace === true });
  if (options.json) {
    context.stdout(
      `${JSON.stringify({ version: 1, saved: name, path: relative('', path), run: run.run }, null, 2)}\n`,
    );
    return exitCodes.success;
  }
  const boots = baseline.cells.reduce((sum, cell) => sum + cell.repetitions.length, 0);
  context.stdout(
    `${relative('', path)}: ${plural(baseline.cells.length, 'cell')}, ${plural(boots, 'boot')} of ${run.run}\n` +
      `Keep it in git: git add ${relative('', path)}\n`,
  );
  return exitCodes.success;
}

/** `modstorm baseline list`. */
export async function listBaselines(options: BaselineOptions, context: CommandContext): Promise<number> {
  const baselines = await new BaselineStore(options.baselines).list();
  if (options.json) {
    const entries = baselines.map(({ cells, workloadMetrics: _, ...head }) => ({
      ...head,
      cells: cells.length,
    }));
    context.stdout(`${JSON.stringify({ version: 1, baselines: entries }, null, 2)}\n`);
    return exitCodes.success;
  }
  if (baselines.length === 0) {
    context.stdout(
      `no baselines in ${relative('', options.baselines) || '.'}; save one with: modstorm baseline save NAME RUN\n`,
    );
    return exitCodes.success;
  }
  const columns: Column[] = [
    ...['name', 'matrix', 'run'].map(head => ({ head: [head], align: 'left' as const })),
    { head: ['cells'], align: 'right' },
    { head: ['boots'], align: 'right' },
    { head: ['under'], align: 'left' },
  ];
  const rows = baselines.map(baseline => [
    baseline.name,
    escapeText(baseline.matrix, { length: 40 }),
    escapeText(baseline.run, { length: 60 }),
    String(baseline.cells.length),
    bootsText(baseline),
    escapeText(Object.values(baseline.facts).join(', '), { length: 100 }),
  ]);
  context.stdout(`${renderTable(columns, rows).join('\n')}\n`);
  return exitCodes.success;
}

/** `8` if all cells have the same number of boots, else `6..8`. */
function bootsText({ cells }: Baseline): string {
  const sizes = cells.map(({ repetitions }) => repetitions.length);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  return least === most ? String(least) : `${least}..${most}`;
}

/** `modstorm baseline show NAME`: its samples and the conditions under which they were measured. */
export async function showBaseline(
  name: string,
  options: BaselineOptions,
  context: CommandContext,
): Promise<number> {
  const baseline = await new BaselineStore(options.baselines).load(name);
  if (options.json) {
    context.stdout(`${JSON.stringify(baseline, null, 2)}\n`);
    return exitCodes.success;
  }
  const shownFacts = (facts: Record<string, string>) =>
    Object.entries(facts).map(([fact, value]) => `${fact}=${escapeText(value, { length: 100 })}`);
  const lines = [
    `${baseline.name}: ${escapeText(baseline.matrix)}, from ${escapeText(baseline.run)}, ${escapeText(baseline.startedAt)}`,
    ...shownFacts(baseline.facts).map(fact => `  ${fact}`),
    ...baseline.cells.flatMap(cell => [
      '',
      `${escapeText(cell.label, { length: 200 })}: ${cell.repetitions.length} boots${cell.failed ? `, ${cell.failed} failed` : ''}`,
      `  ${shownFacts(cell.facts).join(' ')}${cell.release ? ` release=${escapeText(cell.release, { length: 60 })}` : ''}`,
      ...Object.entries(cell.samples).map(
        ([metric, values]) =>
          `  ${escapeText(metric, { length: 60 })}: ${values.map(value => value ?? '-').join(' ')}`,
      ),
    ]),
  ];
  context.stdout(`${lines.join('\n')}\n`);
  return exitCodes.success;
}

/** `modstorm baseline remove NAME`. */
export async function removeBaseline(
  name: string,
  options: BaselineOptions,
  context: CommandContext,
): Promise<number> {
  await new BaselineStore(options.baselines).remove(name);
  context.stdout(
    options.json
      ? `${JSON.stringify({ version: 1, removed: name }, null, 2)}\n`
      : `removed ${name}; git still has it if it was committed\n`,
  );
  return exitCodes.success;
}
