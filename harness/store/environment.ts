import { readFileSync } from 'node:fs';
import { arch, availableParallelism, release } from 'node:os';
import type { HostEnvironment } from './run-record.ts';

/** The sources of host information; replaced in tests. */
export interface EnvironmentSource {
  /** Content of a file of /proc, /sys or /etc; undefined if it does not exist or is not readable. */
  read: (path: string) => string | undefined;
  cores: number;
  kernel: string;
  architecture: string;
  node: string;
}

/** The host of this process. Unknown facts are left out, never guessed. */
export function readHostEnvironment(source: EnvironmentSource = thisHost()): HostEnvironment {
  const cpuinfo = keyedLines(source.read('/proc/cpuinfo') ?? '');
  const distribution = keyedLines(source.read('/etc/os-release') ?? '').get('PRETTY_NAME');
  const governor = source.read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor')?.trim();
  const smt = source.read('/sys/devices/system/cpu/smt/active')?.trim();
  const flags = cpuinfo.get('flags')?.split(' ');
  const load = Number.parseFloat(source.read('/proc/loadavg') ?? '');
  return {
    cpuModel: cpuModel(cpuinfo),
    cores: source.cores,
    memoryBytes: memoryBytes(source.read('/proc/meminfo') ?? ''),
    kernel: source.kernel,
    architecture: source.architecture,
    ...(distribution !== undefined && { distribution: distribution.replaceAll('"', '') }),
    ...(governor && { governor }),
    ...((smt === '0' || smt === '1') && { smt: smt === '1' }),
    ...(flags && { virtual: flags.includes('hypervisor') }),
    ...(Number.isFinite(load) && { loadAverage: load }),
    node: source.node,
  };
}

/** x86 and most others print `model name`; arm64 only prints numbers, which are at least stable. */
function cpuModel(cpuinfo: Map<string, string>): string {
  const named = cpuinfo.get('model name') ?? cpuinfo.get('cpu model') ?? cpuinfo.get('cpu');
  if (named) return named.replaceAll(/\s+/g, ' ');
  const implementer = cpuinfo.get('CPU implementer');
  if (!implementer) return 'unknown';
  return `arm implementer ${implementer} part ${cpuinfo.get('CPU part') ?? '?'} variant ${cpuinfo.get('CPU variant') ?? '?'}`;
}

function memoryBytes(meminfo: string): number {
  const kib = Number.parseInt(keyedLines(meminfo).get('MemTotal') ?? '', 10);
  return Number.isFinite(kib) ? kib * 1024 : 0;
}

/** The first value of each key of `key : value` or `KEY=value` lines. */
function keyedLines(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.search(/[:=]/);
    if (at < 0) continue;
    const key = line.slice(0, at).trim();
    if (!values.has(key)) values.set(key, line.slice(at + 1).trim());
  }
  return values;
}

function thisHost(): EnvironmentSource {
  return {
    read: path => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        // Which of these files exist depends on the machine or container. A missing file means a missing fact.
        return undefined;
      }
    },
    cores: availableParallelism(),
    kernel: release(),
    architecture: arch(),
    node: process.version,
  };
}
