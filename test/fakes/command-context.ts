import type { CommandContext } from '../../harness/cli/context.ts';

/** A command's world in a test: what it wrote is kept. */
export interface FakeContext extends CommandContext {
  readonly output: string;
  readonly errors: string;
}

/** A context without terminal, whose signal never aborts. */
export function fakeContext(): FakeContext {
  const written = { output: '', errors: '' };
  return {
    stdout: text => {
      written.output += text;
    },
    stderr: text => {
      written.errors += text;
    },
    environment: {},
    signal: new AbortController().signal,
    interruption: () => undefined,
    interactive: false,
    get output() {
      return written.output;
    },
    get errors() {
      return written.errors;
    },
  };
}
