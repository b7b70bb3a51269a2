import type { Crash } from '../measurement/crashes/crash.ts';
import type { TrialPhase } from '../measurement/record.ts';

/** KVM or emulation. */
export type Accelerator = 'kvm' | 'tcg';

/** The chosen accelerator and the reason. */
export interface AcceleratorProof {
  accelerator: Accelerator;
  /** The request. */
  requested: 'auto' | 'kvm' | 'tcg';
  /** One sentence: `smoke boot said hello in 0.9 s`, or why KVM is not used. */
  reason: string;
  /** The `-cpu` with which KVM was proved; absent under emulation and in runs of older versions, where it was `host`. */
  cpu?: string;
  /** Features of the host's CPU that guests do not have; absent if none. */
  omitted?: string[];
  /** The CPUs that were tried before without success; absent if none. */
  tried?: { cpu: string; reason: string }[];
}

/** The QEMU plugin that counts instructions, and its output file. */
export interface InstructionCounter {
  plugin: string;
  file: string;
}

/** Everything that determines a QEMU command line. `qemuArguments` is a pure function of it. */
export interface MachineSettings {
  qemu: string;
  accelerator: Accelerator;
  /** Cores of the host. With more vCPUs than that, TCG translates single-threaded. */
  hostCores: number;
  vcpus: number;
  memoryBytes: number;
  numaNodes: number;
  cpuModel?: string | undefined;
  /** `lpj=` for an emulated guest, see `delayLoops`. Without it every vCPU is calibrated in turn. */
  delayLoops?: number | undefined;
  /** `tsc_early_khz=` for an emulated guest, see `timeStampKilohertz`. Without it the guest calibrates its clock. */
  timeStampKilohertz?: number | undefined;
  /** Makes the guest's clock follow its instructions, and counts them. Emulated guests only. */
  counter?: InstructionCounter | undefined;
  kernelImage: string;
  initramfs: string;
  /** Words appended to the kernel command line: the cell's own and `modstorm.trial=…`. */
  commandLine: string;
  /** File for the serial console; `-` for the terminal, with --dry-run. */
  consoleFile: string;
  /** Unix socket for the channel, which listens before QEMU starts; undefined for --dry-run (a file is used). */
  channelSocket?: string | undefined;
  channelFile?: string | undefined;
  qmpSocket?: string | undefined;
}

/** Deadlines of a trial, in ns, already scaled for TCG and overcommit. */
export interface Deadlines {
  boot: number;
  prepare: number;
  workload: number;
  collect: number;
  shutdown: number;
  /** Maximum time without a byte on channel and console, unless another deadline is nearer. */
  silence: number;
  total: number;
}

/** How a guest ended, before any number is judged. */
export type MachineEnd =
  | { kind: 'finished' }
  /** The evidence shows where the guest is stuck: its state and the instruction pointers of its vCPUs. */
  | { kind: 'timeout'; phase: TrialPhase; reason: string; evidence?: string | undefined }
  | { kind: 'crashed'; crash: Crash }
  /** Frames were lost or damaged in transit: the fault of the harness or of virtio, never of the workload. */
  | { kind: 'channel'; reason: string }
  /** QEMU died by itself or did not start. */
  | { kind: 'qemu'; reason: string; evidence: string }
  /** The host, or QEMU as a whole, did not go on: nothing follows for the guest, and the trial can be done again. */
  | { kind: 'stalled'; reason: string; evidence: string }
  | { kind: 'interrupted' };
