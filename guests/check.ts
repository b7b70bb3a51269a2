#!/usr/bin/env node
/**
 * Checks the C sources of the guests with clang-format (.clang-format) and clang-tidy (.clang-tidy). `npm test` runs it as one
 * of its checks. To run it manually:
 *
 *     node build/guests/check.js          prints problems; exit code 1 if there are any
 *     node build/guests/check.js --fix    formats the sources first
 */
import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { $, glob, which } from 'zx';
import { projectPath } from '../harness/project.ts';

/** Folders with C sources, relative to the project's root. */
export interface SourceFolders {
  /** Formatted. */
  formatted: readonly string[];
  /** Checked by clang-tidy, each as the folder for its `#include "…"`. Excludes sources that need kernel headers. */
  tidied: readonly string[];
}

const ownSources: SourceFolders = {
  formatted: ['guests/agent', 'guests/modules', 'guests/plugin'],
  tidied: ['guests/agent', 'guests/plugin'],
};

/** As in guests/agent/Makefile. */
const compilerOptions = ['-std=gnu11', '-D_GNU_SOURCE', '-pthread'];
const formatStyle = `--style=file:${projectPath('.clang-format')}`;
const tidyRules = `--config-file=${projectPath('.clang-tidy')}`;

/**
 * Checks the sources.
 * @returns the output of the tools, one text per file with problems; empty if there are none
 * @throws Error if a tool is missing
 */
export async function checkSources(folders: SourceFolders = ownSources): Promise<string[]> {
  await Promise.all(['clang-format', 'clang-tidy'].map(tool => which(tool)));
  const formatted = await filesIn(folders.formatted, '*.{c,h}');
  const format = formatted.map(
    file => () => complaint(['clang-format', formatStyle, '--dry-run', '--Werror', file]),
  );
  const tidy = await Promise.all(
    folders.tidied.map(async folder => {
      const files = await filesIn([folder], '*.c');
      // One file at a time: with several files, clang-tidy 14 considers every va_list uninitialised.
      return files.map(
        file => () =>
          complaint(['clang-tidy', tidyRules, '--quiet', file, '--', ...compilerOptions, `-I${folder}`]),
      );
    }),
  );
  const texts = await inParallel([...format, ...tidy.flat()]);
  return texts.filter(text => text !== '');
}

/** Formats the sources as `checkSources` requires. */
export async function formatSources(folders: SourceFolders = ownSources): Promise<void> {
  const files = await filesIn(folders.formatted, '*.{c,h}');
  await shell()`clang-format ${formatStyle} -i ${files}`;
}

/** Runs in the project's folder and in this process group, so that it is ended together with this process. */
function shell() {
  return $({ cwd: projectPath('.'), quiet: true, detached: false });
}

async function filesIn(folders: readonly string[], pattern: string): Promise<string[]> {
  const files = await glob(
    folders.map(folder => `${folder}/**/${pattern}`),
    { cwd: projectPath('.') },
  );
  return files.sort();
}

/** The output of a tool that does not exit with 0, without clang-tidy's count of warnings. */
async function complaint(words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await shell()`${words}`.nothrow();
  if (exitCode === 0) return '';
  return (stdout.trim() || stderr.trim() || `${words.join(' ')} ended with ${exitCode}`).trim();
}

/** Runs as many jobs at a time as there are cores; returns their results in order. */
async function inParallel<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const queue = jobs.entries();
  const work = async (): Promise<void> => {
    for (const [index, job] of queue) results[index] = await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}

const started = process.argv[1];
if (started && realpathSync(started) === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--fix')) await formatSources();
  const problems = await checkSources();
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
