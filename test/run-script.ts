import { type ProgramResult, startProgram } from '../harness/process/program.ts';
import { projectPath } from '../harness/project.ts';

/** Runs a script by this Node in the project's folder, until `signal` ends it with its whole process group. */
export function runScript(
  path: string,
  args: readonly string[],
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
  signal: AbortSignal,
): Promise<ProgramResult> {
  const program = startProgram(process.execPath, [path, ...args], {
    folder: projectPath('.'),
    maxBuffer: 1024 * 1024,
    onLine,
    signal,
  });
  return program.done;
}
