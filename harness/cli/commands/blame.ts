import { UsageError } from '../../errors.ts';
import { escapeText } from '../../escape.ts';
import { exitCodes } from '../../exit-code.ts';
import type { Attempt } from '../../measurement/trace/attempt.ts';
import { plainModule } from '../../measurement/trace/module-name.ts';
import { chromeTrace } from '../../report/chrome-trace.ts';
import { lanesPage } from '../../report/html/lanes-page.ts';
import { blameLines } from '../../report/text/blame.ts';
import { moduleTimeline } from '../../report/text/module-timeline.ts';
import { traceGuide } from '../../report/text/trace-guide.ts';
import { type Blamed, readBlame, readOneLedger } from '../blame-input.ts';
import type { CommandContext } from '../context.ts';

/** Options of `modstorm blame`. */
export interface BlameOptions {
  results: string;
  json?: boolean;
  /** How to trace another machine. */
  explain?: boolean;
  /** The calls for one module in one boot. */
  module?: string;
  /** These as a page with a lane for each task. */
  html?: boolean;
  /** The calls of one boot in Chrome's trace format. */
  chrome?: boolean;
}

const mostRows = 30;
const mostSentences = 10;

/**
 * `modstorm blame RUN [CELL]`: who asked for modules, and what came of it, in every traced cell or in one; `modstorm blame FILE` for
 * the trace of any machine.
 * @throws UsageError BLAME_ARGUMENTS, BLAME_MODULE; those of `readBlame`
 */
export async function blameCommand(
  source: string | undefined,
  cell: string | undefined,
  options: BlameOptions,
  context: CommandContext,
): Promise<number> {
  context.stdout(options.explain ? traceGuide() : await blameText(source, cell, options, context));
  return exitCodes.success;
}

async function blameText(
  source: string | undefined,
  cell: string | undefined,
  options: BlameOptions,
  context: CommandContext,
): Promise<string> {
  if (source === undefined)
    throw new UsageError('BLAME_ARGUMENTS', 'blame needs a run or a trace', {
      hint: '`modstorm blame latest`, or `modstorm blame --explain` for how to trace another machine.',
    });
  const subject = { source, cell, results: options.results };
  if (options.chrome) return chromeTrace((await readOneLedger(subject, context)).attempts);
  if (options.module !== undefined)
    return timeline((await readOneLedger(subject, context)).attempts, options.module, options.html === true);
  if (options.html)
    throw new UsageError('BLAME_ARGUMENTS', '--html draws the calls for one module', {
      hint: 'Name it: `modstorm blame latest --module kvm --html > kvm.html`.',
    });
  const blamed = await readBlame(subject, context);
  return options.json ? document(blamed) : `${blamed.map(page).join('\n\n')}\n`;
}

function timeline(attempts: readonly Attempt[], module: string, asPage: boolean): string {
  const name = plainModule(module);
  const chosen = attempts.filter(attempt => attempt.module === name);
  if (chosen.length > 0)
    return asPage ? lanesPage(name, chosen) : `${moduleTimeline(name, chosen).join('\n')}\n`;
  const names = [...new Set(attempts.flatMap(attempt => attempt.module ?? []))].sort();
  throw new UsageError('BLAME_MODULE', `no call loaded ${escapeText(name, { length: 60 })}`, {
    hint: `The modules are: ${names.map(one => escapeText(one, { length: 60 })).join(', ')}`,
  });
}

function document(blamed: readonly Blamed[]): string {
  const cells = blamed.map(({ cell, label, blame, notes }) => ({ cell, label, ...blame, notes }));
  return `${JSON.stringify({ version: 1, cells }, null, 2)}\n`;
}

function page({ label, blame, notes }: Blamed): string {
  const head = `${escapeText(label, { length: 200 })}:`;
  return [head, '', ...blameLines(blame, mostRows, mostSentences), ...notes].join('\n');
}
