/** Process groups that were started and not reaped yet: the last line of defence at exit. */
const liveGroups = new Set<number>();

/** Remembers a group until `forgetGroup`. Its number is the pid of its leader. */
export function rememberGroup(group: number): void {
  liveGroups.add(group);
}

/** Forgets a group that is gone. Its number may be reused and must not be signalled again. */
export function forgetGroup(group: number): void {
  liveGroups.delete(group);
}

/** Signals a whole group. A group that is already gone is not an error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills every group that is still alive. Synchronous, and only for the very end of the process. */
export function killRemainingPrograms(): void {
  for (const group of liveGroups) signalGroup(group, 'SIGKILL');
}
