import type { Cell } from '../matrix/matrix.ts';
import type { Capabilities, TrialRecord } from '../measurement/record.ts';
import type { RunRecord } from './run-record.ts';

/** Name of a fact to its value, as text. Both sides of a comparison must agree on all of them. */
export type Facts = Record<string, string>;

/** A fact on which two sides do not agree. */
export interface FactDifference {
  fact: string;
  /** Undefined if that side does not know the fact. */
  base: string | undefined;
  new: string | undefined;
}

/** The facts of a whole run: its host and tools. If it was merged from hosts that differ, its cells have the CPU model. */
export function runFacts(run: RunRecord): Facts {
  return {
    accelerator: run.accelerator.accelerator,
    // Only if it is not the host's: runs of versions without other CPUs do not have this fact.
    ...(run.accelerator.cpu !== undefined &&
      run.accelerator.cpu !== 'host' && { kvm_cpu: run.accelerator.cpu }),
    ...(!hasUnlikeHosts(run) && { cpu_model: run.host.cpuModel }),
    qemu: run.qemu.version,
  };
}

/** Whether a run was merged from shards of hosts with different CPUs. */
function hasUnlikeHosts({ shards = [] }: Pick<RunRecord, 'shards'>): boolean {
  return new Set(shards.map(({ host }) => host.cpuModel)).size > 1;
}

/**
 * The facts of one cell: what was measured, by which version of the workload, and what the guest showed about
 * itself. The kernel's release is not included, because comparing releases is what the tool is for.
 */
export function cellFacts(
  samples: { cell: Cell; records: readonly TrialRecord[] },
  run: Pick<RunRecord, 'workloads' | 'shards'>,
): Facts {
  const name = samples.cell.workload.name;
  const shard = hasUnlikeHosts(run)
    ? run.shards?.find(({ cells }) => cells.includes(samples.cell.id))
    : undefined;
  const capabilities = samples.records.find(
    record => record.outcome.kind === 'passed' && record.capabilities,
  )?.capabilities;
  return {
    workload: `${name} ${run.workloads[name] ?? '?'}`,
    ...(shard && { cpu_model: shard.host.cpuModel }),
    // Only if it is not the default: runs of versions without other clocks do not have this fact.
    ...(samples.cell.clock === 'host' ? {} : { clock: samples.cell.clock }),
    // A traced boot is another thing than an untraced one, and no axis explains that.
    ...(isTraced(samples.cell.config) ? { traced: 'true' } : {}),
    ...(capabilities && capabilityFacts(capabilities)),
  };
}

function isTraced(config: string): boolean {
  return config.split('+').some(name => name.trim() === 'trace');
}

function capabilityFacts(capabilities: Capabilities): Facts {
  return {
    module_stats: String(capabilities.moduleStats),
    autoload_dups: String(capabilities.autoloadDups),
    dups_trace: String(capabilities.dupsTrace),
    decompress: String(capabilities.decompress),
    cpus_online: String(capabilities.cpusOnline),
  };
}

/** The facts that differ, by name. A fact that only one side knows is a difference. */
export function differences(base: Facts, next: Facts): FactDifference[] {
  const names = new Set([...Object.keys(base), ...Object.keys(next)]);
  return [...names]
    .filter(name => base[name] !== next[name])
    .sort()
    .map(fact => ({ fact, base: base[fact], new: next[fact] }));
}

/** The facts that an axis affects: two cells that differ in the axis may differ in these facts. */
const factsOfAxis: Readonly<Record<string, readonly string[]>> = {
  config: ['module_stats', 'autoload_dups', 'dups_trace', 'decompress'],
  kernel: ['module_stats', 'autoload_dups', 'dups_trace', 'decompress'],
  command_line: ['dups_trace', 'cpus_online'],
  decompress: ['decompress'],
  compression: ['decompress'],
  vcpus: ['cpus_online'],
  workload: ['workload'],
};

/** `differences` without those explained by the compared axis, because they are the subject of the comparison. */
export function unexplainedDifferences(base: Facts, next: Facts, axis: string | undefined): FactDifference[] {
  const explained = axis === undefined ? undefined : factsOfAxis[axis];
  return differences(base, next).filter(({ fact }) => !explained?.includes(fact));
}
