/** The kinds of kernel death and distress that the console or /dev/kmsg can show. */
export type CrashClass =
  | 'panic'
  | 'oops'
  | 'bug'
  | 'warning'
  | 'sanitizer'
  | 'hung-task'
  | 'soft-lockup'
  | 'hard-lockup'
  | 'rcu-stall'
  | 'out-of-memory'
  | 'triple-fault'
  | 'reboot'
  | 'qemu';

/** A recognised crash, titled in the style of syzkaller: no addresses, no numbers, stable across boots. */
export interface Crash {
  class: CrashClass;
  title: string;
  /** The lines of the report, as printed, bounded. */
  evidence: string[];
  /** Whether the guest cannot be trusted after it. A WARNING is not fatal. */
  fatal: boolean;
}
