import type { Crash } from '../measurement/crash.ts';

/**
 * All crash reports of one guest, from the two places where its kernel told them. The console has the last words of a
 * dying kernel, but only what is a warning or worse: the stack of a hung task is not (sched_show_task() in
 * kernel/sched/core.c prints it as information), and no title can be made without it. The records that the agent sent
 * have every line, but end where the guest did. Of each class of crash those of the records are taken, unless the
 * console has more of them.
 */
export function kernelReports(console: readonly Crash[], records: readonly Crash[]): Crash[] {
  const classes = new Set([...console, ...records].map(crash => crash.class));
  return [...classes].flatMap(kind => {
    const [printed, recorded] = [console, records].map(list => list.filter(crash => crash.class === kind));
    return recorded!.length >= printed!.length ? recorded! : printed!;
  });
}
