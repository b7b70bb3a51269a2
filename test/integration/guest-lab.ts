import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fragmentNames, readWorkloads } from '../../harness/cli/inputs.ts';
import { loadMatrix } from '../../harness/matrix/load.ts';
import { joinWorkloads } from '../../harness/matrix/workload/workload-catalog.ts';
import type { TrialPhase, TrialRecord } from '../../harness/measurement/record.ts';
import { makePlan } from '../../harness/plan/plan.ts';
import type { Trial } from '../../harness/plan/trial.ts';
import type { ProgressEvent } from '../../harness/progress/event.ts';
import { projectPath } from '../../harness/project.ts';
import { prepareRun } from '../../harness/run/prepared-run.ts';
import { executeTrials } from '../../harness/run/run-execution.ts';
import { Journal } from '../../harness/store/journal.ts';
import { RunFolder } from '../../harness/store/run-folder.ts';

/** The kernel of the integration tests: that of matrices/quick.yaml, so that one build serves both. */
export const labKernel = 'kernels:\n  lts: { debian: linux-source-6.12 }\n';

/** What one lab run left. */
export interface LabRun {
  folder: RunFolder;
  records: TrialRecord[];
  trials: Trial[];
  /** Removes the run's folder. */
  remove(): Promise<void>;
}

/** How a lab run differs from `modstorm run`. */
export interface LabOptions {
  signal?: AbortSignal;
  onPhase?: (phase: TrialPhase, folder: RunFolder, trial: Trial) => void;
  onEvent?: (event: ProgressEvent) => void;
}

/**
 * Runs a matrix on real guests under TCG, by the same code as `modstorm run`, into a temporary folder. The workloads
 * of test/integration/workloads/ are known beside those of guests/workloads/.
 */
export async function runLab(matrixText: string, options: LabOptions = {}): Promise<LabRun> {
  const workloads = joinWorkloads(
    await readWorkloads(),
    await readWorkloads(projectPath('test', 'integration', 'workloads')),
  );
  const matrix = loadMatrix(matrixText, {
    file: projectPath('test', 'integration', 'lab.yaml'),
    workloads,
    fragments: await fragmentNames(),
  });
  const plan = makePlan(matrix, { seed: 1 });
  const signal = options.signal ?? new AbortController().signal;
  const sink = options.onEvent ?? (() => {});
  const prepared = await prepareRun({
    matrix,
    plan,
    workloads,
    requested: 'tcg',
    cores: 2,
    signal: new AbortController().signal,
    sink,
  });
  const root = await mkdtemp(join(tmpdir(), 'modstorm-lab-'));
  const folder = await RunFolder.create(root, { matrixName: 'lab', now: new Date() });
  const records: TrialRecord[] = [];
  await folder.writePlan(plan);
  {
    await using journal = await Journal.create(folder.journalFile, { run: folder.name, plan });
    await executeTrials({
      prepared,
      trials: plan.trials,
      folder,
      journal,
      signal,
      sink: event => {
        sink(event);
        if (event.type === 'trial-phase') options.onPhase?.(event.phase, folder, event.trial);
      },
      onRecord: (_, record) => records.push(record),
    });
  }
  return { folder, records, trials: plan.trials, remove: () => rm(root, { recursive: true, force: true }) };
}
