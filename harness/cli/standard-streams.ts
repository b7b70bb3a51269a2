import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { InfrastructureError } from '../errors.ts';
import { exitCodes } from '../exit-code.ts';
import { renderError } from './render-error.ts';

let guarded = false;

/** Descriptors of standard input, output and error. */
const standardDescriptors = [0, 1, 2];

/**
 * Handles failures to write to standard output or standard error until the process exits. Node writes to pipes
 * asynchronously, so the last failure may come after the command has finished.
 *
 * A reader may close the pipe early (`modstorm report | head`): the process stays silent and keeps the command's exit
 * code. Any other loss of results (such as a full disk) is reported on stderr, and the process exits with 3 unless it was
 * interrupted. Failures to write to stderr are ignored: it only carries progress.
 */
export function guardStandardStreams(): void {
  if (guarded) return;
  guarded = true;
  process.stderr.on('error', () => undefined);
  const terminals = standardDescriptors.filter(descriptor => isatty(descriptor));
  process.once('exit', () => leaveClosedTerminals(terminals));
  let failed = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (failed || error.code === 'EPIPE') return;
    failed = true;
    process.stderr.write(renderError(outputError(error)));
    // The command may still be running and sets its exit code when it finishes.
    process.once('exit', () => {
      if (Number(process.exitCode ?? 0) < exitCodes.infrastructure)
        process.exitCode = exitCodes.infrastructure;
    });
  });
}

function outputError(error: Error): InfrastructureError {
  return new InfrastructureError('OUTPUT_FAILED', `cannot write the results: ${error.message}`, {
    hint: 'Free some space. `modstorm report latest` prints the results of a finished run again.',
    cause: error,
  });
}

/**
 * Puts /dev/null in the place of terminals that were closed meanwhile. Node would give them back their modes when it
 * ends (ResetStdio() in node.cc), and aborts when the kernel refuses.
 */
function leaveClosedTerminals(terminals: readonly number[]): void {
  for (const descriptor of terminals) {
    if (isatty(descriptor)) continue;
    closeSync(descriptor);
    openSync('/dev/null', 'r+');
  }
}
