import { join } from 'node:path';
import { HarnessError } from '../../errors.ts';
import { writeFileAtomically } from '../../files/atomic.ts';
import { makeFolders } from '../../files/make-folders.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import { makePlan } from '../../plan/plan.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
import type { RunInput } from '../../run/run-input.ts';
import { listRuns, type RunContent, type RunFolder } from '../../store/run-folder.ts';
import { startOfRun } from '../../store/run-name.ts';
import type { NightPlan } from './night-state.ts';
import type { NightTools } from './night-tools.ts';

/** How the runs of a night are made. */
export interface NightRunOptions {
  /** Where run folders are. */
  results: string;
  /** The folder of this night, for its matrices. */
  folder: string;
  requested: AcceleratorRequest['requested'];
  /** Host cores for guests. */
  jobs: number;
}

/** One run of a night. */
export interface WantedRun {
  /** Name of its matrix file, without the ending. */
  name: string;
  text: string;
  seed: number;
  /** IDs of the cells to boot; all if absent. */
  cells?: readonly string[];
}

/** The night was interrupted by a signal; its state says where to go on. */
export class NightInterrupted extends Error {}

/**
 * A run of a night, whole: made now, or found because an earlier process of this night made it, or began it and was
 * killed. Runs are found by the text of their matrix and their seed, so no state has to say that one exists.
 * @throws NightInterrupted; errors of the rooms that build and boot
 */
export async function obtainRun(
  wanted: WantedRun,
  night: NightPlan,
  options: NightRunOptions,
  tools: NightTools,
): Promise<RunContent> {
  const file = join(options.folder, `${wanted.name}.yaml`);
  await makeFolders(options.folder);
  await writeFileAtomically(file, wanted.text);
  const { matrix, workloads } = await tools.load(wanted.text, file);
  const filters = wanted.cells === undefined ? [] : [`id=${wanted.cells.join(',')}`];
  const requested = requestedAccelerator(matrix.require, options.requested);
  const fresh: RunInput = {
    matrixFile: file,
    matrix,
    plan: makePlan(matrix, { seed: wanted.seed, filters }),
    workloads,
    requested,
    jobs: options.jobs,
  };
  const earlier = await findEarlier(wanted, night, options.results);
  const folder = await tools.execute(await resumed(fresh, earlier)).catch(async error => {
    if (!(error instanceof HarnessError && error.code === 'RUN_CHANGED')) throw error;
    tools.tell(`${error.message}; this night starts its run again`);
    return tools.execute(fresh);
  });
  if (tools.interruption() !== undefined) throw new NightInterrupted();
  return folder.load();
}

async function resumed(fresh: RunInput, folder: RunFolder | undefined): Promise<RunInput> {
  if (folder === undefined) return fresh;
  const record = await folder.readRun();
  const { requested } = record.accelerator;
  return {
    ...fresh,
    plan: await folder.readPlan(),
    requested,
    jobs: record.jobs,
    earlier: { folder, record },
  };
}

/** The newest run of this night with this matrix. */
async function findEarlier(
  { text, seed }: WantedRun,
  { startedAt }: NightPlan,
  results: string,
): Promise<RunFolder | undefined> {
  // The name of a run has whole seconds.
  const since = Math.floor(Date.parse(startedAt) / 1000) * 1000;
  for (const folder of await listRuns(results)) {
    if (startOfRun(folder.name) < since) return undefined;
    const run = await folder.readRun();
    if (run.seed === seed && run.matrix.text === text) return folder;
  }
  return undefined;
}
