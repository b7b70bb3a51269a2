import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

const writer = projectPath('build', 'test', 'fakes', 'dying-writer.js');
/** Programs at once. */
const width = 4;

/** A writer that died: what it had promised, and the folder that it left. */
export interface Death {
  step: number;
  folder: string;
  promised: string[];
}

/**
 * Lets a scenario die at its first step, its second, and so on until it lives.
 * @param prepare makes the folder that it finds
 */
export async function everyDeath(
  scenario: string,
  prepare: (step: number) => string,
  check: (death: Death) => Promise<void>,
): Promise<number> {
  let next = 1;
  let survived = Number.POSITIVE_INFINITY;
  const work = async () => {
    while (next < survived) {
      const step = next++;
      const folder = prepare(step);
      const words = [writer, scenario, folder, String(step)];
      const { code, signal, stdout, stderr } = await startProgram(process.execPath, words).done;
      if (code === 0 && signal === undefined) survived = Math.min(survived, step);
      else if (signal !== 'SIGKILL') throw new Error(`${scenario} at step ${step}: ${stderr}`);
      await check({ step, folder, promised: stdout.split('\n').filter(Boolean) });
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return survived - 1;
}

/** A folder of its own for each step. */
export function foldersIn(root: string): (step: number) => string {
  return step => {
    const folder = join(root, String(step));
    mkdirSync(folder);
    return folder;
  };
}
