import { UsageError } from '../errors.ts';
import { canonicalJson } from '../files/digest.ts';
import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import type { StoredValue } from '../measurement/record.ts';
import { cellFacts, type Facts, runFacts } from './comparison-key.ts';
import { kernelOfCell } from './kernel-of-cell.ts';
import type { RunContent } from './run-folder.ts';
import type { RunRecord } from './run-record.ts';
import { type CellSamples, passedValues, samplesByCell, storeValue } from './sample.ts';

/** A cell of a baseline. */
export interface BaselineCell {
  id: string;
  label: string;
  settings: Record<string, string>;
  /** The design of its workload; absent in baselines of older versions. */
  design?: WorkloadDesign;
  /** Object digest of the kernel that it booted; absent in baselines of older versions. */
  kernel?: string;
  facts: Facts;
  /** Releases of the kernels that ran. For display only, not compared. */
  release?: string;
  /** Repetitions of the trials that passed. Every sample is aligned with them. */
  repetitions: number[];
  /** Number of boots that failed, crashed or hung; absent means none. */
  failed?: number;
  /** Metric to one value per repetition; null if that trial did not measure it. */
  samples: Record<string, (StoredValue | null)[]>;
}

/** results/baselines/NAME.json: the samples of a run, with the facts that determine what they may be compared with. */
export interface Baseline {
  version: 1;
  name: string;
  /** Name of the run it was saved from, and when that run began (ISO 8601 UTC). */
  run: string;
  startedAt: string;
  matrix: string;
  facts: Facts;
  /** The metrics that its workloads declared. */
  workloadMetrics?: RunRecord['workloadMetrics'];
  cells: BaselineCell[];
}

/**
 * Makes a baseline from a run. Pure. Cells without a passed trial are left out.
 * @throws UsageError BASELINE_EMPTY if no trial passed
 */
export function makeBaseline(name: string, { run, plan, records }: RunContent): Baseline {
  const measured = [...samplesByCell(plan, records).values()].filter(({ passed }) => passed.length > 0);
  if (measured.length === 0) {
    throw new UsageError(
      'BASELINE_EMPTY',
      `${run.run} has no trial that passed, so there is nothing to save`,
      {
        hint: 'See `modstorm report` for what went wrong.',
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
    ...(run.workloadMetrics && { workloadMetrics: run.workloadMetrics }),
    cells,
  };
}

function baselineCell(samples: CellSamples, run: RunRecord): BaselineCell {
  const release = samples.records.find(record => record.capabilities)?.capabilities?.release;
  const kernel = kernelOfCell(run, samples.cell.settings);
  const failed = samples.bad.filter(bad => bad === true).length;
  const stored = [...samples.values.keys()]
    .sort()
    .map(name => [
      name,
      passedValues(samples, name).map(value => (value === null ? null : storeValue(value))),
    ]);
  return {
    id: samples.cell.id,
    label: samples.cell.label,
    settings: samples.cell.settings,
    design: samples.cell.design,
    ...(kernel !== undefined && { kernel }),
    facts: cellFacts(samples, run),
    ...(release !== undefined && { release }),
    repetitions: samples.passed,
    ...(failed > 0 && { failed }),
    samples: Object.fromEntries(stored),
  };
}

/** The text of a baseline: sorted, one sample per line, so that a diff shows what changed. */
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
