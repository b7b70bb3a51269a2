import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { InfrastructureError } from '../errors.ts';
import { exitCodes } from '../exit-code.ts';
import { renderError } from './render-error.ts';

let guarded = false;

/** Descriptors of standard input, output and error. */
const standardDescriptors = [0, 1, 2];

/**
 * Says what becomes of the process when its standard output or error cannot be written, for the rest of its life:
 * Node writes to pipes behind our back, so that the last failure may come after the command has ended.
 *
 * A reader that closes the pipe early (`modstorm report | head`) has that right: silence, and the command's own exit
 * code. Results that are lost otherwise (a full disk) are said on stderr, and the process ends with 3 unless it was
 * interrupted. What cannot be written to stderr is progress, which nothing depends on.
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
    // The command may still be running, and sets its exit code when it ends.
    process.once('exit', () => {
      if (Number(process.exitCode ?? 0) < exitCodes.infrastructure)
        process.exitCode = exitCodes.infrastructure;
    });
  });
}

function outputError(error: Error): InfrastructureError {
  return new InfrastructureError('OUTPUT_FAILED', `the results cannot be written: ${error.message}`, {
    hint: 'Make room; `modstorm report latest` prints the results of a finished run again.',
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
