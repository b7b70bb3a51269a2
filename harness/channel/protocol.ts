/**
 * The frames that the guest agent (guests/agent/) sends over its virtio-serial port. The guest writes and the host
 * reads, except for one byte: see `acknowledgement`. The C side is guests/agent/channel/frame.h; test/channel/agent-frames checks that both agree.
 *
 * Header, 28 bytes, little endian:
 *   0  u32 magic     0x3146534d ("MSF1")
 *   4  u32 length    of the payload, at most 65536
 *   8  u32 sequence  0, 1, 2 … without gaps
 *   12 u16 type      below
 *   14 u16 flags     0
 *   16 u64 time      CLOCK_MONOTONIC of the guest (not CLOCK_BOOTTIME, because it must match dmesg), ns
 *   24 u32 checksum  CRC-32 (IEEE, as zlib) over the first 24 bytes and the payload
 */
export const frameMagic = 0x3146534d;
export const frameHeaderLength = 28;
export const framePayloadLimit = 65536;

/**
 * The only byte that the host sends: it has read the end frame. A write in the guest returns when the buffer is queued,
 * and powering off drops the queue, so the guest waits for this byte first.
 */
export const acknowledgement = 0x06;

/**
 * Frame types by number. Payloads are text; a line `a b` below ends with a newline:
 *   hello, exit, sample, end   `key=value` lines
 *   phase                      the phase's name
 *   counters, stats            `before` or `after` as first line, then `name value` lines or the stats text
 *   kmsg                       one record of /dev/kmsg
 *   output                     `stdout` or `stderr` as first line, then the bytes
 *   file                       `more PATH` or `last PATH` as first line, then the bytes; the last part may be empty
 *   note                       `CODE text`
 *   error                      the code as first line, then the text
 */
export const frameTypes = {
  hello: 1,
  phase: 2,
  counters: 3,
  stats: 4,
  kmsg: 5,
  output: 6,
  exit: 7,
  file: 8,
  sample: 9,
  note: 10,
  error: 11,
  end: 12,
} as const;

export type FrameType = keyof typeof frameTypes;

/** A frame with valid length, sequence and checksum. */
export interface Frame {
  type: FrameType;
  sequence: number;
  timeNs: number;
  payload: Buffer;
}

/** Which of the two snapshots a counters or stats frame belongs to. */
export type SnapshotMoment = 'before' | 'after';

/** A parsed frame. Texts are decoded as UTF-8 with replacement characters. Nothing is trusted. */
export type Message =
  /** `key=value` lines: release, cpus_online, cpus_configured, numa_nodes, uptime_ns, module_stats, autoload_dups, dups_trace, decompress, config_sha256, trial, agent … */
  | { type: 'hello'; timeNs: number; facts: Record<string, string> }
  | { type: 'phase'; timeNs: number; phase: 'prepare' | 'workload' | 'collect' | 'shutdown' }
  /** `name value` lines; a file that could not be read is `name !ERRNO`. */
  | {
      type: 'counters';
      timeNs: number;
      moment: SnapshotMoment;
      values: Record<string, string>;
      missing: Record<string, string>;
    }
  | { type: 'stats'; timeNs: number; moment: SnapshotMoment; text: string }
  /** One raw record of /dev/kmsg: `level,sequence,usec,flag;text\n KEY=value…`. */
  | { type: 'kmsg'; timeNs: number; record: string }
  | { type: 'output'; timeNs: number; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'exit'; timeNs: number; exit: WorkloadExit }
  /** Part of a result file. Parts arrive in order. */
  | { type: 'file'; timeNs: number; name: string; content: Buffer; last: boolean }
  /** Memory during the storm: `key=value` words, one sample per frame. */
  | { type: 'sample'; timeNs: number; values: Record<string, string> }
  /** Something that affects the numbers: `KMSG_LOST`, `OUTPUT_WITHHELD`, `FILE_UNREADABLE` … */
  | { type: 'note'; timeNs: number; code: string; text: string }
  /** The agent cannot continue; the code says why (`CONFIG_INVALID`, `CPUS_MISMATCH`, `CAPABILITY_MISSING`, `DEPENDENCY_FAILED`, `EXEC_FAILED`). */
  | { type: 'error'; timeNs: number; code: string; text: string }
  /** frames and bytes before this frame, kmsg_records, kmsg_lost, kmsg_withheld, output_bytes, output_withheld, samples. */
  | { type: 'end'; timeNs: number; facts: Record<string, string> };

/** How the workload's process ended. */
export interface WorkloadExit {
  cause: 'exited' | 'signaled' | 'timeout';
  /** Exit status or signal number; after a timeout the signal that ended it. */
  code: number;
  wallNs: number;
  userNs: number;
  systemNs: number;
  maxRssBytes: number;
}

/** The port's name, as in /sys/class/virtio-ports/vport0p1/name. */
export const portName = 'org.modstorm.agent.0';
