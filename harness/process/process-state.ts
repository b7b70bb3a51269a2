import { readFileSync } from 'node:fs';

/** Whether a process is stopped, by SIGSTOP or a debugger; false if it has ended. */
export function isStopped(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 2 is the name in brackets and may itself hold blanks and brackets: count from the last bracket.
    return /^[Tt] /.test(text.slice(text.lastIndexOf(')') + 2));
  } catch {
    // Gone meanwhile: its exit tells more.
    return false;
  }
}
