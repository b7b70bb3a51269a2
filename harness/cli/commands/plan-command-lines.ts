import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import { qemuArguments } from '../../machine/arguments.ts';
import type { Plan } from '../../plan/trial.ts';
import { createProgress } from '../../progress/progress.ts';
import { prepareRun } from '../../run/prepared-run.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
import { shellQuote } from '../../shell-quote.ts';
import { machineSettings } from '../../trial/trial-runner.ts';
import type { CommandContext } from '../context.ts';
import type { MatrixInput } from '../inputs.ts';

/** Makes the agent print the stats on the console instead of waiting for the host to acknowledge them. */
const nobodyListens = 'modstorm.host=none';

/**
 * One line per cell, ready to paste: the kernel and image are built first. The console is the terminal, where Ctrl-C ends
 * the guest, and the channel goes to a file.
 */
export async function printCommandLines(
  input: MatrixInput,
  plan: Plan,
  options: { accel: AcceleratorRequest['requested'] },
  context: CommandContext,
): Promise<void> {
  const display = createProgress(context);
  try {
    const prepared = await prepareRun({
      matrix: input.matrix,
      plan,
      workloads: input.workloads,
      requested: requestedAccelerator(input.matrix.require, options.accel),
      cores: availableParallelism(),
      signal: context.signal,
      sink: display.sink,
    });
    display.close();
    for (const cell of plan.cells) {
      // biome-ignore lint/style/noNonNullAssertion: the cells of this plan were prepared
      const one = prepared.cells.get(cell.id)!;
      const { deadlineNs } = one.workload;
      const exact = machineSettings({ ...one, deadlineNs }, prepared.host, {
        id: 'dry-run',
        consoleFile: '-',
        countFile: join(tmpdir(), `modstorm-dry-run-${cell.id}.instructions`),
      });
      const settings = {
        ...exact,
        commandLine: `${exact.commandLine} ${nobodyListens}`,
        channelFile: join(tmpdir(), `modstorm-dry-run-${cell.id}.channel`),
      };
      context.stdout(`# ${cell.label}\n${shellQuote([settings.qemu, ...qemuArguments(settings)])}\n`);
    }
  } finally {
    display.close();
  }
}
