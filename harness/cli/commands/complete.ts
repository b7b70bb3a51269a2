import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../../exit-code.ts';
import { failedBoots } from '../../judgement/side.ts';
import { metrics } from '../../measurement/metric-table.ts';
import { projectPath } from '../../project.ts';
import { BaselineStore } from '../../store/baseline-store.ts';
import { listRuns } from '../../store/run-folder.ts';
import { type CompletionSources, completionCandidates } from '../completion/candidates.ts';
import { completionScript, type Shell } from '../completion/shell-script.ts';
import type { CommandContext } from '../context.ts';
import { topicNames } from '../help/help-topic.ts';
import { readMatrix } from '../inputs.ts';

/** `modstorm completion SHELL`: prints the script that the shell loads. */
export function completionCommand(shell: Shell, context: CommandContext): number {
  context.stdout(completionScript(shell));
  return exitCodes.success;
}

/** `modstorm complete -- WORD…`, for these scripts: what the last word may become, one a line. Never fails. */
export async function completeCommand(
  words: readonly string[],
  program: Command,
  context: CommandContext,
): Promise<number> {
  const found = await completionCandidates(program, words, diskSources);
  context.stdout(found.map(word => `${word}\n`).join(''));
  return exitCodes.success;
}

const diskSources: CompletionSources = {
  matrices: async () => [...(await yamlFiles('matrices')), ...(await yamlFiles('.'))],
  runs: results => quietly(async () => (await listRuns(results)).map(({ name }) => name)),
  baselines: folder =>
    quietly(() => new BaselineStore(folder ?? projectPath('results', 'baselines')).names()),
  metrics: async () => [...metrics.map(({ name }) => name), failedBoots],
  cells: reference =>
    quietly(async () => {
      const { matrix } = await readMatrix(reference);
      return matrix.varied.flatMap(axis =>
        matrix.cells.flatMap(({ names, settings }) => {
          const value = names?.[axis] ?? settings[axis];
          return value === undefined ? [] : [`${axis}=${value}`];
        }),
      );
    }),
  topics: async () => topicNames,
};

async function yamlFiles(folder: string): Promise<string[]> {
  const names = await quietly(() => readdir(folder));
  return names.filter(name => name.endsWith('.yaml')).map(name => join(folder, name));
}

/** Nothing where something is wrong: a half-typed command line usually is. */
async function quietly(find: () => Promise<string[]>): Promise<string[]> {
  try {
    return await find();
  } catch {
    return [];
  }
}
