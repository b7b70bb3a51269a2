import { portName } from '../channel/protocol.ts';
import type { MachineSettings } from './machine.ts';

/**
 * Kernel parameters of every guest. They precede the cell's own parameters, so that a cell can override them.
 *
 * - `console=ttyS0 loglevel=5`: warnings and worse reach the serial file, the fallback if the channel is lost. Printing
 *   everything (14 KB) does not slow down a boot, but would slow down a workload that makes the kernel print a lot.
 * - `panic=-1` with QEMU's `-no-reboot`: a panic ends the machine at once, after the whole report has been printed.
 * - `log_buf_len=1M`: the default of 128 KiB (LOG_BUF_SHIFT 17) overflows when enable_dups_trace prints a hundred stacks
 *   at once, and records that are overwritten before being read are lost.
 * - `oops=panic`: numbers from a kernel that continued after an oops are worthless.
 */
const guestCommandLine = ['console=ttyS0', 'loglevel=5', 'log_buf_len=1M', 'panic=-1', 'oops=panic'] as const;

/**
 * Additional parameters of an emulated guest. Its TSC is the host's and reliable, and a timer interrupt that is late
 * because other vCPUs ran does not mean a broken timer. Measured with `lpj=` on 2 cores, busy, thread=single: 64 vCPUs up in
 * 10.1 s instead of 47.5 s (CPU time 3.9 s instead of 9.1 s), 8 in 3.4 s instead of 6.1 s. Only timekeeping is affected, so
 * the counts of the module loader do not change. With `tsc_early_khz=` (see `timeStampKilohertz`) the guest also
 * knows its clock frequency: a guest that calibrated against the emulated PIT of a busy host counted 247 s in 35 s.
 */
const emulatedCommandLine = ['tsc=reliable', 'no_timer_check'] as const;

/**
 * From this number on, a guest whose vCPUs share one thread gets `lateProcessors` and `codeBuffer`. With 64 vCPUs they make
 * no difference (whole trials with 100 loaders, 2 idle cores: 6.3 and 6.4 s of CPU time), with 128 they do.
 */
const manyVcpus = 128;

/**
 * The kernel boots on one CPU and the agent brings up the others before its hello (guests/agent/init/processors.h), so it
 * makes no difference to a workload. Until the kernel has a high-resolution clock source, late in its boot, each online
 * CPU takes a tick every 10 ms; the 25500 ticks per second of 255 vCPUs leave a single thread no time for anything
 * else. Measured on 2 idle cores (single runs): 255 booted at once had not booted after 200 s, 255 brought up
 * later are up after 16 s; a whole trial of 128 takes 9.5 s of CPU time with 100 loaders, and took 14.2 s with 8.
 */
const lateProcessors = 'maxcpus=1';

/**
 * 16 MiB for translated code. QEMU marks i386 code as position-independent, and then every dropped block flushes the jump
 * cache of every vCPU (tb_jmp_cache_inval_tb: 64 KiB each, 16 MiB for 255). When the kernel frees its init
 * code it drops 5600 blocks, which took 14 s of a boot with 255 vCPUs. A buffer that overflows earlier drops all blocks
 * at once. A whole trial of 255 takes 33 s of CPU time instead of 41 s; with a buffer of 8 MiB a boot of 128 takes
 * 10.0 s instead of 7.6 s.
 */
const codeBuffer = 'tb-size=16';

/**
 * Firmware for a guest whose vCPUs share one thread: qboot, which QEMU ships for its microvm. With SeaBIOS,
 * 1762 translated blocks were dropped until the kernel ran, with qboot 182, each at the cost described above. A whole
 * trial of 255 takes 30 s of CPU time instead of 33 s.
 */
const manyProcessorFirmware = 'qboot.rom';

/**
 * The arguments of QEMU (without the program itself) for a guest without network, display, default devices and user
 * configuration. Pure: equal settings give equal arguments. QEMU connects to the sockets; the caller listens first.
 *
 * Options that were tried under TCG and made no difference (medians of 9 interleaved boots to power off, QEMU 7.2, 2 vCPUs,
 * 0.68 to 0.73 s of CPU time each): qboot instead of SeaBIOS; q35 without SMM, SATA, SMBus, vmport; `max` without LA57.
 * 4 GiB instead of 1 GiB of memory adds 0.15 s. With 128 and 255 vCPUs (single runs): `cpuhp.parallel=0` is slower, 255
 * are up after 29 s instead of 20 s (guest's time, both at once); `-icount` did not get past early boot in 60 s;
 * QEMU 10.0 was no quicker.
 */
export function qemuArguments(settings: MachineSettings): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-machine', 'q35'],
    ...(sharesOneThread(settings) ? ['-bios', manyProcessorFirmware] : []),
    ...acceleratorArguments(settings),
    ...counterArguments(settings),
    ...processorArguments(settings),
    ...memoryArguments(settings),
    ...deviceArguments(settings),
    ...['-kernel', settings.kernelImage, '-initrd', settings.initramfs],
    ...['-append', kernelCommandLine(settings)],
  ];
}

/**
 * Whether TCG runs all vCPUs in one thread. With more vCPUs than cores, spinning threads would starve the others, and if
 * the clock follows the instructions they must take turns.
 * @param counted whether the clock follows the instructions
 */
export function translatesSingleThreaded(
  settings: Pick<MachineSettings, 'vcpus' | 'hostCores'>,
  counted = false,
): boolean {
  return counted || settings.vcpus > settings.hostCores;
}

function sharesOneThread(settings: MachineSettings): boolean {
  const counted = settings.counter !== undefined;
  return settings.accelerator === 'tcg' && translatesSingleThreaded(settings, counted);
}

function kernelCommandLine(settings: MachineSettings): string {
  const words: string[] = [...guestCommandLine];
  if (settings.accelerator === 'tcg') {
    words.push(...emulatedCommandLine);
    if (sharesOneThread(settings) && settings.vcpus >= manyVcpus) words.push(lateProcessors);
    if (settings.timeStampKilohertz !== undefined) {
      words.push(`tsc_early_khz=${settings.timeStampKilohertz}`);
    }
    if (settings.delayLoops !== undefined) words.push(`lpj=${settings.delayLoops}`);
  }
  return [...words, settings.commandLine.trim()].filter(Boolean).join(' ');
}

function acceleratorArguments(settings: MachineSettings): string[] {
  if (settings.accelerator === 'kvm') return ['-accel', 'kvm'];
  if (!sharesOneThread(settings)) return ['-accel', 'tcg,thread=multi'];
  return ['-accel', `tcg,thread=single${settings.vcpus < manyVcpus ? '' : `,${codeBuffer}`}`];
}

/**
 * An instruction takes 4 ns of the guest's time. With 1 ns, the kernel's fixed delays make a boot take 200
 * million instructions, with 4 ns 101 million, with 16 ns 77 million. But with 16 ns a timer interrupt comes every 250 000
 * instructions, and the spread of a storm is 1 % instead of 0.1 %. While all vCPUs are idle, time passes as on the host:
 * with `sleep=off` it would jump to the next timer, and waits for the host would time out at once. The spread is the same.
 */
const instructionClock = 'shift=2,sleep=on';

/** The date of a guest whose clock must not follow the host's. No workload uses it. */
const instructionDate = 'base=2026-01-01T00:00:00,clock=vm';

function counterArguments({ counter }: MachineSettings): string[] {
  if (!counter) return [];
  const plugin = `file=${escapeValue(counter.plugin)},out=${escapeValue(counter.file)}`;
  return ['-icount', instructionClock, '-rtc', instructionDate, '-plugin', plugin];
}

function processorArguments(settings: MachineSettings): string[] {
  const model = settings.cpuModel ?? (settings.accelerator === 'kvm' ? 'host' : 'max');
  const { vcpus, numaNodes } = settings;
  // Explicit, because QEMU's default changed from sockets to cores in 6.2. Cores of one socket share a cache, and Linux
  // warns if they belong to several nodes ("llc-sibling ... is not on the same node"). One socket per CPU, because a socket
  // of 51 cores would take 64 of the 255 APIC IDs.
  const sockets = numaNodes > 1 ? vcpus : 1;
  return ['-cpu', model, '-smp', `cpus=${vcpus},sockets=${sockets},cores=${vcpus / sockets},threads=1`];
}

function memoryArguments(settings: MachineSettings): string[] {
  const { memoryBytes, numaNodes, vcpus } = settings;
  const words = ['-m', size(memoryBytes)];
  if (numaNodes <= 1) return words;
  const share = Math.floor(memoryBytes / numaNodes / mebibyte) * mebibyte;
  for (let node = 0; node < numaNodes; node++) {
    const bytes = node === numaNodes - 1 ? memoryBytes - share * (numaNodes - 1) : share;
    const first = Math.ceil((node * vcpus) / numaNodes);
    const last = Math.ceil(((node + 1) * vcpus) / numaNodes) - 1;
    const cpus = first > last ? '' : `,cpus=${first === last ? first : `${first}-${last}`}`;
    words.push('-object', `memory-backend-ram,id=memory${node},size=${size(bytes)}`);
    words.push('-numa', `node,nodeid=${node},memdev=memory${node}${cpus}`);
  }
  return words;
}

function deviceArguments(settings: MachineSettings): string[] {
  // QEMU would truncate a file that is /dev/stdout, including what the shell has written to it.
  const { consoleFile } = settings;
  const console =
    consoleFile === '-' ? 'stdio,id=console' : `file,id=console,path=${escapeValue(consoleFile)}`;
  const words = ['-chardev', console, '-serial', 'chardev:console'];
  const channel =
    settings.channelSocket !== undefined
      ? `socket,id=channel,path=${escapeValue(settings.channelSocket)}`
      : settings.channelFile !== undefined
        ? `file,id=channel,path=${escapeValue(settings.channelFile)}`
        : 'null,id=channel';
  words.push('-chardev', channel);
  // Two ports: number 0 is reserved for a console. The default of 31 would only add 58 idle virtqueues.
  words.push('-device', 'virtio-serial-pci,max_ports=2');
  words.push('-device', `virtserialport,chardev=channel,name=${portName}`);
  if (settings.qmpSocket !== undefined) {
    words.push('-chardev', `socket,id=qmp,path=${escapeValue(settings.qmpSocket)}`);
    words.push('-mon', 'chardev=qmp,mode=control');
  }
  return words;
}

const mebibyte = 1024 ** 2;

/** QEMU interprets a bare number as mebibytes, so always write the unit. */
function size(bytes: number): string {
  return bytes % mebibyte === 0 ? `${bytes / mebibyte}M` : `${Math.ceil(bytes / 1024)}K`;
}

/** A value in QEMU's option syntax, where a comma inside a value is doubled. */
export function escapeValue(text: string): string {
  return text.replaceAll(',', ',,');
}
