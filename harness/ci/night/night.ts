import { dirname, join } from 'node:path';
import { HarnessError } from '../../errors.ts';
import { exitCodeOfError } from '../../exit-code.ts';
import { writeFileAtomically } from '../../files/atomic.ts';
import { FileLock } from '../../files/lock.ts';
import { makeFolders } from '../../files/make-folders.ts';
import { readRegularFile } from '../../files/regular-file.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import type { Matrix } from '../../matrix/matrix.ts';
import { declaredRepetitions } from '../../plan/plan.ts';
import { conclude, type SubjectResult } from './night-result.ts';
import { NightInterrupted } from './night-run.ts';
import { judgedByNight, startNight } from './night-start.ts';
import {
  type FinishedNight,
  type NightPlan,
  type NightState,
  nightsFolder,
  readNightState,
  writeNightState,
} from './night-state.ts';
import { nightLine, nightSummary } from './night-summary.ts';
import type { NightTools } from './night-tools.ts';
import { workOn } from './night-work.ts';

/** What the user wants of a night. */
export interface NightRequest {
  /** Path of the matrix as given. */
  matrixFile: string;
  matrix: Matrix;
  /** Where run folders are. */
  results: string;
  requested: AcceleratorRequest['requested'];
  /** Host cores for guests. */
  jobs: number;
  /** Whether to pin new bases. */
  pin: boolean;
  /** Whether to boot even if an earlier night judged the same kernels. */
  always: boolean;
  /** Boots per cell; default: those of the matrix. */
  repetitions?: number | undefined;
}

/** How a call of `modstorm nightly` ended. */
export interface NightEnd {
  exitCode: number;
  line: string;
  colour: FinishedNight['colour'] | 'interrupted';
  /** Names of its runs. */
  runs: string[];
}

/** A night that began longer ago is not continued: its kernels are no longer the newest. */
const staleMs = 20 * 3600 * 1000;

/**
 * One night, in steps that survive being killed: begin (fetch the sources, pin them), boot and judge each kernel, confirm
 * what is suspected, report, notify, prune, close. A call that finds a night unfinished goes on where it stopped.
 * @throws UsageError NIGHT_KERNEL; InfrastructureError LOCK_HELD if a night of this matrix is running, FILE_DAMAGED
 */
export async function runNight(request: NightRequest, tools: NightTools): Promise<NightEnd> {
  const { matrix, results } = request;
  await makeFolders(nightsFolder(results, matrix.name));
  const purpose = `the night of ${matrix.name}`;
  await using _ = await FileLock.acquire(join(nightsFolder(results, matrix.name), 'lock'), {
    purpose,
    wait: false,
  });
  let state = await readNightState(results, matrix.name);
  // A night that was killed after its verdict still has to tell it.
  if (state.result !== undefined) state = await tellAndClose(state, state.result, request, tools);
  try {
    const begun = continued(state, request, tools);
    if (begun === undefined) {
      const { plan, bases } = await startNight(matrix, state, request.pin, tools);
      const same = request.always ? undefined : judgedBefore(plan, state);
      if (same !== undefined) return nothingNew(same, matrix);
      state = { ...withoutNight(state), bases: { ...state.bases, ...bases }, current: plan };
      await writeNightState(results, state);
    }
    const night = begun ?? (state.current as NightPlan);
    const result = await work(night, request, tools);
    state = { ...state, result };
    await writeNightState(results, state);
    await tellAndClose(state, result, request, tools);
    return result;
  } catch (error) {
    // Awaited here, while the lock is still held.
    return await failed(error, state, request, tools);
  }
}

/** The night to go on with, unless it is stale or the user wants another one. */
function continued(
  { current }: NightState,
  { matrix, pin }: NightRequest,
  tools: NightTools,
): NightPlan | undefined {
  if (current === undefined) return undefined;
  const age = tools.now().getTime() - Date.parse(current.startedAt);
  const reason =
    age > staleMs
      ? 'it began too long ago'
      : pin || current.matrixText !== matrix.text
        ? 'the question changed'
        : undefined;
  tools.tell(
    reason === undefined
      ? `going on with the night ${current.id}`
      : `the night ${current.id} is given up: ${reason}`,
  );
  return reason === undefined ? current : undefined;
}

function judgedBefore(plan: NightPlan, { finished }: NightState): FinishedNight | undefined {
  const last = finished.at(-1);
  return last !== undefined && last.colour !== 'unknown' && last.judged === judgedByNight(plan)
    ? last
    : undefined;
}

/** The exit code stays that of the night that judged these kernels: a red one is red until another kernel comes. */
function nothingNew({ id, colour, exitCode, line }: FinishedNight, { name }: Matrix): NightEnd {
  const before = line.replace(`nightly ${name}: `, '');
  return {
    exitCode,
    colour,
    runs: [],
    line: `nightly ${name}: nothing new since the night ${id}: ${before}`,
  };
}

async function work(night: NightPlan, request: NightRequest, tools: NightTools): Promise<FinishedNight> {
  const { matrix, matrixFile, results: root } = request;
  const folder = join(nightsFolder(root, matrix.name), night.id);
  const own = declaredRepetitions(matrix);
  const results: SubjectResult[] = [];
  for (const subject of night.subjects) {
    const { requested, jobs } = request;
    results.push(
      await workOn(
        subject,
        night,
        {
          ...{ results: root, folder, requested, jobs, matrix: matrix.name },
          matrixFolder: dirname(matrixFile),
          trials: request.repetitions ?? own,
        },
        tools,
      ),
    );
  }
  const runs = results.flatMap(({ content, confirming }) =>
    [content, ...confirming].map(({ run }) => run.run),
  );
  const events = await tools.history(runs, join(folder, 'history.html'));
  const conclusion = conclude(results);
  const told = { ...conclusion, night, matrix, matrixFile, results, events, folder };
  await writeFileAtomically(join(folder, 'summary.txt'), nightSummary(told));
  return { ...conclusion, id: night.id, line: nightLine(told), judged: judgedByNight(night), runs };
}

/** Notifies, prunes, and closes the night. Killed in between, it notifies again: twice is better than never. */
async function tellAndClose(
  state: NightState,
  result: FinishedNight,
  { results, matrix }: NightRequest,
  tools: NightTools,
): Promise<NightState> {
  const { exitCode, colour } = result;
  const folder = join(nightsFolder(results, matrix.name), result.id);
  const summary = await readRegularFile(join(folder, 'summary.txt'), 'utf8');
  await tools.notify(summary, { colour, exitCode, folder });
  await tools.prune(nightsFolder(results, matrix.name));
  const judged = state.current?.subjects.map(({ kernel, tonight }) => [kernel, tonight] as const) ?? [];
  const closed: NightState = {
    ...withoutNight(state),
    last: { ...state.last, ...Object.fromEntries(colour === 'unknown' ? [] : judged) },
    finished: [...state.finished, result],
  };
  await writeNightState(results, closed);
  return closed;
}

function withoutNight({ current: _, result: __, ...state }: NightState): NightState {
  return state;
}

/**
 * A night that ended without a verdict. If its kernel cannot be built, it is over; after trouble on the host, the next call
 * goes on with it.
 */
async function failed(
  error: unknown,
  state: NightState,
  { results, matrix }: NightRequest,
  tools: NightTools,
): Promise<NightEnd> {
  const interruption = tools.interruption();
  if (interruption !== undefined)
    return {
      exitCode: interruption,
      colour: 'interrupted',
      runs: [],
      line: `nightly ${matrix.name}: interrupted; the same command goes on`,
    };
  if (error instanceof NightInterrupted || !(error instanceof HarnessError) || error.fault === 'user')
    throw error;
  const end: NightEnd = {
    exitCode: exitCodeOfError(error),
    colour: 'unknown',
    runs: [],
    line: `nightly ${matrix.name}: unknown: ${error.message} [${error.code}]`,
  };
  const details = [end.line, error.evidence, error.hint].filter(part => part !== undefined).join('\n\n');
  const folder = nightsFolder(results, matrix.name);
  await tools.notify(`${details}\n`, { colour: 'unknown', exitCode: end.exitCode, folder });
  if (error.fault === 'kernel') await writeNightState(results, withoutNight(state));
  return end;
}
