/** Process groups that were started and are not yet reaped: the last line of defence at exit. */
const liveGroups = new Set<number>();

/** Remembers a group until `forgetGroup`; its number is the pid of its leader. */
export function rememberGroup(group: number): void {
  liveGroups.add(group);
}

/** The group is gone: its number may soon belong to somebody else and must not be signalled again. */
export function forgetGroup(group: number): void {
  liveGroups.delete(group);
}

/** Signals a whole group; a group that is already gone is no error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills every group that is still alive. For the very end of the process only; synchronous. */
export function killRemainingPrograms(): void {
  for (const group of liveGroups) signalGroup(group, 'SIGKILL');
}
