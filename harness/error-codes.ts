/** Whose fault an error is: what the reader should do next depends on it, and so does the exit code. */
export type Fault = 'user' | 'kernel' | 'guest' | 'harness';

/** What a code stands for. */
interface ErrorMeaning {
  fault: Fault;
  /** The exit code of a command that ends with this error, where it is not the one of its fault. */
  exit?: number;
  /** One sentence without a full stop, for the reference. */
  meaning: string;
}

/**
 * Every error code, sorted. A code is stable: scripts may match it, so it may be added or dropped, but never renamed or
 * given another meaning. `harness/error-codes.md` is generated from this table by `npm run generate`.
 */
export const errorCodes = {
  AGENT_CONFIG: { fault: 'user', meaning: "A workload cannot be written into the agent's configuration" },
  APT_CLOSURE_FAILED: {
    fault: 'harness',
    meaning: 'apt finds no consistent dependencies for the packages of the guests',
  },
  APT_DOWNLOAD_FAILED: { fault: 'harness', meaning: 'A Debian package cannot be fetched' },
  APT_KEYRING_MISSING: { fault: 'harness', meaning: "Debian's archive keys are not on the host" },
  APT_NO_CANDIDATE: {
    fault: 'harness',
    meaning: 'Debian offers no such package, or not in this version or suite',
  },
  APT_UPDATE_FAILED: {
    fault: 'harness',
    meaning: 'The package lists of Debian cannot be read, and there are no older ones',
  },
  AXIS_VALUE_INVALID: { fault: 'user', meaning: 'A value of an axis is not what the axis takes' },
  BASELINE_EMPTY: { fault: 'user', meaning: 'The run has no trial that passed, so there is nothing to save' },
  BASELINE_EXISTS: { fault: 'user', meaning: 'A baseline of this name exists already' },
  BASELINE_NAME: { fault: 'user', meaning: 'The text is no name for a baseline' },
  BASELINE_UNKNOWN: { fault: 'user', meaning: 'There is no baseline of this name' },
  BASELINE_UNLIKE: {
    fault: 'user',
    meaning: 'The run and the baseline were measured under unlike conditions',
  },
  BISECT_CELL: { fault: 'user', meaning: 'The matrix leaves open which cell is bisected' },
  BISECT_INCOMPLETE: {
    fault: 'user',
    meaning: 'A bisection lacks its tree, an end, the matrix or the metric, or was given one twice',
  },
  BISECT_LOG_DAMAGED: { fault: 'harness', meaning: 'A line of the log of a bisection cannot be read' },
  BISECT_METRIC: {
    fault: 'user',
    meaning: 'There is no metric of this name, or nothing says which way it is bad',
  },
  BISECT_RANGE: {
    fault: 'user',
    meaning: 'Nothing lies between the ends of a bisection, or no path leads from one to the other',
  },
  BISECT_REVISION: { fault: 'user', meaning: 'The tree to bisect has no such commit' },
  BISECT_TREE: { fault: 'user', meaning: 'The tree to bisect is no git tree' },
  BISECT_UNKNOWN: { fault: 'user', meaning: 'There is no such bisection' },
  CACHE_DAMAGED: {
    fault: 'harness',
    meaning: 'A kernel or an initramfs in the cache is not any more what was put there',
  },
  CACHE_IN_USE: {
    fault: 'harness',
    meaning: 'The cache was to be removed while somebody builds or runs from it; it was kept',
  },
  CALIBRATE_FEW: { fault: 'user', meaning: 'No test of so few boots can reach significance' },
  CALIBRATE_RESUME: { fault: 'user', meaning: 'The run to resume is no calibration' },
  COMPARE_AXIS: { fault: 'user', meaning: 'No two cells of the run differ only in this axis' },
  COMPARE_BASE: {
    fault: 'user',
    meaning: '`--base` was given for something else than the comparison inside one run',
  },
  COMPARE_NOTHING: {
    fault: 'user',
    meaning: 'There is nothing to compare: no side was named, or no cell has a partner',
  },
  COMPARE_NO_STATS: { fault: 'user', meaning: 'The file is a kernel log and holds no stats text' },
  COMPARE_ONE: { fault: 'user', meaning: 'One side alone, and nothing says what to compare it with' },
  COMPARE_SIDES: { fault: 'user', meaning: 'More than two sides were named' },
  COMPARE_TOO_LARGE: { fault: 'user', meaning: 'The file is too large to be a stats text' },
  COMPARE_UNKNOWN: { fault: 'user', meaning: 'A side is no run, no baseline and no file' },
  COMPARE_UNLIKE: { fault: 'user', meaning: 'The two sides were measured under unlike conditions' },
  COMPARE_VALUES_ONLY: { fault: 'user', meaning: 'An option of `--values` was given without it' },
  COMPILER_KILLED: { fault: 'harness', meaning: 'The compiler was killed while it built a kernel' },
  CPIO_INVALID: { fault: 'harness', meaning: 'An entry does not fit into an initramfs' },
  DEBUG_FILE: { fault: 'user', meaning: 'The file for debug lines cannot be written' },
  DEBUG_TOPIC: { fault: 'user', meaning: '`MODSTORM_DEBUG` names a topic that there is not' },
  DISK_FULL: { fault: 'harness', meaning: 'No space is left for an entry of the cache' },
  DURATION_INVALID: { fault: 'user', meaning: 'The text is no duration' },
  ELF_INVALID: {
    fault: 'harness',
    meaning: 'A program or library for the guests is no ELF file that can be read',
  },
  EVIDENCE_UNWRITABLE: {
    fault: 'harness',
    meaning: 'The folder of a trial takes no more: its trial is lost, and with it the run ends',
  },
  FILE_DAMAGED: { fault: 'harness', meaning: 'A file of a run or a baseline does not hold what it must' },
  FILE_IRREGULAR: {
    fault: 'harness',
    meaning: 'A FIFO, a device, a socket or a folder is where a regular file belongs',
  },
  FILE_MISSING: { fault: 'harness', meaning: 'A file of a run or a baseline cannot be read' },
  FILE_TOO_LARGE: { fault: 'harness', meaning: 'A file is larger than modstorm reads as a whole' },
  FILE_VERSION: {
    fault: 'harness',
    meaning: 'A file was written by a version of modstorm that this one cannot read',
  },
  FILTER_INVALID: { fault: 'user', meaning: 'The filter is no axis=value, or names no axis of the matrix' },
  FILTER_SELECTS_NOTHING: { fault: 'user', exit: 4, meaning: 'The filter left no cell' },
  FORMAT_UNFIT: { fault: 'user', meaning: 'The format cannot show what was asked for' },
  FRAGMENT_UNKNOWN: { fault: 'user', meaning: 'A workload needs a config fragment that there is not' },
  GATE_INVALID: { fault: 'user', meaning: 'An amount or fraction of a gate is wrong' },
  GUEST_LOST: { fault: 'harness', meaning: 'The guest of a bisection was lost by the fault of the host' },
  HISTORY_EMPTY: { fault: 'user', meaning: 'The folder holds no run that can be read' },
  HISTORY_EVENT: { fault: 'user', meaning: 'The history has no event of this number' },
  HISTORY_KERNELS: {
    fault: 'user',
    meaning: 'The kernels of an event cannot be told apart or are not in the cache',
  },
  HOST_INCOMPLETE: {
    fault: 'harness',
    meaning: 'The host lacks something that modstorm cannot install itself',
  },
  INSPECT_TOO_LARGE: { fault: 'user', meaning: 'The text is too large to be inspected' },
  INSPECT_UNREADABLE: { fault: 'user', meaning: 'The file to inspect cannot be read' },
  INSPECT_UNRECOGNISED: { fault: 'user', meaning: 'The text is neither a stats text nor a kernel log' },
  INTERNAL_ERROR: { fault: 'harness', meaning: 'A defect of modstorm itself' },
  INTERRUPTED: {
    fault: 'harness',
    meaning:
      'A program or a wait was interrupted; after a signal the process ends with 129, 130 or 143 instead',
  },
  JOURNAL_DAMAGED: {
    fault: 'harness',
    meaning: 'A line of a journal, other than a torn last one, is not what it must be',
  },
  JOURNAL_EXISTS: { fault: 'harness', meaning: 'A new run would overwrite a journal' },
  JOURNAL_MISSING: { fault: 'harness', meaning: 'The journal of a run cannot be read' },
  JOURNAL_OTHER_PLAN: {
    fault: 'harness',
    meaning: 'The journal belongs to another plan than the plan.json beside it',
  },
  JOURNAL_OTHER_RUN: {
    fault: 'harness',
    meaning: 'The journal belongs to another run than the run.json beside it',
  },
  JOURNAL_WRITE_FAILED: { fault: 'harness', meaning: 'A record cannot be written to the journal' },
  KERNEL_BUILD_FAILED: { fault: 'kernel', meaning: 'The kernel does not compile' },
  KERNEL_CONFIG_DROPPED: { fault: 'kernel', meaning: 'Kconfig did not take over an option of a fragment' },
  KERNEL_CONFIG_FAILED: { fault: 'kernel', meaning: '`make allnoconfig` with the merged fragments failed' },
  KERNEL_EXTRA_MODULES_FAILED: {
    fault: 'kernel',
    meaning: 'The modules of guests/modules do not compile for this kernel',
  },
  KERNEL_FRAGMENTS_CONFLICT: { fault: 'kernel', meaning: 'Two fragments set one option to different values' },
  KERNEL_FRAGMENT_INVALID: {
    fault: 'kernel',
    meaning: 'A line of a fragment is neither an option nor a comment',
  },
  KERNEL_FRAGMENT_UNKNOWN: { fault: 'kernel', meaning: 'There is no config fragment of this name' },
  KERNEL_IMAGE_MISSING: { fault: 'kernel', meaning: 'There is no kernel image at this path' },
  KERNEL_IMAGE_UNREADABLE: { fault: 'kernel', meaning: 'The file is neither a bzImage nor a vmlinux of x86' },
  KERNEL_INSTALL_FAILED: { fault: 'kernel', meaning: '`make modules_install` failed' },
  KERNEL_MODULES_MISMATCH: { fault: 'kernel', meaning: 'Image and modules are of different kernels' },
  KERNEL_MODULES_MISSING: {
    fault: 'kernel',
    meaning: 'The folder holds the modules of no kernel, or of several',
  },
  KERNEL_PATCH_FAILED: { fault: 'kernel', meaning: 'A patch does not apply to this kernel' },
  KERNEL_PATCH_UNREADABLE: { fault: 'user', meaning: 'The file of a kernel patch cannot be read' },
  KERNEL_PROBE_FAILED: {
    fault: 'harness',
    meaning: 'The guest that tells what a kernel can did not get that far',
  },
  KERNEL_REVERT_CONFLICT: { fault: 'kernel', meaning: 'A commit cannot be reverted without a conflict' },
  KERNEL_REVISION_UNKNOWN: { fault: 'kernel', meaning: 'The git tree has no such revision' },
  KERNEL_SOURCE_UNKNOWN: {
    fault: 'kernel',
    meaning: 'Debian has no such source package, or the folder is no git tree',
  },
  KERNEL_TOO_OLD: {
    fault: 'kernel',
    meaning: 'The kernel has no module statistics, which came with Linux 6.4',
  },
  KERNEL_UNKNOWN: {
    fault: 'user',
    meaning: 'The matrix names no such kernel, or it is no source package of Debian',
  },
  KERNEL_WITHOUT_CHANNEL: {
    fault: 'kernel',
    meaning: 'The kernel has no virtio console: its guests could not be heard',
  },
  KVM_CANNOT_COUNT: { fault: 'user', meaning: 'Instructions were to be counted, and KVM was asked for' },
  KVM_UNUSABLE: { fault: 'harness', meaning: 'KVM was asked for and cannot be used' },
  LIBRARY_MISSING: {
    fault: 'harness',
    meaning: 'No package has a library that a program of the guests needs',
  },
  LOCK_BROKEN: {
    fault: 'harness',
    meaning: 'A lock and the locks on taking it over are all left from dead processes',
  },
  LOCK_HELD: { fault: 'harness', meaning: 'Another living process holds the lock' },
  LOCK_LOST: {
    fault: 'harness',
    meaning: 'A lock was removed or taken by another process while it was held',
  },
  LOCK_UNWRITABLE: { fault: 'harness', meaning: 'The file of a lock cannot be written' },
  LOOKS_INVALID: { fault: 'user', meaning: 'The looks of a sequential plan are not ascending whole numbers' },
  MATRIX_INVALID: { fault: 'user', meaning: 'The matrix has mistakes; each is shown with line and column' },
  MATRIX_UNREADABLE: { fault: 'user', meaning: 'There is no such matrix, or it is too large' },
  MESSAGE_INVALID: {
    fault: 'guest',
    meaning: 'A frame of the guest holds no message that the protocol knows',
  },
  MODULES_UNREADABLE: {
    fault: 'user',
    meaning: 'The modules.dep of a kernel is missing or contradicts itself',
  },
  MODULE_UNKNOWN: { fault: 'user', meaning: 'The kernel has no such module, neither as a file nor built in' },
  OUTPUT_FAILED: { fault: 'harness', meaning: 'The results cannot be written to standard output' },
  PACKAGE_FILE_MISSING: {
    fault: 'harness',
    meaning: 'A Debian package does not hold a file that the guests need',
  },
  PACKAGE_INSTALL_FAILED: { fault: 'harness', meaning: 'apt-get could not install what the host lacks' },
  PARAMETER_INVALID: {
    fault: 'user',
    meaning: 'A parameter of a workload has a value that it does not take',
  },
  PARAMETER_UNKNOWN: { fault: 'user', meaning: 'The workload has no such parameter' },
  PLAN_TOO_LARGE: { fault: 'user', meaning: 'The matrix makes more trials than a plan may have' },
  PROGRAM_FAILED: { fault: 'harness', meaning: 'A program that was started ended with an error' },
  PROGRAM_MISSING: { fault: 'harness', meaning: 'A program that is needed is not installed' },
  PROGRAM_TIMEOUT: { fault: 'harness', meaning: 'A program that was started did not end in time' },
  PROGRAM_UNKNOWN: { fault: 'user', meaning: 'guests/userland.yaml has no such program' },
  QEMU_CANNOT_COUNT: {
    fault: 'harness',
    meaning: 'Instructions cannot be counted: the plugin does not compile, or QEMU does not take it',
  },
  QEMU_UNREADABLE: { fault: 'harness', meaning: 'QEMU does not tell its version' },
  QMP_CLOSED: { fault: 'harness', meaning: 'The control connection to QEMU ended, or never came up' },
  QMP_ERROR: { fault: 'harness', meaning: 'QEMU refused a command' },
  QMP_PROTOCOL: { fault: 'harness', meaning: 'QEMU sent something that is not its protocol' },
  QMP_TIMEOUT: { fault: 'harness', meaning: 'QEMU did not answer in time' },
  RANDOM_MISSING: {
    fault: 'user',
    meaning: 'A correction that permutes was asked for without a seeded random source',
  },
  RANGE_INVALID: { fault: 'user', meaning: 'The text is no range of whole numbers, or one without end' },
  REPETITIONS_INVALID: { fault: 'user', meaning: 'The number of repetitions is not one from 1 to 10000' },
  REPETITIONS_LOOKS: {
    fault: 'user',
    meaning: 'The repetitions go beyond the last look of a sequential plan',
  },
  RESUME_FIXED: { fault: 'user', meaning: 'An option would change the plan of the run to resume' },
  RUN_CHANGED: { fault: 'user', meaning: 'What the run was begun with has changed, so it cannot go on' },
  RUN_FOLDER_FAILED: { fault: 'harness', meaning: 'The folder of a run cannot be made' },
  RUN_UNBEGUN: {
    fault: 'user',
    meaning: 'The run was killed before its first trial, and left nothing to read',
  },
  RUN_UNKNOWN: { fault: 'user', meaning: 'There is no such run' },
  SEED_INVALID: { fault: 'user', meaning: 'The seed is no whole number from 0 to 4294967295' },
  SHARD_EMPTY: { fault: 'user', exit: 4, meaning: 'The shard has nothing to run' },
  SHARD_INVALID: { fault: 'user', meaning: 'The text is no shard i/n' },
  SIZE_INVALID: { fault: 'user', meaning: 'The text is no size in whole bytes' },
  SOCKET_FAILED: { fault: 'harness', meaning: 'The socket for the channel of a guest cannot be made' },
  SOCKET_LISTEN: { fault: 'harness', meaning: 'The control socket for QEMU cannot be made' },
  SOCKET_PATH_TOO_LONG: { fault: 'harness', meaning: 'The path of a socket is longer than the kernel takes' },
  STATS_UNRECOGNISED: { fault: 'user', meaning: 'No line of the text is a known module counter' },
  STRESS_NG_YAML: { fault: 'guest', meaning: "stress-ng's own results cannot be used" },
  SYSTEM_CALL_FAILED: {
    fault: 'harness',
    meaning: 'The operating system refused something: no space, no permission, no file',
  },
  TEMPORARY_FOLDER_FAILED: { fault: 'harness', meaning: 'No temporary folder can be made in TMPDIR' },
  TOOLCHAIN_MISSING: { fault: 'harness', meaning: 'gcc or ld, which build kernels, do not run' },
  TRANSCRIPT_INVALID: { fault: 'guest', meaning: 'A line of a channel.ndjson is none' },
  USERLAND_TABLE: { fault: 'user', meaning: 'guests/userland.yaml is no YAML, or not of its shape' },
  VALUES_CLASS: { fault: 'user', meaning: '`--values` needs `--class`' },
  VALUES_EMPTY: { fault: 'user', meaning: 'A file of values holds none' },
  VALUES_FILES: { fault: 'user', meaning: '`--values` needs two files' },
  VALUES_UNREADABLE: { fault: 'user', meaning: 'A file of values is not there or too large' },
  VALUE_INVALID: { fault: 'user', meaning: 'A line of a file of values is no number in range' },
  WHY_CELL: { fault: 'user', meaning: '`--why` names no pair of the comparison, or leaves open which' },
  WHY_METRIC: { fault: 'user', meaning: '`--why` names no metric of the comparison' },
  WORKLOAD_SUBSTITUTION: { fault: 'user', meaning: 'A placeholder of a workload cannot be filled in' },
  WORKLOAD_UNKNOWN: { fault: 'user', meaning: 'There is no such workload, or not exactly one is named' },
} as const satisfies Record<string, ErrorMeaning>;

/** A code of the table; with a fault, only those whose fault it is. */
export type ErrorCode<Of extends Fault = Fault> = {
  [Code in keyof typeof errorCodes]: (typeof errorCodes)[Code]['fault'] extends Of ? Code : never;
}[keyof typeof errorCodes];

/** What a code stands for. */
export function meaningOf(code: ErrorCode): ErrorMeaning {
  return errorCodes[code];
}
