import { digestOf } from '../files/digest.ts';
import { type Facts, runFacts } from './comparison-key.ts';
import type { RunRecord } from './run-record.ts';

/**
 * What two shards of one run must agree on, and do not: one phrase each, `seed 7 -> 8`. Hosts may have different CPUs, because
 * compared cells are always in one shard.
 */
export function shardDifferences(base: RunRecord, other: RunRecord): string[] {
  const [left, right] = [sharedFacts(base, other), sharedFacts(other, base)];
  const found = Object.keys(left).filter(fact => left[fact] !== right[fact]);
  // The seed and the matrix are part of the plan: if they differ, they say it better.
  const reasons = found.length > 1 ? found.filter(fact => fact !== 'plan') : found;
  return reasons.map(fact => `${fact} ${left[fact] ?? 'unknown'} -> ${right[fact] ?? 'unknown'}`);
}

function sharedFacts(run: RunRecord, other: RunRecord): Facts {
  const { cpu_model: _, ...facts } = runFacts(run);
  return {
    matrix: `${run.matrix.name} ${short(digestOf(run.matrix))}`,
    seed: String(run.seed),
    shards: String(run.shard?.count),
    'cells of the plan': short(digestOf(run.shard?.cells ?? [])),
    plan: short(run.planDigest),
    modstorm: `${run.tool.version} ${run.tool.revision ?? ''}`.trim(),
    architecture: run.host.architecture,
    ...facts,
    ...workloadFacts(run, other),
    ...kernelFacts(run, other),
  };
}

/** Version and metrics of the workloads that both have. */
function workloadFacts(run: RunRecord, other: RunRecord): Facts {
  const shared = Object.keys(run.workloads).filter(name => Object.hasOwn(other.workloads, name));
  return Object.fromEntries(
    shared.map(name => {
      const metrics = short(digestOf(run.workloadMetrics?.[name] ?? []));
      return [`workload ${name}`, `${run.workloads[name]} (metrics ${metrics})`];
    }),
  );
}

/** Image, modules and config of the kernels that both have. */
function kernelFacts(run: RunRecord, other: RunRecord): Facts {
  const theirs = new Set(other.kernels.map(nameOf));
  return Object.fromEntries(
    run.kernels
      .filter(kernel => theirs.has(nameOf(kernel)))
      .map(kernel => [
        `kernel ${nameOf(kernel)}`,
        `${kernel.release} ${short(kernel.objectDigest)}, config ${short(kernel.configDigest ?? 'unknown')}`,
      ]),
  );
}

function nameOf({ kernel, config }: { kernel: string; config: string }): string {
  return `${kernel}/${config}`;
}

function short(digest: string): string {
  return digest.slice(0, 12);
}
