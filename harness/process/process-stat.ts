import { readFileSync } from 'node:fs';
import { hasCode } from '../errors.ts';

/** Whether a process is stopped, by SIGSTOP or a debugger; false if it has ended. */
export function isStopped(pid: number): boolean {
  const state = readStat(pid)?.[0];
  return state === 'T' || state === 't';
}

/** Start of a process in clock ticks since boot; undefined if there is no such process, or only a zombie. */
export function processStartTime(pid: number): string | undefined {
  const fields = readStat(pid);
  const state = fields?.[0];
  return state === 'Z' || state === 'X' ? undefined : fields?.[19];
}

/** The fields of /proc/PID/stat from the state (field 3) on; undefined if there is no such process. */
function readStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 2 is the name in brackets, which may itself contain blanks and brackets: count from the last bracket.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return undefined;
    throw error;
  }
}
