import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { relative, resolve, sep } from 'node:path';
import { runNight } from '../../ci/night/night.ts';
import type { NightTools } from '../../ci/night/night-tools.ts';
import { HarnessError } from '../../errors.ts';
import { writeFileAtomically } from '../../files/atomic.ts';
import { comparedRuns } from '../../judgement/history/history-event.ts';
import type { JudgedEvent } from '../../judgement/history/run-history.ts';
import { formatQuantity } from '../../judgement/quantity.ts';
import { pinSource, previousSource } from '../../kernel/newest-source.ts';
import type { KernelOptions } from '../../kernel/prepare-kernel.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import { runProgram } from '../../process/program.ts';
import { createProgress } from '../../progress/progress.ts';
import { loadHistoryFormat } from '../../report/history-formats.ts';
import { reportRun } from '../../report/run-report.ts';
import { executeRun } from '../../run/execute-run.ts';
import { StepEvents } from '../../run/step-events.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { removeAbandoned } from '../abandoned.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix, restoreMatrix } from '../inputs.ts';
import { renderError } from '../render-error.ts';
import { writeReports } from '../write-reports.ts';
import { readHistory } from './history.ts';
import { pruneCommand } from './prune.ts';

/** Options of `modstorm nightly`. */
export interface NightlyOptions {
  accel: AcceleratorRequest['requested'];
  always?: boolean;
  baselines: string;
  jobs?: number;
  json?: boolean;
  newBase?: boolean;
  /** Days that runs are kept, and their raw evidence. */
  keep: number;
  keepEvidence: number;
  notify?: string;
  repetitions?: number;
  results: string;
}

/** The command that is told of a night may take this long. */
const notifyTimeoutNs = 5 * 60e9;

/**
 * `modstorm nightly MATRIX`: one night, for cron or systemd. Prints one line; the exit code is 0 for a quiet night, 1 for a
 * red one, 3 for one without a verdict.
 * @throws whatever `runNight` throws
 */
export async function nightlyCommand(
  reference: string,
  options: NightlyOptions,
  context: CommandContext,
): Promise<number> {
  await removeAbandoned(options.results, context.environment);
  const { file, matrix } = await readMatrix(reference);
  const end = await runNight(
    {
      matrixFile: file,
      matrix,
      results: relative('', options.results) || '.',
      requested: options.accel,
      jobs: options.jobs ?? availableParallelism(),
      pin: options.newBase === true,
      always: options.always === true,
      repetitions: options.repetitions,
    },
    nightTools(options, context),
  );
  context.stdout(options.json ? `${JSON.stringify({ version: 1, ...end }, null, 2)}\n` : `${end.line}\n`);
  return end.exitCode;
}

function nightTools(options: NightlyOptions, context: CommandContext): NightTools {
  const { results, baselines } = options;
  const tell = (sentence: string) => context.stderr(`modstorm: ${sentence}\n`);
  return {
    pin: (source, fetch) => withProgress(context, kernel => pinSource(source, fetch, kernel)),
    previous: kernel => withProgress(context, more => previousSource(kernel, more)),
    load: (text, file) => restoreMatrix(text, file),
    execute: async input => {
      const folder = await executeRun(input, { results, json: true }, context);
      await writeReports(folder, reportRun(await folder.load(), relative('', folder.path) || '.'));
      return folder;
    },
    history: async (runs, page) => {
      const { history, skipped } = await readHistory(results);
      const events = history.events();
      const render = await loadHistoryFormat('html');
      const { series } = history;
      await writeFileAtomically(
        page,
        render({ folder: results, runs: history.runs, series, events, skipped }),
      );
      return events.filter(({ event }) => runs.includes(comparedRuns(event).after.run)).map(eventSentence);
    },
    prune: async folder => {
      const own = ofNights(folder);
      const policy = { results, baselines, only: own };
      // What is kept is the same each night.
      const quiet = {
        stdout: (text: string) => (text.startsWith('removed') ? context.stderr(text) : undefined),
      };
      await pruneCommand({ ...policy, keep: options.keep }, quiet);
      await pruneCommand({ ...policy, keep: options.keepEvidence, evidence: true }, quiet);
    },
    notify: async (summary, { colour, exitCode, folder }) => {
      if (options.notify === undefined) return;
      const environment = {
        MODSTORM_NIGHT: colour,
        MODSTORM_EXIT: String(exitCode),
        MODSTORM_NIGHT_FOLDER: folder,
      };
      try {
        // The user's own command line, so the user's shell reads it.
        await runProgram('sh', ['-c', options.notify], {
          input: summary,
          environment,
          timeoutNs: notifyTimeoutNs,
        });
      } catch (error) {
        if (!(error instanceof HarnessError)) throw error;
        context.stderr(renderError(error));
      }
    },
    tell,
    interruption: () => context.interruption(),
    now: () => new Date(),
    drawSeed: () => randomInt(2 ** 32),
  };
}

/** Whether a run is one of the nights in a folder: their matrices are there. */
function ofNights(folder: string): (run: RunFolder) => Promise<boolean> {
  const inside = `${resolve(folder)}${sep}`;
  return async run => {
    try {
      return resolve((await run.readRun()).matrixFile).startsWith(inside);
    } catch (error) {
      // A damaged run is not ours to remove.
      if (!(error instanceof HarnessError)) throw error;
      return false;
    }
  };
}

async function withProgress<Result>(
  context: CommandContext,
  work: (options: KernelOptions) => Promise<Result>,
): Promise<Result> {
  const display = createProgress(context);
  try {
    return await work({ signal: context.signal, sink: new StepEvents(display.sink).sink });
  } finally {
    display.close();
  }
}

function eventSentence({ event, confirmation }: JudgedEvent): string {
  const { id, kind, cell, metric, before, after, unit, direction } = event;
  return `${kind} ${id}: ${metric} of ${cell}: ${formatQuantity(before, unit)} to ${formatQuantity(after, unit)} (${direction}, ${confirmation})`;
}
