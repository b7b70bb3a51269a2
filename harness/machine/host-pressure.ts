import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import type { HostPressure } from '../measurement/record.ts';

/** A reading of counters of the host, which never decrease. */
export interface PressureReading {
  /** Monotonic time, ns. */
  timeNs: number;
  /** CPU time since boot over all CPUs, in ticks of /proc/stat. */
  cpuTicks: number;
  /** The part of it that the hypervisor took away from runnable CPUs, in ticks. */
  stolenTicks: number;
  /** Time since boot in which some task waited for a CPU, µs; undefined if the kernel has no PSI. */
  waitingUs: number | undefined;
}

/**
 * Reads the first line of /proc/stat: ten columns of ticks, of which steal is the eighth. Guest time (ninth and tenth) is
 * already part of user and nice time. See Documentation/filesystems/proc.rst in the kernel.
 * @returns undefined if the text is not of this form
 */
export function parseCpuTicks(stat: string): { cpuTicks: number; stolenTicks: number } | undefined {
  const [label, ...columns] = stat.slice(0, stat.indexOf('\n')).split(/ +/);
  const ticks = columns.slice(0, 8).map(Number);
  const stolenTicks = ticks[7];
  if (label !== 'cpu' || stolenTicks === undefined || !ticks.every(Number.isSafeInteger)) return undefined;
  return { cpuTicks: ticks.reduce((sum, value) => sum + value, 0), stolenTicks };
}

/**
 * Reads `some … total=` of /proc/pressure/cpu, µs. See Documentation/accounting/psi.rst in the kernel.
 * @returns undefined if the text is not of this form
 */
export function parseWaiting(pressure: string): number | undefined {
  const some = pressure.split('\n').find(line => line.startsWith('some '));
  const total = some?.split(' ').find(word => word.startsWith('total='));
  const value = Number(total?.slice('total='.length) || Number.NaN);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The pressure between two readings; undefined if no time passed between them. Pure. */
export function pressureBetween(
  first: PressureReading,
  last: PressureReading,
): Pick<HostPressure, 'stealShare' | 'waitShare'> | undefined {
  const ticks = last.cpuTicks - first.cpuTicks;
  const elapsedNs = last.timeNs - first.timeNs;
  if (ticks <= 0 || elapsedNs <= 0) return undefined;
  const stealShare = share((last.stolenTicks - first.stolenTicks) / ticks);
  if (first.waitingUs === undefined || last.waitingUs === undefined) return { stealShare };
  return { stealShare, waitShare: share(((last.waitingUs - first.waitingUs) * 1000) / elapsedNs) };
}

/** Counters of different granularity may disagree by a tick. */
function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Measures the load of the host besides a guest, from its creation on. */
export class PressureMeter {
  readonly #now: () => number;
  readonly #first: PressureReading | undefined;

  /** @param now monotonic time, ns */
  constructor(now: () => number) {
    this.#now = now;
    this.#first = this.#read();
  }

  /** The pressure since the meter was created; undefined on a host without /proc/stat. */
  measure(): HostPressure | undefined {
    const last = this.#read();
    const between = this.#first && last && pressureBetween(this.#first, last);
    if (!between) return undefined;
    const pressure: HostPressure = { ...between, loadPerCpu: (loadavg()[0] ?? 0) / availableParallelism() };
    const megahertz = readMegahertz();
    if (megahertz !== undefined) pressure.megahertz = megahertz;
    return pressure;
  }

  #read(): PressureReading | undefined {
    const ticks = parseCpuTicks(readProc('/proc/stat'));
    return (
      ticks && { ...ticks, timeNs: this.#now(), waitingUs: parseWaiting(readProc('/proc/pressure/cpu')) }
    );
  }
}

const frequencyPolicies = '/sys/devices/system/cpu/cpufreq';

/** The mean clock frequency over the policies of cpufreq; undefined on a host without it, such as most guests. */
function readMegahertz(): number | undefined {
  let policies: string[];
  try {
    policies = readdirSync(frequencyPolicies).filter(name => name.startsWith('policy'));
  } catch {
    // The host has no cpufreq.
    return undefined;
  }
  const kilohertz = policies
    .map(name => Number(readProc(`${frequencyPolicies}/${name}/scaling_cur_freq`) || Number.NaN))
    .filter(value => value > 0);
  if (kilohertz.length === 0) return undefined;
  return Math.round(kilohertz.reduce((sum, value) => sum + value, 0) / kilohertz.length / 1000);
}

/** A file of procfs or sysfs; empty if this kernel does not have it. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
