import { readFile } from 'node:fs/promises';

/**
 * Frequency of the host's time stamp counter in kHz, for `tsc_early_khz=` on the command line of an emulated guest,
 * which uses the same counter. By default the kernel calibrates against an emulated PIT or HPET. On a busy host the result
 * can be wrong by any factor, and the later refinement rejects differences above 1 % (arch/x86/kernel/tsc.c).
 * @param cpuinfo text of the host's /proc/cpuinfo; on x86 its bogomips are twice the TSC's MHz
 * @returns undefined if it is not there
 */
export function timeStampKilohertz(cpuinfo: string): number | undefined {
  const bogomips = /^bogomips\s*:\s*(\d{1,6}(?:\.\d{1,4})?)$/m.exec(cpuinfo)?.[1];
  const kilohertz = Math.round((Number(bogomips) / 2) * 1000);
  return kilohertz > 0 ? kilohertz : undefined;
}

/** `timeStampKilohertz` of this host. */
export async function readTimeStampKilohertz(): Promise<number | undefined> {
  if (process.arch !== 'x64') return undefined;
  return timeStampKilohertz(await readFile('/proc/cpuinfo', 'utf8'));
}

/**
 * Loops per jiffy of an emulated guest, for `lpj=` on its command line: the frequency of its time stamp counter is
 * known, so its delay loop need not be calibrated on each vCPU in turn (0.27 s each: without a constant TSC the kernel
 * does not reuse the boot CPU's value, see init/calibrate.c).
 * @param kilohertz of the guest's time stamp counter
 * @param config text of the guest kernel's configuration, for CONFIG_HZ
 * @returns undefined if either is unknown; the kernel then calibrates by itself
 */
export function delayLoops(kilohertz: number | undefined, config: string): number | undefined {
  const frequency = /^CONFIG_HZ=(\d{2,4})$/m.exec(config)?.[1];
  if (kilohertz === undefined || frequency === undefined) return undefined;
  const loops = Math.round((kilohertz * 1000) / Number(frequency));
  return loops > 0 ? loops : undefined;
}

/**
 * `delayLoops` for a kernel whose configuration is in a file.
 * @throws the error of the file system if the file cannot be read
 */
export async function readDelayLoops(
  kilohertz: number | undefined,
  configFile: string,
): Promise<number | undefined> {
  return delayLoops(kilohertz, await readFile(configFile, 'utf8'));
}

/**
 * Frequency of the time stamp counter, in kHz, of a guest whose clock follows its instructions: QEMU then counts
 * nanoseconds of the guest's time (icount_get() in accel/tcg).
 */
export const countedKilohertz = 1e6;
