import type { Cell } from '../matrix/matrix.ts';
import type { RunRecord } from '../store/run-record.ts';

/** The command line, ready to paste, that boots one cell of a run once. */
export function reproduceCommand(run: RunRecord, cell: Cell): string {
  const words = ['npm', 'run', '-s', 'modstorm', '--', 'run', run.matrixFile];
  for (const axis of run.matrix.varied) {
    const value = cell.settings[axis];
    if (value !== undefined) words.push('--filter', `${axis}=${value}`);
  }
  if (run.accelerator.requested !== 'auto') words.push('--accel', run.accelerator.requested);
  words.push('--repetitions', '1');
  return words.map(quote).join(' ');
}

function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
