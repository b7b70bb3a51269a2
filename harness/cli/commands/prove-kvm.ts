import { availableParallelism } from 'node:os';
import { hasCode } from '../../errors.ts';
import { exitCodes } from '../../exit-code.ts';
import type { AcceleratorProof } from '../../machine/machine.ts';
import { makePlan } from '../../plan/plan.ts';
import { createProgress } from '../../progress/progress.ts';
import { prepareCells } from '../../run/preparation.ts';
import { prepareHost } from '../../run/prepared-run.ts';
import { StepEvents } from '../../run/step-events.ts';
import type { CommandContext } from '../context.ts';
import { readMatrix } from '../inputs.ts';
import { renderError } from '../render-error.ts';

/** The matrix whose guest is booted: the smallest one, which needs one kernel and no package. */
const provingMatrix = 'smoke';

/** Options of `modstorm doctor --prove`. */
export interface ProveOptions {
  json?: boolean | undefined;
}

/**
 * `modstorm doctor --prove`: boots guests under KVM until one says hello, and prints which CPU held and what was tried before. The
 * kernel is built if it is not in the cache.
 * @returns 0 if KVM works, else 3
 * @throws BuildError, InfrastructureError of the preparation
 */
export async function proveKvmCommand(options: ProveOptions, context: CommandContext): Promise<number> {
  const { matrix, workloads } = await readMatrix(provingMatrix);
  const plan = makePlan(matrix, { seed: 0, repetitions: 1 });
  const display = createProgress({ ...context, interactive: context.interactive && !options.json });
  const steps = new StepEvents(display.sink);
  const { signal } = context;
  let proof: AcceleratorProof;
  try {
    const request = { plan, requested: 'kvm', cores: availableParallelism(), signal, steps } as const;
    const host = await prepareHost(request, async () => {
      const [cell] = await prepareCells({ matrix, cells: plan.cells, workloads, signal, sink: steps.sink });
      // biome-ignore lint/style/noNonNullAssertion: the matrix has one cell
      return cell!;
    });
    proof = host.proof;
    steps.finish();
  } catch (error) {
    display.close();
    if (!hasCode(error, 'KVM_UNUSABLE')) throw error;
    const { message: reason } = error as Error;
    if (options.json) context.stdout(`${JSON.stringify({ version: 1, usable: false, reason }, null, 2)}\n`);
    context.stderr(renderError(error));
    return exitCodes.infrastructure;
  } finally {
    display.close();
  }
  context.stdout(options.json ? proofJson(proof) : `KVM works: ${proof.reason}\n`);
  return exitCodes.success;
}

function proofJson({ reason, cpu, omitted = [], tried = [] }: AcceleratorProof): string {
  return `${JSON.stringify({ version: 1, usable: true, reason, cpu, omitted, tried }, null, 2)}\n`;
}
