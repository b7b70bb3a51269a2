import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../../exit-code.ts';
import { type CompletionSources, completionCandidates } from '../completion/candidates.ts';
import { completionScript, type Shell } from '../completion/shell-script.ts';
import type { CommandContext } from '../context.ts';

/** `modstorm completion SHELL`: prints the completion script of a shell. */
export function completionCommand(shell: Shell, context: CommandContext): number {
  context.stdout(completionScript(shell));
  return exitCodes.success;
}

/** `modstorm complete -- WORD…`, called by these scripts: prints completions of the last word, one per line. Never fails. */
export async function completeCommand(
  words: readonly string[],
  program: Command,
  context: CommandContext,
): Promise<number> {
  const found = await completionCandidates(program, words, diskSources);
  context.stdout(found.map(word => `${word}\n`).join(''));
  return exitCodes.success;
}

/** Each imports what it needs on use, because the shell waits for every completion. */
const diskSources: CompletionSources = {
  matrices: async () => [...(await yamlFiles('matrices')), ...(await yamlFiles('.'))],
  runs: results =>
    quietly(async () => {
      const { listRuns } = await import('../../store/run-folder.ts');
      return (await listRuns(results)).map(({ name }) => name);
    }),
  baselines: folder =>
    quietly(async () => {
      const { BaselineStore } = await import('../../store/baseline-store.ts');
      return new BaselineStore(folder ?? join('results', 'baselines')).names();
    }),
  metrics: async () => {
    const { metrics } = await import('../../measurement/metric-table.ts');
    const { failedBoots } = await import('../../judgement/side.ts');
    return [...metrics.map(({ name }) => name), failedBoots];
  },
  cells: reference =>
    quietly(async () => {
      const { readMatrix } = await import('../inputs.ts');
      const { matrix } = await readMatrix(reference);
      return matrix.varied.flatMap(axis =>
        matrix.cells.flatMap(({ names, settings }) => {
          const value = names?.[axis] ?? settings[axis];
          return value === undefined ? [] : [`${axis}=${value}`];
        }),
      );
    }),
  topics: async () => (await import('../help/help-topic.ts')).topicNames,
};

async function yamlFiles(folder: string): Promise<string[]> {
  const names = await quietly(() => readdir(folder));
  return names.filter(name => name.endsWith('.yaml')).map(name => join(folder, name));
}

/** Empty on errors, because an incomplete command line is usually invalid. */
async function quietly(find: () => Promise<string[]>): Promise<string[]> {
  try {
    return await find();
  } catch {
    return [];
  }
}
