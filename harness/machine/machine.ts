import type { Crash } from '../measurement/crashes/crash.ts';
import type { TrialPhase } from '../measurement/record.ts';

/** KVM or emulation. */
export type Accelerator = 'kvm' | 'tcg';

/** Which accelerator is used and what proves it. */
export interface AcceleratorProof {
  accelerator: Accelerator;
  /** What was asked for. */
  requested: 'auto' | 'kvm' | 'tcg';
  /** One sentence: `smoke boot said hello in 0.9 s`, or why KVM is not used. */
  reason: string;
}

/** The plugin of QEMU that counts instructions, and the file that it writes to. */
export interface InstructionCounter {
  plugin: string;
  file: string;
}

/** All that decides a QEMU command line; `qemuArguments` is a pure function of it. */
export interface MachineSettings {
  qemu: string;
  accelerator: Accelerator;
  /** Cores of the host; TCG with more vCPUs than that translates single-threaded. */
  hostCores: number;
  vcpus: number;
  memoryBytes: number;
  numaNodes: number;
  cpuModel?: string | undefined;
  /** `lpj=` for an emulated guest, see `delayLoops`; without it every vCPU is calibrated in turn. */
  delayLoops?: number | undefined;
  /** `tsc_early_khz=` for an emulated guest, see `timeStampKilohertz`; without it the guest calibrates its clock. */
  timeStampKilohertz?: number | undefined;
  /** Lets the guest's clock follow its instructions and counts these; emulated guests only. */
  counter?: InstructionCounter | undefined;
  kernelImage: string;
  initramfs: string;
  /** Words appended to the kernel command line: the cell's own and `modstorm.trial=…`. */
  commandLine: string;
  /** Where the serial console goes; `-` for the terminal of whoever pastes the line of --dry-run. */
  consoleFile: string;
  /** Unix socket path for the channel, listened on before QEMU starts; undefined for --dry-run (a file is used). */
  channelSocket?: string | undefined;
  channelFile?: string | undefined;
  qmpSocket?: string | undefined;
}

/** Deadlines of a trial, ns, already scaled for TCG and overcommit. */
export interface Deadlines {
  boot: number;
  prepare: number;
  workload: number;
  collect: number;
  shutdown: number;
  /** No byte on channel and console for this long, while no other phase deadline is nearer. */
  silence: number;
  total: number;
}

/** How a guest's life ended, before any number is judged. */
export type MachineEnd =
  | { kind: 'finished' }
  /** The evidence says where the guest stands: its state and the instruction pointers of its vCPUs. */
  | { kind: 'timeout'; phase: TrialPhase; reason: string; evidence?: string | undefined }
  | { kind: 'crashed'; crash: Crash }
  /** Frames were lost or damaged on the way: a matter of the harness or of virtio, never of the workload. */
  | { kind: 'channel'; reason: string }
  /** QEMU died by itself or would not start. */
  | { kind: 'qemu'; reason: string; evidence: string }
  | { kind: 'interrupted' };
