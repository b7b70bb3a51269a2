import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { execa, type Options, type ResultPromise } from 'execa';
import { InfrastructureError } from '../errors.ts';
import { ownCommand } from '../project.ts';
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
  /** Time between TERM and KILL. Default: 2 s. */
  graceNs?: number | undefined;
  /** Called for each line as it arrives, without its newline. */
  onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
  /** Called for each chunk of standard output as it arrives, for a program whose output may not be UTF-8. */
  onOutput?: ((chunk: Buffer) => void) | undefined;
  /** Standard output goes to this file instead of memory. */
  outputFile?: string | undefined;
  /** Exit codes that are results rather than errors. Default: only 0. `any` accepts all. */
  accept?: number[] | 'any' | undefined;
  /** Maximum number of bytes kept per stream. The rest is dropped, but lines are still delivered. Default: 64 MiB. */
  maxBuffer?: number | undefined;
  /** Connect the program to the terminal, for interactive programs. */
  inherit?: boolean | undefined;
}

/** The result of a finished program. */
export interface ProgramResult {
  /** Exit code, or 128 + signal number. */
  code: number;
  signal?: NodeJS.Signals | undefined;
  stdout: string;
  stderr: string;
  durationNs: number;
  /** Why we ended it, if we did. */
  ended?: 'timeout' | 'aborted' | undefined;
}

/** A program that is running in its own process group. */
export interface RunningProgram {
  pid: number;
  /** Settles when the program has exited and its group is gone. Never rejects because of an exit code. */
  done: Promise<ProgramResult>;
  /** Sends TERM to the group, and KILL after the grace time. Settles when it is gone. */
  end(): Promise<ProgramResult>;
}

const defaultGraceNs = 2e9;
/** How long a stream may stay open after its process group is gone. Only a program that left the group can hold it. */
const strayStreamMs = 1000;

/**
 * Starts a program in its own process group. The kernel kills it when the harness dies (`setpriv --pdeathsig`), so that
 * not even SIGKILL to the harness leaves a guest behind. A missing program exits with code 127 and a message on stderr,
 * which `runProgram` turns into PROGRAM_MISSING.
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
    // A grandchild may still hold the pipes. Killing its group closes them.
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

/** Sends TERM, then KILL after the grace time: on abort, on timeout or on request. Never after the program has exited. */
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

/** Waits for the exit only, not for the pipes. A program that could not be spawned has code 127. */
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
  if (name === 'stdout' && options.onOutput) stream?.on('data', options.onOutput);
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
    throw new InfrastructureError('PROGRAM_TIMEOUT', `${file} did not finish in time`, {
      evidence: tail(result.stderr),
    });
  }
  if (result.code === 127 && result.stderr.startsWith('setpriv: failed to execute')) {
    throw new InfrastructureError('PROGRAM_MISSING', `${file} is not installed`, {
      hint: `Run \`${ownCommand.join(' ')} doctor --install\`.`,
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
