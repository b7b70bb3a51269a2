import { join } from 'node:path';
import { writeFileAtomically } from '../../files/atomic.ts';
import { digestOf } from '../../files/digest.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import type { Matrix } from '../../matrix/matrix.ts';
import type { Workloads } from '../../matrix/workload/workload-catalog.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import type { ProgressSink } from '../../progress/event.ts';
import { prepareCells } from '../../run/preparation.ts';
import { type PreparedHost, prepareHost } from '../../run/prepared-run.ts';
import { StepEvents } from '../../run/step-events.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import type { PreparedCell } from '../../trial/prepared-cell.ts';
import { runTrial } from '../../trial/trial-runner.ts';
import type { BootTarget, Target } from '../search/action.ts';
import type { SourceRepository } from '../tree/source-repository.ts';
import type { Laboratory } from './bisect-commits.ts';
import type { Cells } from './subject.ts';

/** The dependencies of a laboratory. */
export interface GuestLaboratoryOptions {
  matrix: Pick<Matrix, 'kernels' | 'configs'>;
  /** The cells to boot; their kernels are replaced by the given sources. */
  cells: Cells;
  workloads: Workloads;
  sources: SourceRepository;
  folder: RunFolder;
  /** Called with the record of each boot, which has all metrics. */
  metric: string;
  requested: AcceleratorRequest['requested'];
  /** Host cores given to guests. */
  cores: number;
  signal: AbortSignal;
  sink: ProgressSink;
  /** Called once with the conditions, before the first boot. */
  onHost: (host: PreparedHost) => Promise<void>;
}

/**
 * Builds kernels in one output tree, incrementally from commit to commit, and boots them one at a time, because guests that
 * have the host to themselves vary least. Builds are cached, also for later processes.
 */
export class GuestLaboratory implements Laboratory {
  readonly #options: GuestLaboratoryOptions;
  readonly #prepared = new Map<string, PreparedCells>();
  #host: PreparedHost | undefined;

  constructor(options: GuestLaboratoryOptions) {
    this.#options = options;
  }

  async build(target: Target): Promise<string> {
    return codeOf(await this.#prepare(target));
  }

  /** The platform for booting a source. Verified once, with this source if a smoke boot is needed. */
  async hostFor(target: Target): Promise<PreparedHost> {
    const [first] = await this.#prepare(target);
    return this.#proveHost(first);
  }

  async boot(target: BootTarget, id: string): Promise<TrialRecord> {
    const { folder, cores, signal, sink, metric } = this.#options;
    const cells = await this.#prepare(target);
    const prepared = cells[target.cell ?? 0];
    if (prepared === undefined) throw new RangeError(`there is no cell ${target.cell}`);
    const { host } = await this.#proveHost(prepared);
    const order = Number.parseInt(id, 10);
    const trial = { id, cell: prepared.cell, repetition: 1, order };
    sink({ type: 'trial-started', trial });
    const record = await runTrial({
      trial,
      prepared,
      host,
      folder,
      jobs: cores,
      signal,
      onPhase: phase => sink({ type: 'trial-phase', trial, phase }),
    });
    await writeFileAtomically(
      join(folder.trialFolder(id), 'record.json'),
      `${JSON.stringify(record, null, 1)}\n`,
    );
    const seen = record.metrics[metric];
    const label = seen === undefined ? trial.cell.label : `${trial.cell.label} ${metric}=${seen}`;
    sink({ type: 'trial-finished', trial: { ...trial, cell: { ...trial.cell, label } }, record });
    return record;
  }

  async #proveHost(prepared: PreparedCell): Promise<PreparedHost> {
    if (this.#host !== undefined) return this.#host;
    const { cells, requested, cores, signal, sink, onHost } = this.#options;
    const steps = new StepEvents(sink);
    const plan = { matrix: '', seed: 0, digest: '', trials: [], cells: [...cells] };
    const host = await prepareHost({ plan, requested, cores, signal, steps }, async () => prepared);
    steps.finish();
    await onHost(host);
    this.#host = host;
    return host;
  }

  async #prepare({ commit, without, purpose }: Target): Promise<PreparedCells> {
    const { matrix, workloads, sources, folder, signal, sink } = this.#options;
    const anew = purpose.stage === 'confirm' ? `${folder.name} ${purpose.attempt}` : undefined;
    const key = JSON.stringify([commit, without, anew]);
    const known = this.#prepared.get(key);
    if (known) return known;
    const revision = await sources.revisionOf({ commit, without });
    const name =
      without === undefined ? commit.slice(0, 12) : `${commit.slice(0, 12)} without ${without.slice(0, 12)}`;
    const kernel = commit.slice(0, 12);
    const several = this.#options.cells.length > 1;
    const cells = this.#options.cells.map(cell => {
      return { ...cell, kernel, label: several ? `${name} ${cell.label}` : name };
    });
    const steps = new StepEvents(sink);
    const [first, ...others] = await prepareCells({
      matrix: { ...matrix, kernels: { [kernel]: { kind: 'tree', path: sources.path, revision } } },
      cells,
      workloads,
      signal,
      sink: steps.sink,
      anew,
    });
    steps.finish();
    if (first === undefined) throw new Error(`${name} was not prepared`);
    const prepared: PreparedCells = [first, ...others];
    this.#prepared.set(key, prepared);
    return prepared;
  }
}

/** A source, prepared for each of the cells. */
type PreparedCells = readonly [PreparedCell, ...PreparedCell[]];

/** The combined content key of the kernels of all cells; usually one kernel, since cells only differ in the guest. */
function codeOf(prepared: PreparedCells): string {
  const [only, ...others] = new Set(prepared.map(({ kernel }) => kernel.objectDigest));
  if (only !== undefined && others.length === 0) return only;
  return digestOf([only, ...others]);
}
