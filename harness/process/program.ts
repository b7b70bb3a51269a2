import { constants } from 'node:os';
import { execa, type Options } from 'execa';
import { InfrastructureError } from '../errors.ts';

/** How to run a program. Arguments are a list; there is never a shell. */
export interface ProgramOptions {
  /** Working folder. */
  folder?: string;
  /** Added to the environment of the harness. */
  environment?: Record<string, string>;
  /** Written to standard input, which is otherwise empty. */
  input?: string | Uint8Array;
  /** Path of a file that becomes standard input. */
  inputFile?: string;
  /** Ends the program (TERM, then KILL after `graceNs`) with its whole process group. */
  signal?: AbortSignal;
  /** Ends the program after this many nanoseconds. */
  timeoutNs?: number;
  /** Between TERM and KILL; 2 s unless told. */
  graceNs?: number;
  /** Called for each line as it comes, without its newline. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Standard output goes to this file instead of memory. */
  outputFile?: string;
  /** Exit codes that are results, not errors. Only 0 unless told; `any` takes all. */
  accept?: number[] | 'any';
  /** Most bytes kept of each stream; the rest is dropped from memory (lines are still delivered). 64 MiB unless told. */
  maxBuffer?: number;
  /** Kept as it is on the terminal: for programs that talk to a person. */
  inherit?: boolean;
}

/** What a finished program left. */
export interface ProgramResult {
  /** Exit code, or 128 + signal number. */
  code: number;
  signal?: NodeJS.Signals;
  stdout: string;
  stderr: string;
  durationNs: number;
  /** Why it was ended by us, if it was. */
  ended?: 'timeout' | 'aborted';
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

/**
 * Starts a program in its own process group. The kernel kills it when the harness dies (`setpriv --pdeathsig`),
 * so that not even SIGKILL to the harness leaves a guest behind.
 * @throws InfrastructureError PROGRAM_MISSING when there is no such program
 */
export function startProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): RunningProgram {
  const started = process.hrtime.bigint();
  const stdin: Options =
    options.input !== undefined
      ? { input: options.input }
      : options.inputFile !== undefined
        ? { inputFile: options.inputFile }
        : { stdin: 'ignore' };
  const settings: Options = {
    detached: true,
    reject: false,
    stripFinalNewline: false,
    encoding: 'utf8',
    buffer: options.inherit !== true,
    maxBuffer: options.maxBuffer ?? 64 * 1024 * 1024,
    ...(options.folder !== undefined && { cwd: options.folder }),
    ...(options.environment && { env: options.environment }),
    ...(options.inherit ? { stdin: 'inherit', stdout: 'inherit', stderr: 'inherit' } : stdin),
    ...(options.outputFile !== undefined && { stdout: { file: options.outputFile } }),
  };
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', file, ...args], settings);
  const pid = child.pid;
  if (pid !== undefined) liveGroups.add(pid);
  const deliver = options.onLine;
  const readers = deliver
    ? (['stdout', 'stderr'] as const).map(stream =>
        deliverLines(child[stream], line => deliver(line, stream)),
      )
    : [];

  let ended: ProgramResult['ended'];
  let killTimer: NodeJS.Timeout | undefined;
  const terminate = (why?: ProgramResult['ended']) => {
    if (pid === undefined || killTimer) return;
    ended ??= why;
    signalGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), (options.graceNs ?? defaultGraceNs) / 1e6);
  };
  const onAbort = () => terminate('aborted');
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timeout =
    options.timeoutNs === undefined
      ? undefined
      : setTimeout(() => terminate('timeout'), options.timeoutNs / 1e6);

  const exited = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const done = (async (): Promise<ProgramResult> => {
    await exited;
    // A grandchild may still hold the pipes: with its group gone the streams close and execa settles.
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    const result = await child;
    await Promise.all(readers);
    clearTimeout(timeout);
    clearTimeout(killTimer);
    options.signal?.removeEventListener('abort', onAbort);
    if (pid !== undefined) liveGroups.delete(pid);
    const signal = result.signal as NodeJS.Signals | undefined;
    return {
      code: result.exitCode ?? (signal ? 128 + (constants.signals[signal] ?? 0) : 127),
      ...(signal && { signal }),
      stdout: typeof result.stdout === 'string' ? result.stdout : '',
      stderr: typeof result.stderr === 'string' ? result.stderr : '',
      durationNs: Number(process.hrtime.bigint() - started),
      ...(ended && { ended }),
    };
  })();
  return {
    pid: pid ?? -1,
    done,
    end: () => {
      terminate('aborted');
      return done;
    },
  };
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

/** Process groups that were started and are not yet reaped: the last line of defence at exit. */
const liveGroups = new Set<number>();

/** Kills every group that is still alive. For the very end of the process only; synchronous. */
export function killRemainingPrograms(): void {
  for (const pid of liveGroups) signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function deliverLines(
  stream: NodeJS.ReadableStream | null,
  deliver: (line: string) => void,
): Promise<void> {
  if (!stream) return;
  let rest = '';
  stream.on('data', (chunk: Buffer | string) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) deliver(line);
  });
  await new Promise<void>(resolve => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.once('error', () => resolve());
  });
  if (rest) deliver(rest);
}

function tail(text: string): string {
  return text.length > 4000 ? `…${text.slice(-4000)}` : text;
}
