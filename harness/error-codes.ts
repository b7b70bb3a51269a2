/** Whose fault an error is. It decides what the reader should do next, and the exit code. */
export type Fault = 'user' | 'kernel' | 'guest' | 'harness';

/** What a code stands for. */
interface ErrorMeaning {
  fault: Fault;
  /** The exit code of a command that ends with this error, if it differs from the default for its fault. */
  exit?: number;
  /** One sentence without a full stop, for the reference. */
  meaning: string;
}

/**
 * Every error code, sorted. A code is stable: scripts may match it, so codes may be added or dropped, but never renamed or
 * given another meaning. `harness/error-codes.md` is generated from this table by `npm run generate`.
 */
export const errorCodes = {
  ACCEL_CONFLICT: {
    fault: 'user',
    meaning: 'The command line asks for another accelerator than the matrix requires',
  },
  AGENT_CONFIG: { fault: 'user', meaning: "A workload cannot be written into the agent's configuration" },
  APT_CLOSURE_FAILED: {
    fault: 'harness',
    meaning: 'apt cannot resolve the dependencies of the guest packages',
  },
  APT_DOWNLOAD_FAILED: { fault: 'harness', meaning: 'A Debian package cannot be downloaded' },
  APT_KEYRING_MISSING: { fault: 'harness', meaning: "Debian's archive keys are not on the host" },
  APT_NO_CANDIDATE: {
    fault: 'harness',
    meaning: 'Debian offers no such package, or not in this version or suite',
  },
  APT_UPDATE_FAILED: {
    fault: 'harness',
    meaning: "Debian's package lists cannot be fetched, and there are no older ones",
  },
  AXIS_VALUE_INVALID: { fault: 'user', meaning: 'An axis does not accept this value' },
  BASELINE_EMPTY: { fault: 'user', meaning: 'The run has no trial that passed, so there is nothing to save' },
  BASELINE_EXISTS: { fault: 'user', meaning: 'A baseline of this name already exists' },
  BASELINE_NAME: { fault: 'user', meaning: 'The text is not a valid name for a baseline' },
  BASELINE_UNKNOWN: { fault: 'user', meaning: 'There is no baseline of this name' },
  BASELINE_UNLIKE: {
    fault: 'user',
    meaning: 'The run and the baseline were measured under different conditions',
  },
  BISECT_CELL: { fault: 'user', meaning: 'The matrix does not say which cell to bisect' },
  BISECT_INCOMPLETE: {
    fault: 'user',
    meaning: 'A bisection needs a tree, both ends, a matrix and a metric, each given once',
  },
  BISECT_LOG_DAMAGED: { fault: 'harness', meaning: 'A line in the log of a bisection cannot be read' },
  BISECT_METRIC: {
    fault: 'user',
    meaning: 'There is no metric of this name, or nothing says which direction is worse',
  },
  BISECT_RANGE: {
    fault: 'user',
    meaning: 'There is no commit between the ends of a bisection, or no path from one to the other',
  },
  BISECT_REVISION: { fault: 'user', meaning: 'The tree to bisect has no such commit' },
  BISECT_TREE: { fault: 'user', meaning: 'The tree to bisect is not a git tree' },
  BISECT_UNKNOWN: { fault: 'user', meaning: 'There is no such bisection' },
  BLAME_ARGUMENTS: { fault: 'user', meaning: '`blame` needs a run or a trace' },
  BLAME_CELL: { fault: 'user', meaning: 'The run has no such cell' },
  BLAME_MODULE: { fault: 'user', meaning: 'No call in the trace loaded this module' },
  BLAME_UNTRACED: {
    fault: 'user',
    meaning: 'No boot of the run was traced, so nobody knows who loaded what',
  },
  BUDGET_SMALL: { fault: 'user', meaning: 'A budget does not pay for one boot of each cell' },
  CACHE_DAMAGED: {
    fault: 'harness',
    meaning: 'A kernel or an initramfs in the cache is not any more what was put there',
  },
  CACHE_IN_USE: {
    fault: 'harness',
    meaning: 'The cache was not removed because a build or a guest is using it',
  },
  CALIBRATE_FEW: { fault: 'user', meaning: 'No test on so few boots can reach significance' },
  CALIBRATE_RESUME: { fault: 'user', meaning: 'The run to resume is not a calibration' },
  CI_EXISTS: { fault: 'user', meaning: 'A file of `modstorm ci` would replace one that is there' },
  COMPARE_AXIS: { fault: 'user', meaning: 'No two cells of the run differ only in this axis' },
  COMPARE_BASE: {
    fault: 'user',
    meaning: '`--base` was given, but only applies to a comparison inside one run',
  },
  COMPARE_NOTHING: {
    fault: 'user',
    meaning: 'There is nothing to compare: no side was named, or no cell has a counterpart',
  },
  COMPARE_NO_STATS: { fault: 'user', meaning: 'The file is a kernel log without a stats text' },
  COMPARE_ONE: { fault: 'user', meaning: 'Only one side was named, without anything to compare it with' },
  COMPARE_SIDES: { fault: 'user', meaning: 'More than two sides were named' },
  COMPARE_TOO_LARGE: { fault: 'user', meaning: 'The file is too large to be a stats text' },
  COMPARE_UNKNOWN: { fault: 'user', meaning: 'A side is not a run, a baseline or a file' },
  COMPARE_UNLIKE: { fault: 'user', meaning: 'The two sides were measured under different conditions' },
  COMPARE_VALUES_ONLY: { fault: 'user', meaning: 'An option of `--values` was given without it' },
  COMPILER_KILLED: { fault: 'harness', meaning: 'The compiler was killed while building a kernel' },
  CPIO_INVALID: { fault: 'harness', meaning: 'An entry does not fit into an initramfs' },
  DEBUG_FILE: { fault: 'user', meaning: 'The file for debug lines cannot be written' },
  DEBUG_TOPIC: { fault: 'user', meaning: '`MODSTORM_DEBUG` names an unknown topic' },
  DISK_FULL: { fault: 'harness', meaning: 'There is no space left for a cache entry' },
  DURATION_INVALID: { fault: 'user', meaning: 'The text is not a duration' },
  ELF_INVALID: {
    fault: 'harness',
    meaning: 'A program or library for the guests is not a readable ELF file',
  },
  EVIDENCE_UNWRITABLE: {
    fault: 'harness',
    meaning: 'The folder of a trial cannot be written: the trial is lost and the run ends',
  },
  FILE_DAMAGED: { fault: 'harness', meaning: 'A file of a run or a baseline has invalid contents' },
  FILE_IRREGULAR: {
    fault: 'harness',
    meaning: 'A FIFO, a device, a socket or a folder is in the place of a regular file',
  },
  FILE_MISSING: { fault: 'harness', meaning: 'A file of a run or a baseline cannot be read' },
  FILE_TOO_LARGE: { fault: 'harness', meaning: 'A file is too large to be read at once' },
  FILE_VERSION: {
    fault: 'harness',
    meaning: 'A file was written by a version of modstorm that this one cannot read',
  },
  FILTER_INVALID: {
    fault: 'user',
    meaning: 'The filter is not of the form axis=value, or the matrix has no such axis',
  },
  FILTER_SELECTS_NOTHING: { fault: 'user', exit: 4, meaning: 'The filter matches no cell' },
  FORMAT_UNFIT: { fault: 'user', meaning: 'The format cannot show this result' },
  FRAGMENT_UNKNOWN: { fault: 'user', meaning: 'A workload needs a config fragment that does not exist' },
  GATE_INVALID: { fault: 'user', meaning: 'An amount or fraction of a gate is wrong' },
  GUEST_LOST: { fault: 'harness', meaning: 'A guest of a bisection was lost through a fault of the host' },
  HELP_UNKNOWN: { fault: 'user', meaning: 'There is no command and no topic of that name' },
  HISTORY_EMPTY: { fault: 'user', meaning: 'The folder has no readable run' },
  HISTORY_EVENT: { fault: 'user', meaning: 'The history has no event with this ID' },
  HISTORY_KERNELS: {
    fault: 'user',
    meaning: 'The kernels of an event are identical, unknown, or not in the cache',
  },
  HOST_INCOMPLETE: {
    fault: 'harness',
    meaning: 'The host lacks something that modstorm cannot install itself',
  },
  INSPECT_TOO_LARGE: { fault: 'user', meaning: 'The text is too large to be inspected' },
  INSPECT_UNREADABLE: { fault: 'user', meaning: 'The file to inspect cannot be read' },
  INSPECT_UNRECOGNISED: { fault: 'user', meaning: 'The text is neither a stats text nor a kernel log' },
  INTERNAL_ERROR: { fault: 'harness', meaning: 'A bug in modstorm itself' },
  INTERRUPTED: {
    fault: 'harness',
    meaning:
      'A program or a wait was interrupted; after a signal, the process exits with 129, 130 or 143 instead',
  },
  JOURNAL_DAMAGED: {
    fault: 'harness',
    meaning: 'A line of a journal, other than an incomplete last one, is invalid',
  },
  JOURNAL_EXISTS: { fault: 'harness', meaning: 'A new run would overwrite a journal' },
  JOURNAL_MISSING: { fault: 'harness', meaning: 'The journal of a run cannot be read' },
  JOURNAL_OTHER_PLAN: {
    fault: 'harness',
    meaning: 'The journal and the plan.json beside it belong to different plans',
  },
  JOURNAL_OTHER_RUN: {
    fault: 'harness',
    meaning: 'The journal belongs to another run than the run.json beside it',
  },
  JOURNAL_WRITE_FAILED: { fault: 'harness', meaning: 'A record cannot be written to the journal' },
  KERNEL_BUILD_FAILED: { fault: 'kernel', meaning: 'The kernel does not compile' },
  KERNEL_CONFIG_DROPPED: { fault: 'kernel', meaning: 'Kconfig dropped an option that a fragment sets' },
  KERNEL_CONFIG_FAILED: { fault: 'kernel', meaning: '`make allnoconfig` with the merged fragments failed' },
  KERNEL_EXTRA_MODULES_FAILED: {
    fault: 'kernel',
    meaning: 'The modules of guests/modules do not compile for this kernel',
  },
  KERNEL_FETCH_FAILED: { fault: 'harness', meaning: '`git fetch` failed in the tree of a kernel' },
  KERNEL_FRAGMENTS_CONFLICT: { fault: 'kernel', meaning: 'Two fragments set one option to different values' },
  KERNEL_FRAGMENT_INVALID: {
    fault: 'kernel',
    meaning: 'A line of a fragment is neither an option nor a comment',
  },
  KERNEL_FRAGMENT_UNKNOWN: { fault: 'kernel', meaning: 'There is no config fragment of this name' },
  KERNEL_IMAGE_MISSING: { fault: 'kernel', meaning: 'There is no kernel image at this path' },
  KERNEL_IMAGE_UNREADABLE: { fault: 'kernel', meaning: 'The file is neither a bzImage nor a vmlinux of x86' },
  KERNEL_INSTALL_FAILED: { fault: 'kernel', meaning: '`make modules_install` failed' },
  KERNEL_MODULES_MISMATCH: {
    fault: 'kernel',
    meaning: 'The image and the modules belong to different kernels',
  },
  KERNEL_MODULES_MISSING: {
    fault: 'kernel',
    meaning: 'The folder holds the modules of no kernel, or of more than one',
  },
  KERNEL_PATCH_FAILED: { fault: 'kernel', meaning: 'A patch does not apply to this kernel' },
  KERNEL_PATCH_UNREADABLE: { fault: 'user', meaning: 'The file of a kernel patch cannot be read' },
  KERNEL_PROBE_FAILED: {
    fault: 'harness',
    meaning: 'The guest that probes the capabilities of a kernel did not finish',
  },
  KERNEL_REVERT_CONFLICT: { fault: 'kernel', meaning: 'A commit cannot be reverted without a conflict' },
  KERNEL_REVISION_UNKNOWN: { fault: 'kernel', meaning: 'The git tree has no such revision' },
  KERNEL_SOURCE_UNKNOWN: {
    fault: 'kernel',
    meaning: 'Debian has no such source package, or the folder is not a git tree',
  },
  KERNEL_TOO_OLD: {
    fault: 'kernel',
    meaning: 'The kernel has no module statistics, which came with Linux 6.4',
  },
  KERNEL_UNKNOWN: {
    fault: 'user',
    meaning: 'The matrix has no such kernel, or it is not a Debian source package',
  },
  KERNEL_WITHOUT_CHANNEL: {
    fault: 'kernel',
    meaning: 'The kernel has no virtio console, so its guests could not report anything',
  },
  KVM_CANNOT_COUNT: {
    fault: 'user',
    meaning: 'Instructions cannot be counted under KVM, but KVM was requested',
  },
  KVM_UNUSABLE: { fault: 'harness', meaning: 'KVM was requested but cannot be used' },
  LIBRARY_MISSING: {
    fault: 'harness',
    meaning: 'No package has a library that a guest program needs',
  },
  LOCK_BROKEN: {
    fault: 'harness',
    meaning: 'A lock and the locks that guard its takeover were all left by dead processes',
  },
  LOCK_HELD: { fault: 'harness', meaning: 'Another living process holds the lock' },
  LOCK_LOST: {
    fault: 'harness',
    meaning: 'A lock was removed or taken by another process while it was held',
  },
  LOCK_UNWRITABLE: { fault: 'harness', meaning: 'A lock file cannot be written' },
  LOOKS_INVALID: { fault: 'user', meaning: 'The looks of a sequential plan are not ascending whole numbers' },
  MATRIX_INVALID: { fault: 'user', meaning: 'The matrix has errors; each is shown with its line and column' },
  MATRIX_UNREADABLE: { fault: 'user', meaning: 'There is no such matrix, or it is too large' },
  MERGE_DOUBLED: { fault: 'user', meaning: 'A shard to merge was given twice' },
  MERGE_MISSING: {
    fault: 'user',
    exit: 3,
    meaning: 'A shard is missing, so the merged run would not have all cells of the plan',
  },
  MERGE_NOTHING: { fault: 'user', meaning: 'A folder to merge is not a shard of a run' },
  MERGE_UNLIKE: {
    fault: 'user',
    meaning: 'The shards to merge are not of one run; the message says what differs',
  },
  MESSAGE_INVALID: {
    fault: 'guest',
    meaning: 'A frame from the guest holds no message of the protocol',
  },
  MODULES_UNREADABLE: {
    fault: 'user',
    meaning: 'The modules.dep of a kernel is missing or inconsistent',
  },
  MODULE_UNKNOWN: { fault: 'user', meaning: 'The kernel has no such module, neither as a file nor built in' },
  NIGHT_KERNEL: {
    fault: 'user',
    meaning: 'A night cannot follow a prebuilt kernel: there is nothing to fetch',
  },
  OUTPUT_FAILED: { fault: 'harness', meaning: 'The results cannot be written to standard output' },
  PACKAGE_FILE_MISSING: {
    fault: 'harness',
    meaning: 'A Debian package does not hold a file that the guests need',
  },
  PACKAGE_INSTALL_FAILED: { fault: 'harness', meaning: 'apt-get could not install what the host lacks' },
  PARAMETER_INVALID: {
    fault: 'user',
    meaning: 'A parameter of a workload does not accept this value',
  },
  PARAMETER_UNKNOWN: { fault: 'user', meaning: 'The workload has no such parameter' },
  PLAN_TOO_LARGE: { fault: 'user', meaning: 'The matrix has more trials than a plan may have' },
  PROGRAM_FAILED: { fault: 'harness', meaning: 'A program exited with an error' },
  PROGRAM_MISSING: { fault: 'harness', meaning: 'A required program is not installed' },
  PROGRAM_TIMEOUT: { fault: 'harness', meaning: 'A program did not finish in time' },
  PROGRAM_UNKNOWN: { fault: 'user', meaning: 'guests/userland.yaml has no such program' },
  QEMU_CANNOT_COUNT: {
    fault: 'harness',
    meaning: 'Instructions cannot be counted: the plugin does not compile, or QEMU does not accept it',
  },
  QEMU_UNREADABLE: { fault: 'harness', meaning: 'QEMU does not report its version' },
  QMP_CLOSED: { fault: 'harness', meaning: 'The control connection to QEMU was closed or never opened' },
  QMP_ERROR: { fault: 'harness', meaning: 'QEMU refused a command' },
  QMP_PROTOCOL: { fault: 'harness', meaning: 'QEMU sent something that is not QMP' },
  QMP_TIMEOUT: { fault: 'harness', meaning: 'QEMU did not answer in time' },
  RANDOM_MISSING: {
    fault: 'user',
    meaning: 'A permutation-based correction was requested without a seeded random source',
  },
  RANGE_INVALID: { fault: 'user', meaning: 'The text is not a range of whole numbers, or it never ends' },
  REPETITIONS_INVALID: { fault: 'user', meaning: 'The number of repetitions is not between 1 and 10000' },
  REPETITIONS_LOOKS: {
    fault: 'user',
    meaning: 'The repetitions go beyond the last look of a sequential plan',
  },
  RESUME_FIXED: { fault: 'user', meaning: 'An option would change the plan of the run to resume' },
  RESUME_MERGED: { fault: 'user', meaning: 'A merged run cannot be resumed: its shards can' },
  RUN_CHANGED: {
    fault: 'user',
    meaning: 'Something the run was started with has changed, so it cannot be resumed',
  },
  RUN_FOLDER_FAILED: { fault: 'harness', meaning: 'The folder of a run cannot be created' },
  RUN_UNBEGUN: {
    fault: 'user',
    meaning: 'The run was killed before its first trial, and left nothing to read',
  },
  RUN_UNKNOWN: { fault: 'user', meaning: 'There is no such run' },
  SEED_INVALID: { fault: 'user', meaning: 'The seed is not a whole number from 0 to 4294967295' },
  SHARD_EMPTY: {
    fault: 'user',
    exit: 0,
    meaning:
      'The shard has nothing to run: there are fewer groups of compared cells than shards, which is no failure',
  },
  SHARD_INVALID: { fault: 'user', meaning: 'The text is not a shard i/n' },
  SHARD_SEED: { fault: 'user', meaning: 'A shard needs a seed, which all shards of a run must share' },
  SIZE_INVALID: { fault: 'user', meaning: 'The text is not a size in whole bytes' },
  SOCKET_FAILED: { fault: 'harness', meaning: 'The socket for the channel of a guest cannot be created' },
  SOCKET_LISTEN: { fault: 'harness', meaning: 'The control socket for QEMU cannot be created' },
  SOCKET_PATH_TOO_LONG: {
    fault: 'harness',
    meaning: 'The path of a socket is longer than the kernel allows',
  },
  STATS_UNRECOGNISED: { fault: 'user', meaning: 'No line of the text is a known module counter' },
  STRESS_NG_YAML: { fault: 'guest', meaning: "stress-ng's own results cannot be used" },
  SYSTEM_CALL_FAILED: {
    fault: 'harness',
    meaning: 'A system call failed: no space, no permission, no such file',
  },
  TEMPORARY_FOLDER_FAILED: { fault: 'harness', meaning: 'No temporary folder can be created in TMPDIR' },
  TOOLCHAIN_MISSING: {
    fault: 'harness',
    meaning: 'gcc or ld, which are needed to build kernels, do not run',
  },
  TRACE_UNRECOGNISED: { fault: 'user', meaning: 'The text is not a trace of the module loader' },
  TRANSCRIPT_INVALID: { fault: 'guest', meaning: 'A line of a channel.ndjson is not a valid message' },
  USERLAND_TABLE: {
    fault: 'user',
    meaning: 'guests/userland.yaml is not valid YAML or does not have the expected shape',
  },
  VALUES_CLASS: { fault: 'user', meaning: '`--values` needs `--class`' },
  VALUES_EMPTY: { fault: 'user', meaning: 'A file of values is empty' },
  VALUES_FILES: { fault: 'user', meaning: '`--values` needs two files' },
  VALUES_UNREADABLE: { fault: 'user', meaning: 'A file of values is missing or too large' },
  VALUE_INVALID: { fault: 'user', meaning: 'A line of a file of values is not a number in range' },
  WHY_CELL: { fault: 'user', meaning: '`--why` matches no pair of the comparison, or more than one' },
  WHY_METRIC: { fault: 'user', meaning: '`--why` names no metric of the comparison' },
  WORKLOAD_SUBSTITUTION: { fault: 'user', meaning: 'A placeholder of a workload cannot be filled in' },
  WORKLOAD_UNKNOWN: {
    fault: 'user',
    meaning: 'There is no such workload, or the text does not name exactly one',
  },
} as const satisfies Record<string, ErrorMeaning>;

/** A code of the table; with a fault, only the codes of that fault. */
export type ErrorCode<Of extends Fault = Fault> = {
  [Code in keyof typeof errorCodes]: (typeof errorCodes)[Code]['fault'] extends Of ? Code : never;
}[keyof typeof errorCodes];

/** What a code stands for. */
export function meaningOf(code: ErrorCode): ErrorMeaning {
  return errorCodes[code];
}
