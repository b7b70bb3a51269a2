#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bisectStepCode, guardBisectStep, isBisectStep } from './cli/bisect-step-code.ts';
import { runCommandLine } from './cli/program.ts';
import { renderError } from './cli/render-error.ts';
import { guardStandardStreams } from './cli/standard-streams.ts';
import { debugError } from './debug.ts';
import { exitCodeOfError, exitCodes } from './exit-code.ts';
import { Shutdown } from './process/shutdown.ts';

/**
 * Runs one command line and returns the exit code for the process. It never throws or exits itself, so that Node can
 * flush pending output first.
 */
export async function main(words: readonly string[]): Promise<number> {
  const isStep = isBisectStep(words);
  // Should everything that is waited for vanish, Node ends the process with this code and not with 0.
  process.exitCode = isStep ? bisectStepCode(exitCodes.infrastructure) : exitCodes.infrastructure;
  const endGuard = isStep ? guardBisectStep() : undefined;
  const code = await runToExitCode(words);
  endGuard?.();
  return isStep ? bisectStepCode(code) : code;
}

async function runToExitCode(words: readonly string[]): Promise<number> {
  const shutdown = new Shutdown(tellError);
  const stopListening = shutdown.listen();
  guardStandardStreams();
  let code: number;
  try {
    code = await runCommandLine(words, shutdown);
  } catch (error) {
    code = shutdown.exitCode ?? exitCodeOfError(error);
    if (shutdown.exitCode === undefined) process.stderr.write(renderError(error));
  }
  stopListening();
  process.exitCode = undefined;
  return code;
}

function tellError(error: unknown): void {
  debugError(error);
  process.stderr.write(renderError(error));
}

const started = process.argv[1];
if (started && realpathSync(started) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
