/** One event as the tracer prints it, not yet interpreted. */
export interface TraceLine {
  /** Name of the task; `<...>` if the kernel had forgotten it. */
  task: string;
  /** Thread ID. */
  pid: number;
  /** Process ID, if the trace was recorded with `record-tgid`. */
  process?: number;
  /** Time of the trace's clock, ns. */
  timeNs: number;
  /** What follows the time: the name of the event with its fields. */
  text: string;
}

/**
 * `task-pid ( process) [cpu] flags seconds.fraction: text` of the files `trace` and `trace_pipe` (kernel/trace/trace_output.c),
 * and of `trace-cmd report`, which has neither process nor, usually, flags.
 */
const pattern =
  /^\s*(.{1,64}?)-(\d{1,10})\s+(?:\(\s*(\d{1,10}|-+)\)\s+)?\[\d{1,5}\]\s+(?:[^\s\d]\S{3,7}\s+)?(\d{1,10})\.(\d{6}|\d{9}):\s+(.*)$/;

/** The longest line that is looked at. Paths are cut by the kernel at 4 KiB. */
const lengthLimit = 8192;

/** Parses one line; undefined if it is not an event. */
export function parseTraceLine(line: string): TraceLine | undefined {
  if (line.length > lengthLimit) return undefined;
  const match = pattern.exec(line);
  if (!match) return undefined;
  const [, task = '', pid, process, seconds, fraction = '', text = ''] = match;
  const timeNs = Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0'));
  if (!Number.isSafeInteger(timeNs)) return undefined;
  const result: TraceLine = { task, pid: Number(pid), timeNs, text };
  if (process !== undefined && !process.startsWith('-')) result.process = Number(process);
  return result;
}
