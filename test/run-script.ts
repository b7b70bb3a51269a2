import { type ProgramResult, startProgram } from '../harness/process/program.ts';
import { projectPath } from '../harness/project.ts';

/** Runs a script by this Node in the project's folder; SIGINT and SIGTERM end it with its whole process group. */
export async function runScript(
  path: string,
  args: readonly string[],
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): Promise<ProgramResult> {
  const program = startProgram(process.execPath, [path, ...args], {
    folder: projectPath('.'),
    maxBuffer: 1024 * 1024,
    onLine,
  });
  const end = () => void program.end();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const result = await program.done;
  process.off('SIGINT', end);
  process.off('SIGTERM', end);
  return result;
}
