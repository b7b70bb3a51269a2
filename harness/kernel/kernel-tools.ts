import { InfrastructureError } from '../errors.ts';
import type { LockOptions } from '../files/lock.ts';
import { type ProgramOptions, type ProgramResult, runProgram } from '../process/program.ts';
import { ownCommand } from '../project.ts';
import type { StepSink } from '../step.ts';

/** Runs programs and reports progress, with the settings that all kernel builds share. */
export interface KernelTools {
  /** `runProgram` in the C locale, with the administrator's folders (depmod) on the PATH, aborted by the build's signal. */
  run(file: string, args: readonly string[], options?: ProgramOptions): Promise<ProgramResult>;
  report(detail: string, fraction?: number): void;
  /** How to wait for a lock: until the build is interrupted, with a notice that names the holder. */
  lock(purpose: string): LockOptions;
}

/** Options of the tools of a build. */
interface ToolOptions {
  sink?: StepSink | undefined;
  signal?: AbortSignal | undefined;
  run?: typeof runProgram | undefined;
}

/**
 * Creates the tools of one build.
 * @param step stable ID of the step whose progress is reported
 */
export function kernelTools(
  step: string,
  title: string,
  { sink, signal, run = runProgram }: ToolOptions = {},
): KernelTools {
  const environment = {
    LC_ALL: 'C',
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    // If inherited, these would change what make builds.
    MAKEFLAGS: '',
    KCFLAGS: '',
    KAFLAGS: '',
    KCPPFLAGS: '',
    KBUILD_OUTPUT: '',
  };
  const report = (detail: string, fraction?: number) => sink?.({ step, title, detail, fraction });
  return {
    run: (file, args, options = {}) =>
      run(file, args, {
        signal,
        // make needs time to remove its half-written targets.
        graceNs: 10e9,
        ...options,
        environment: { ...environment, ...options.environment },
      }),
    report,
    lock: purpose => ({ purpose, signal, onWait: report }),
  };
}

/**
 * The versions of the compiler and linker that make will use. Part of an artifact's key.
 * @throws InfrastructureError TOOLCHAIN_MISSING
 */
export async function describeToolchain(tools: KernelTools): Promise<string> {
  const lines: string[] = [];
  for (const program of ['gcc', 'ld']) {
    const result = await tools.run(program, ['--version']).catch(error => {
      throw new InfrastructureError('TOOLCHAIN_MISSING', `${program} is needed to build a kernel`, {
        hint: `Run \`${ownCommand.join(' ')} doctor --install\`.`,
        cause: error,
      });
    });
    lines.push(result.stdout.split('\n')[0] ?? '');
  }
  return lines.join('; ');
}
