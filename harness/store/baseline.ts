import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError, UsageError } from '../errors.ts';
import type { StoredValue, TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import { syncFolder, writeFileAtomically } from './atomic.ts';
import { cellFacts, type Facts, runFacts } from './comparison-key.ts';
import { canonicalJson } from './digest.ts';
import { readJsonFile } from './json-file.ts';
import type { RunRecord } from './run-record.ts';
import { type CellSamples, collectSamples, storeValue } from './sample.ts';

/** A cell of a baseline. */
export interface BaselineCell {
  id: string;
  label: string;
  settings: Record<string, string>;
  facts: Facts;
  /** Releases of the kernels that ran; for people, not compared. */
  release?: string;
  /** Repetitions of the trials that passed; every sample is aligned to them. */
  repetitions: number[];
  /** Metric to one value per repetition; null when that trial did not measure it. */
  samples: Record<string, (StoredValue | null)[]>;
}

/** results/baselines/NAME.json: the samples of a run, with the facts that say what they may be compared with. */
export interface Baseline {
  version: 1;
  name: string;
  /** Name of the run it was saved from, and when that run began (ISO 8601 UTC). */
  run: string;
  startedAt: string;
  matrix: string;
  facts: Facts;
  cells: BaselineCell[];
}

/**
 * The baseline of a run; pure. Cells without a passed trial are left out.
 * @throws UsageError BASELINE_EMPTY when no trial passed
 */
export function makeBaseline(
  name: string,
  run: RunRecord,
  plan: Plan,
  records: readonly TrialRecord[],
): Baseline {
  const measured = collectSamples(plan, records).filter(samples => samples.repetitions.length > 0);
  if (measured.length === 0) {
    throw new UsageError(
      'BASELINE_EMPTY',
      `${run.run} has no trial that passed, so there is nothing to save`,
      {
        hint: 'Look at `modstorm report` for what went wrong.',
      },
    );
  }
  const cells = measured.map(samples => baselineCell(samples, run));
  cells.sort((a, b) => (a.label < b.label ? -1 : Number(a.label > b.label)));
  return {
    version: 1,
    name,
    run: run.run,
    startedAt: run.startedAt,
    matrix: run.matrix.name,
    facts: runFacts(run),
    cells,
  };
}

function baselineCell(samples: CellSamples, run: RunRecord): BaselineCell {
  const release = samples.records.find(record => record.capabilities)?.capabilities?.release;
  const values = [...samples.values].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    id: samples.cell.id,
    label: samples.cell.label,
    settings: samples.cell.settings,
    facts: cellFacts(samples, run.workloads),
    ...(release !== undefined && { release }),
    repetitions: samples.repetitions,
    samples: Object.fromEntries(
      values.map(([name, list]) => [name, list.map(value => (value === null ? null : storeValue(value)))]),
    ),
  };
}

/** The text of a baseline: sorted, one sample a line, so that a diff shows what changed. */
export function formatBaseline(baseline: Baseline): string {
  const { cells, ...head } = baseline;
  const members = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${canonicalJson(value)}`,
  );
  const blocks = cells.map(formatCell).join(',\n');
  return `{\n${members.join(',\n')},\n  "cells": [\n${blocks}\n  ]\n}\n`;
}

function formatCell(cell: BaselineCell): string {
  const { samples, ...head } = cell;
  const members = Object.entries(head).map(
    ([name, value]) => `      ${JSON.stringify(name)}: ${canonicalJson(value)}`,
  );
  const lines = Object.keys(samples)
    .sort()
    .map(name => `        ${JSON.stringify(name)}: ${JSON.stringify(samples[name])}`);
  return `    {\n${members.join(',\n')},\n      "samples": {\n${lines.join(',\n')}\n      }\n    }`;
}

const baselineName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** The baselines of a folder (`results/baselines`), one file each. */
export class BaselineStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Path of a baseline. @throws UsageError BASELINE_NAME */
  path(name: string): string {
    if (!baselineName.test(name) || name.endsWith('.json')) {
      throw new UsageError('BASELINE_NAME', `${JSON.stringify(name)} is no name for a baseline`, {
        hint: 'Use letters, digits, dots, dashes and underscores, without .json: nightly-6.12.',
      });
    }
    return join(this.folder, `${name}.json`);
  }

  /**
   * Saves a baseline and returns its path.
   * @throws UsageError BASELINE_EXISTS unless `replace` is set: a baseline is never replaced by itself
   */
  async save(baseline: Baseline, options: { replace?: boolean } = {}): Promise<string> {
    const path = this.path(baseline.name);
    await mkdir(this.folder, { recursive: true });
    if (!options.replace && (await this.names()).includes(baseline.name)) {
      throw new UsageError('BASELINE_EXISTS', `the baseline ${baseline.name} exists already: ${path}`, {
        hint: 'Choose another name, or say --replace.',
      });
    }
    await writeFileAtomically(path, formatBaseline(baseline));
    return path;
  }

  /** @throws UsageError BASELINE_UNKNOWN; InfrastructureError FILE_DAMAGED, FILE_VERSION */
  async load(name: string): Promise<Baseline> {
    await this.#demand(name);
    return loadBaseline(this.path(name));
  }

  /** All baselines, by name. */
  async list(): Promise<Baseline[]> {
    return Promise.all((await this.names()).map(name => loadBaseline(this.path(name))));
  }

  /** @throws UsageError BASELINE_UNKNOWN */
  async remove(name: string): Promise<void> {
    await this.#demand(name);
    await rm(this.path(name));
    await syncFolder(this.folder);
  }

  /** Names of the baselines, sorted; none when the folder is not there. */
  async names(): Promise<string[]> {
    const files = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [] as string[];
      throw error;
    });
    const names = files.filter(file => file.endsWith('.json')).map(file => file.slice(0, -5));
    return names.filter(name => baselineName.test(name)).sort();
  }

  async #demand(name: string): Promise<void> {
    this.path(name);
    const names = await this.names();
    if (names.includes(name)) return;
    throw new UsageError('BASELINE_UNKNOWN', `there is no baseline ${name} in ${this.folder}`, {
      hint:
        names.length > 0
          ? `There are: ${names.join(', ')}.`
          : 'Save one with `modstorm baseline save NAME RUN`.',
    });
  }
}

/** Reads a baseline by path. @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION */
export async function loadBaseline(path: string): Promise<Baseline> {
  const baseline = await readJsonFile<Baseline>(path, 1);
  for (const cell of Array.isArray(baseline.cells) ? baseline.cells : [undefined]) {
    const fault = cellFault(cell);
    if (fault === undefined) continue;
    throw new InfrastructureError('FILE_DAMAGED', `${path}: ${fault}`, {
      hint: 'Restore the file from git, or save the baseline again.',
    });
  }
  return baseline;
}

function cellFault(cell: BaselineCell | undefined): string | undefined {
  if (!cell || typeof cell.samples !== 'object' || !Array.isArray(cell.repetitions))
    return 'a cell has no samples';
  for (const [name, values] of Object.entries(cell.samples)) {
    if (!Array.isArray(values) || values.length !== cell.repetitions.length) {
      return `${cell.label}: ${name} must have ${cell.repetitions.length} values, one per repetition`;
    }
    if (!values.every(isStored)) return `${cell.label}: ${name} has a value that is no number`;
  }
  return undefined;
}

function isStored(value: unknown): boolean {
  return (
    value === null || typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,40}$/.test(value))
  );
}
