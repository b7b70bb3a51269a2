import { HarnessError, InfrastructureError } from '../errors.ts';
import { buildGuestProgram } from '../image/guest-program.ts';
import { escapeValue } from '../machine/arguments.ts';
import { runProgram } from '../process/program.ts';
import { projectPath } from '../project.ts';
import type { StepSink } from '../step.ts';

/** Options of `prepareInstructionCounter`. */
export interface CounterOptions {
  /** Path or name of the QEMU program. */
  qemu: string;
  /** Cache folder of modstorm. */
  cache: string;
  signal?: AbortSignal | undefined;
  sink?: StepSink | undefined;
  /** Replaced in tests. */
  run?: typeof runProgram | undefined;
  build?: typeof buildGuestProgram | undefined;
}

/** Versions of QEMU's plugin API that guests/plugin supports, newest first. */
const interfaces = [3, 2, 1] as const;

/**
 * The plugin that counts instructions, built for the API version of this QEMU. The only way to find out the version is to
 * let QEMU load the plugin into an empty machine and exit.
 * @returns path of the plugin
 * @throws InfrastructureError QEMU_CANNOT_COUNT if it does not compile or QEMU accepts no version
 */
export async function prepareInstructionCounter(options: CounterOptions): Promise<string> {
  const { qemu, cache, signal, sink, run = runProgram, build = buildGuestProgram } = options;
  const report = (detail: string) => sink?.({ step: 'plugin', title: 'Instruction counter', detail });
  const refusals: string[] = [];
  for (const version of interfaces) {
    report(`version ${version} of QEMU's plugin API`);
    const plugin = await build({
      sources: projectPath('guests', 'plugin'),
      name: 'instructions.so',
      variables: [`API=${version}`],
      cache,
      signal,
      onWait: report,
    }).catch(error => {
      throw signal?.aborted ? error : notBuilt(error);
    });
    const words = ['-machine', 'none', '-nodefaults', '-no-user-config', '-display', 'none'];
    const load = ['-accel', 'tcg', '-plugin', `file=${escapeValue(plugin)},out=/dev/null`];
    const { code, stderr } = await run(qemu, [...words, ...load, '-monitor', 'stdio'], {
      input: 'quit\n',
      accept: 'any',
      timeoutNs: 20e9,
      signal,
    });
    if (code === 0) return plugin;
    refusals.push(stderr.trim());
  }
  throw new InfrastructureError(
    'QEMU_CANNOT_COUNT',
    `${qemu} does not accept the plugin, so it cannot count instructions`,
    {
      evidence: refusals.join('\n'),
      hint: 'Use a QEMU 6.0 or later that is built with --enable-plugins (as Debian does), or leave out `clock: instructions`.',
    },
  );
}

function notBuilt(error: unknown): InfrastructureError {
  return new InfrastructureError(
    'QEMU_CANNOT_COUNT',
    'the plugin that counts instructions does not compile',
    {
      evidence: error instanceof HarnessError ? (error.evidence ?? error.message) : String(error),
      hint: 'It needs gcc and make: run `modstorm doctor --install`, or leave out `clock: instructions`.',
      cause: error,
    },
  );
}
