import { appendFile, stat } from 'node:fs/promises';
import { hasCode } from '../errors.ts';
import type { Paint } from '../paint.ts';
import type { Exporter } from '../report/exporter.ts';
import type { CommandContext } from './context.ts';

/** GitHub drops a step summary above 1 MiB; a little is left for what others write. */
const summaryLimit = 900 * 1024;

/** The texts of one result in a format: that for standard output, and the summary, given the bytes it may have. */
export interface Printed {
  text: string;
  /** Puts colours into the text where standard output shows them. */
  colour?: ((text: string, paint: Paint) => string) | undefined;
  summary?: ((room: number) => string) | undefined;
}

/**
 * Prints results: on standard output, and the summary of a job where GITHUB_STEP_SUMMARY says. Without that place, a reader sees
 * the summary as well.
 */
export async function printResults(
  { text, colour, summary }: Printed,
  context: CommandContext,
): Promise<void> {
  const file = context.environment['GITHUB_STEP_SUMMARY'];
  context.stdout(text, colour);
  if (summary === undefined) return;
  if (file === undefined || file === '') {
    context.stdout(`${text === '' ? '' : '\n'}${summary(summaryLimit)}`);
    return;
  }
  await appendFile(file, summary(Math.max(0, summaryLimit - (await sizeOf(file)))));
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** The texts of a run's report in a format. */
export function printedRun(exporter: Exporter, ...[report, options]: Parameters<Exporter['run']>): Printed {
  const { summary, colour } = exporter;
  return {
    text: exporter.run(report, options),
    colour,
    summary: summary && (room => summary.run(report, room, options)),
  };
}
