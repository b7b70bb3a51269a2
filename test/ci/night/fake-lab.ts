import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NightKernel } from '../../../harness/ci/night/night-state.ts';
import type { NightTools } from '../../../harness/ci/night/night-tools.ts';
import { loadMatrix } from '../../../harness/matrix/load.ts';
import type { KernelSource } from '../../../harness/matrix/matrix.ts';
import { parseWorkload } from '../../../harness/matrix/workload/workload-file.ts';
import type { Outcome } from '../../../harness/measurement/record.ts';
import { projectPath } from '../../../harness/project.ts';
import { makeRandom } from '../../../harness/random.ts';
import type { RunInput } from '../../../harness/run/run-input.ts';
import { RunFolder } from '../../../harness/store/run-folder.ts';
import { runNameStem } from '../../../harness/store/run-name.ts';
import { fakeRecord, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeCapabilities, fakeCount, fakeWaste, writeFakeRun } from '../../fakes/run-folder-fixture.ts';

/** The process was killed: nothing that it would have done afterwards happens. */
class Killed extends Error {
  override readonly message = 'killed';
}

const workload = parseWorkload(readFileSync(projectPath('guests/workloads/storm.yaml'), 'utf8'), {
  file: 'storm.yaml',
});
const workloads = new Map([[workload.name, workload]]);

/** Loads a matrix that uses the workload storm. */
export function loadStorm(text: string, file = 'night.yaml') {
  return { matrix: loadMatrix(text, { file, workloads, fragments: ['stats'] }), workloads };
}

/** A made-up lab: sources whose newest version the test sets, kernels whose failures it sets, and effects that it counts. */
export class FakeLab {
  readonly results: string;
  /** The newest version of each package. */
  newest: Record<string, string> = { 'linux-source-6.12': '6.12.1-1' };
  /** The version that Debian offers besides. */
  offeredBefore: string | undefined;
  /** Mean of failed loads by version; default: 40. */
  failures = new Map<string, number>();
  /** Changes what a run measures, to let a suspicion dissolve. */
  measure: (version: string, confirming: boolean) => number = version => this.failures.get(version) ?? 40;
  /** How boots of a version end. */
  outcomes = new Map<string, Outcome>();
  time = Date.UTC(2026, 10, 27, 3);
  signal: number | undefined;
  readonly effects: string[] = [];
  readonly told: string[] = [];
  readonly notified: string[] = [];
  #runs = 0;
  #seed = 7;
  /** Number of effects after which the process is killed. */
  killAfter: number | undefined;

  constructor(results: string) {
    this.results = results;
    mkdirSync(results, { recursive: true });
  }

  /** The tools of one process. */
  tools(): NightTools {
    const step = <Result>(name: string, effect: () => Result): Result => {
      if (this.killAfter !== undefined && this.effects.length >= this.killAfter) throw new Killed();
      this.effects.push(name);
      const result = effect();
      if (this.killAfter !== undefined && this.effects.length >= this.killAfter) throw new Killed();
      return result;
    };
    return {
      pin: async (source, fetch) => step(`pin${fetch ? ' newest' : ''}`, () => this.#pin(source)),
      previous: async ({ source }) =>
        this.offeredBefore === undefined || source.kind !== 'debian'
          ? undefined
          : this.#pin({ ...source, version: this.offeredBefore }),
      load: async (text, file) => loadStorm(text, file),
      execute: async input => step(`run ${input.matrix.name}`, () => this.#execute(input)),
      history: async () => step('history', () => []),
      prune: async () => step('prune', () => undefined),
      notify: async summary => step('notify', () => void this.notified.push(summary)),
      tell: sentence => void this.told.push(sentence),
      interruption: () => this.signal,
      now: () => new Date(this.time),
      drawSeed: () => this.#seed++,
    };
  }

  #pin(source: KernelSource): NightKernel {
    if (source.kind === 'tree') {
      const revision = source.revision.padEnd(40, '0');
      return {
        source: { ...source, revision },
        identity: `tree ${revision}`,
        origin: `${source.path} ${source.revision}`,
      };
    }
    if (source.kind !== 'debian') throw new Error('prebuilt');
    const version = source.version ?? this.newest[source.package] ?? '';
    return {
      source: { ...source, version },
      identity: `debian ${version}`,
      origin: `Debian ${source.package} ${version}`,
    };
  }

  /** Makes the whole run at once; half of it, if a signal comes. */
  #execute({ matrix, matrixFile, plan, earlier }: RunInput): RunFolder {
    const index = this.#runs++;
    this.time += 60_000;
    const suffix = index.toString(16).padStart(4, '0');
    const name = earlier?.folder.name ?? `${runNameStem(new Date(this.time), matrix.name)}-${suffix}`;
    const random = makeRandom(plan.seed);
    const confirming = matrix.name.startsWith('confirm-');
    const { cells: _, ...record } = matrix;
    const versionOf = (kernel: string) => {
      const source = matrix.kernels[kernel];
      return source?.kind === 'debian'
        ? (source.version ?? '')
        : source?.kind === 'tree'
          ? source.revision
          : '';
    };
    const run = fakeRun({
      run: name,
      startedAt: new Date(this.time).toISOString(),
      matrix: record,
      matrixFile,
      seed: plan.seed,
      planDigest: plan.digest,
      workloads: { storm: 1 },
      kernels: Object.keys(matrix.kernels).map(kernel => ({
        ...{ kernel, config: 'stats', key: 'k', release: '6.12', origin: 'Debian' },
        objectDigest: versionOf(kernel),
      })),
    });
    const all = plan.trials.map(trial =>
      fakeRecord(
        trial,
        fakeWaste(fakeCount(this.measure(versionOf(trial.cell.kernel), confirming), random)),
        this.outcomes.get(versionOf(trial.cell.kernel)),
        { capabilities: fakeCapabilities(trial.cell) },
      ),
    );
    const records = this.signal === undefined ? all : all.slice(0, all.length / 2);
    return new RunFolder(writeFakeRun(this.results, { run, plan, records }));
  }
}

/** The path of a file of a night. */
export function nightFile(results: string, id: string, name: string): string {
  return join(results, 'nights', 'watch', id, name);
}
