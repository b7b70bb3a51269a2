import { join } from 'node:path';
import { writeFileAtomically } from '../../files/atomic.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import type { Cell, Matrix } from '../../matrix/matrix.ts';
import type { WorkloadDefinition } from '../../matrix/workload/workload.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import type { ProgressSink } from '../../progress/event.ts';
import { prepareCells } from '../../run/preparation.ts';
import { type PreparedHost, prepareHost } from '../../run/prepared-run.ts';
import { StepEvents } from '../../run/step-events.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import type { PreparedCell } from '../../trial/prepared-cell.ts';
import { runTrial } from '../../trial/trial-runner.ts';
import type { Target } from '../search/action.ts';
import type { SourceRepository } from '../tree/source-repository.ts';
import type { Laboratory } from './bisect-commits.ts';

/** What a laboratory of guests is made of. */
export interface GuestLaboratoryOptions {
  matrix: Pick<Matrix, 'kernels' | 'configs'>;
  /** The cell that is booted; its kernel is replaced by the sources that are asked for. */
  cell: Cell;
  workloads: ReadonlyMap<string, WorkloadDefinition>;
  sources: SourceRepository;
  folder: RunFolder;
  /** Told of each boot; every other metric is in its record. */
  metric: string;
  requested: AcceleratorRequest['requested'];
  /** Host cores given to guests. */
  cores: number;
  signal: AbortSignal;
  sink: ProgressSink;
  /** Told once on what the guests are booted, before the first of them. */
  onHost: (host: PreparedHost) => Promise<void>;
}

/**
 * Builds kernels in one output tree, which make brings from one commit to the next, and boots them one at a time: a guest
 * that had the host for itself varies least. What was built is found in the cache again, also by a later process.
 */
export class GuestLaboratory implements Laboratory {
  readonly #options: GuestLaboratoryOptions;
  readonly #prepared = new Map<string, PreparedCell>();
  #host: PreparedHost | undefined;

  constructor(options: GuestLaboratoryOptions) {
    this.#options = options;
  }

  async build(target: Target): Promise<string> {
    return (await this.#prepare(target)).kernel.objectDigest;
  }

  /** What a source is booted on; proved once, with the source where a smoke boot is needed. */
  async hostFor(target: Target): Promise<PreparedHost> {
    return this.#proveHost(await this.#prepare(target));
  }

  async boot(target: Target, id: string): Promise<TrialRecord> {
    const { folder, cores, signal, sink, metric } = this.#options;
    const prepared = await this.#prepare(target);
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
    const { cell, requested, cores, signal, sink, onHost } = this.#options;
    const steps = new StepEvents(sink);
    const plan = { matrix: '', seed: 0, digest: '', trials: [], cells: [cell] };
    const host = await prepareHost({ plan, requested, cores, signal, steps }, async () => prepared);
    steps.finish();
    await onHost(host);
    this.#host = host;
    return host;
  }

  async #prepare({ commit, without, purpose }: Target): Promise<PreparedCell> {
    const { matrix, workloads, sources, folder, signal, sink } = this.#options;
    const anew = purpose.stage === 'confirm' ? `${folder.name} ${purpose.attempt}` : undefined;
    const key = JSON.stringify([commit, without, anew]);
    const known = this.#prepared.get(key);
    if (known) return known;
    const revision = await sources.revisionOf({ commit, without });
    const name =
      without === undefined ? commit.slice(0, 12) : `${commit.slice(0, 12)} without ${without.slice(0, 12)}`;
    const cell = { ...this.#options.cell, kernel: commit.slice(0, 12), label: name };
    const steps = new StepEvents(sink);
    const [prepared] = await prepareCells({
      matrix: { ...matrix, kernels: { [cell.kernel]: { kind: 'tree', path: sources.path, revision } } },
      cells: [cell],
      workloads,
      signal,
      sink: steps.sink,
      anew,
    });
    steps.finish();
    if (prepared === undefined) throw new Error(`${name} was not prepared`);
    this.#prepared.set(key, prepared);
    return prepared;
  }
}
