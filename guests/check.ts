#!/usr/bin/env node
/**
 * Checks the C sources of the guests: their form by clang-format (.clang-format), their sense by clang-tidy (.clang-tidy).
 * `npm test` runs it as one of its checks; by hand:
 *
 *     node build/guests/check.js          what is wrong; exit code 1 if anything is
 *     node build/guests/check.js --fix    brings the sources into form first
 */
import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { $, glob, which } from 'zx';
import { projectPath } from '../harness/project.ts';

/** Folders with C sources, from the project's root. */
export interface SourceFolders {
  /** Formatted. */
  formatted: readonly string[];
  /** Checked by clang-tidy, each with its own folder for `#include "…"`. What needs the kernel's headers is not among them. */
  tidied: readonly string[];
}

const ownSources: SourceFolders = {
  formatted: ['guests/agent', 'guests/modules', 'guests/plugin'],
  tidied: ['guests/agent', 'guests/plugin'],
};

/** As guests/agent/Makefile has them. */
const compilerOptions = ['-std=gnu11', '-D_GNU_SOURCE', '-pthread'];
const formatStyle = `--style=file:${projectPath('.clang-format')}`;
const tidyRules = `--config-file=${projectPath('.clang-tidy')}`;

/**
 * Looks for what is wrong with the sources.
 * @returns what the tools print, a text for each file with a fault; empty when all is well
 * @throws Error when a tool is not there
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
      // One file at a time: with several clang-tidy 14 takes every va_list for an uninitialised one.
      return files.map(
        file => () =>
          complaint(['clang-tidy', tidyRules, '--quiet', file, '--', ...compilerOptions, `-I${folder}`]),
      );
    }),
  );
  const texts = await inParallel([...format, ...tidy.flat()]);
  return texts.filter(text => text !== '');
}

/** Brings the sources into the form that `checkSources` wants. */
export async function formatSources(folders: SourceFolders = ownSources): Promise<void> {
  const files = await filesIn(folders.formatted, '*.{c,h}');
  await shell()`clang-format ${formatStyle} -i ${files}`;
}

/** In the project's folder, and in our process group: whoever ends us ends it too. */
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

/** What a tool has to say when it does not end with 0; clang-tidy's own count of warnings is no fault. */
async function complaint(words: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await shell()`${words}`.nothrow();
  if (exitCode === 0) return '';
  return (stdout.trim() || stderr.trim() || `${words.join(' ')} ended with ${exitCode}`).trim();
}

/** Runs the jobs, as many at a time as there are cores; their results in order. */
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
