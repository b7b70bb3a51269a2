import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { execa, type Options, type ResultPromise } from 'execa';
import { InfrastructureError } from '../errors.ts';
import { forgetGroup, rememberGroup, signalGroup } from './group.ts';
import { OutputCollector } from './output.ts';

/** How to run a program. Arguments are a list; there is never a shell. */
export interface ProgramOptions {
  /** Working folder. */
  folder?: string | undefined;
  /** Added to the environment of the harness. */
  environment?: Record<string, string> | undefined;
  /** Written to standard input, which is otherwise empty. */
  input?: string | Uint8Array | undefined;
  /** Path of a file that becomes standard input. */
  inputFile?: string | undefined;
  /** Ends the program (TERM, then KILL after `graceNs`) with its whole process group. */
  signal?: AbortSignal | undefined;
  /** Ends the program after this many nanoseconds. */
  timeoutNs?: number | undefined;
  /** Between TERM and KILL; default: 2 s. */
  graceNs?: number | undefined;
  /** Called for each line as it comes, without its newline. */
  onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
  /** Standard output goes to this file instead of memory. */
  outputFile?: string | undefined;
  /** Exit codes that are results, not errors. Default: only 0; `any` takes all. */
  accept?: number[] | 'any' | undefined;
  /** Most bytes kept of each stream; the rest is dropped from memory (lines are still delivered). Default: 64 MiB. */
  maxBuffer?: number | undefined;
  /** Kept as it is on the terminal: for programs that talk to a person. */
  inherit?: boolean | undefined;
}

/** What a finished program left. */
export interface ProgramResult {
  /** Exit code, or 128 + signal number. */
  code: number;
  signal?: NodeJS.Signals | undefined;
  stdout: string;
  stderr: string;
  durationNs: number;
  /** Why it was ended by us, if it was. */
  ended?: 'timeout' | 'aborted' | undefined;
}

/** A program that is running in its own process group. */
export interface RunningProgram {
  pid: number;
  /** Settles when the program has ended and its group is gone; never rejects for an exit code. */
  done: Promise<ProgramResult>;
  /** TERM to the group, KILL after the grace time; settles when it is over. */
  end(): Promise<ProgramResult>;
}

const defaultGraceNs = 2e9;
/** How long a stream may stay open after its process group is gone: only a program that left the group holds it. */
const strayStreamMs = 1000;

/**
 * Starts a program in its own process group. The kernel kills it when the harness dies (`setpriv --pdeathsig`),
 * so that not even SIGKILL to the harness leaves a guest behind. A program that does not exist ends with code 127
 * and says so on stderr; `runProgram` turns that into PROGRAM_MISSING.
 */
export function startProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): RunningProgram {
  const started = process.hrtime.bigint();
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', file, ...args], execaOptions(options));
  const pid = child.pid;
  if (pid !== undefined) rememberGroup(pid);
  const stdout = collect(child.stdout, 'stdout', options);
  const stderr = collect(child.stderr, 'stderr', options);
  const ending = watchForEnding(pid, options);
  const done = (async (): Promise<ProgramResult> => {
    const exit = await waitForExit(child);
    // A grandchild may still hold the pipes: with its group gone the streams close.
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    const ended = ending.stop();
    await Promise.all([stdout.closed(), stderr.closed()]);
    if (pid !== undefined) forgetGroup(pid);
    return {
      ...exit,
      stdout: stdout.text(),
      stderr: exit.problem ?? stderr.text(),
      durationNs: Number(process.hrtime.bigint() - started),
      ended,
    };
  })();
  return {
    pid: pid ?? -1,
    done,
    end: () => {
      ending.terminate('aborted');
      return done;
    },
  };
}

function execaOptions(options: ProgramOptions): Options {
  const stdin: Options =
    options.input !== undefined
      ? { input: options.input }
      : options.inputFile !== undefined
        ? { inputFile: options.inputFile }
        : { stdin: 'ignore' };
  return {
    detached: true,
    reject: false,
    // execa's own buffer stops reading at its limit, and the program would block for ever on a full pipe.
    buffer: false,
    ...(options.folder !== undefined && { cwd: options.folder }),
    ...(options.environment && { env: options.environment }),
    ...(options.inherit ? { stdin: 'inherit', stdout: 'inherit', stderr: 'inherit' } : stdin),
    ...(options.outputFile !== undefined && { stdout: { file: options.outputFile } }),
  };
}

/** TERM, then KILL after the grace time: by abort, by timeout or by hand; never after the program has ended. */
function watchForEnding(pid: number | undefined, options: ProgramOptions) {
  let ended: ProgramResult['ended'];
  let killTimer: NodeJS.Timeout | undefined;
  let over = pid === undefined;
  const terminate = (why: ProgramResult['ended']) => {
    if (pid === undefined || over || killTimer) return;
    ended = why;
    signalGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), (options.graceNs ?? defaultGraceNs) / 1e6);
  };
  const onAbort = () => terminate('aborted');
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted) onAbort();
  const timeout =
    options.timeoutNs === undefined
      ? undefined
      : setTimeout(() => terminate('timeout'), options.timeoutNs / 1e6);
  const stop = () => {
    over = true;
    clearTimeout(timeout);
    clearTimeout(killTimer);
    options.signal?.removeEventListener('abort', onAbort);
    return ended;
  };
  return { terminate, stop };
}

type Exit = Pick<ProgramResult, 'code' | 'signal'> & { problem?: string | undefined };

/** Waits for the exit alone, not for the pipes; a program that could not even be spawned has code 127. */
function waitForExit(child: ResultPromise): Promise<Exit> {
  return new Promise(resolve => {
    child.once('exit', (code, signal) => {
      resolve({
        code: code ?? 128 + (signal ? constants.signals[signal] : 0),
        signal: signal ?? undefined,
      });
    });
    // Spawn errors (a missing folder, too long an argument list) settle execa's promise without any exit.
    const unspawned = (problem: string) => resolve({ code: 127, problem });
    child.once('error', error => unspawned(error.message));
    if (child.pid === undefined) {
      void child.then(result => unspawned(result.originalMessage ?? 'could not be started'));
    }
  });
}

function collect(stream: Readable | null, name: 'stdout' | 'stderr', options: ProgramOptions) {
  const deliver = options.onLine;
  const collector = new OutputCollector({
    limit: options.maxBuffer ?? 64 * 1024 * 1024,
    onLine: deliver && (line => deliver(line, name)),
  });
  stream?.on('data', (chunk: Buffer) => collector.push(chunk));
  const over =
    stream === null || stream.destroyed
      ? Promise.resolve()
      : new Promise<void>(resolve => stream.once('close', resolve));
  const closed = async () => {
    const timer = setTimeout(() => stream?.destroy(), strayStreamMs);
    await over;
    clearTimeout(timer);
    collector.end();
  };
  return { closed, text: () => collector.text };
}

/**
 * Runs a program to its end.
 * @throws InfrastructureError PROGRAM_MISSING, PROGRAM_FAILED (with the tail of stderr as evidence), PROGRAM_TIMEOUT, INTERRUPTED
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const result = await startProgram(file, args, options).done;
  const words = [file, ...args].join(' ');
  if (result.ended === 'aborted') throw new InfrastructureError('INTERRUPTED', `${file} was interrupted`);
  if (result.ended === 'timeout') {
    throw new InfrastructureError('PROGRAM_TIMEOUT', `${file} did not end in time`, {
      evidence: tail(result.stderr),
    });
  }
  if (result.code === 127 && result.stderr.startsWith('setpriv: failed to execute')) {
    throw new InfrastructureError('PROGRAM_MISSING', `${file} is not installed`, {
      hint: 'Run `npm run -s modstorm -- doctor --install`.',
    });
  }
  if (options.accept !== 'any' && !(options.accept ?? [0]).includes(result.code)) {
    throw new InfrastructureError(
      'PROGRAM_FAILED',
      `${file} ended with ${result.signal ?? `exit code ${result.code}`}`,
      {
        evidence: tail(result.stderr || result.stdout),
        hint: `The command was: ${words.length > 2000 ? `${words.slice(0, 2000)} …` : words}`,
      },
    );
  }
  return result;
}

function tail(text: string): string {
  return text.length > 4000 ? `…${text.slice(-4000)}` : text;
}
