import { escapeText } from '../../escape.ts';
import type { RunComparison } from '../../judgement/judgement.ts';
import { plural } from '../../units.ts';
import { verdictLine } from '../comparison-verdict.ts';
import type { Exporter } from '../exporter.ts';
import { comparisonMarkdown } from '../markdown/comparison.ts';
import { joinBlocks } from '../markdown/markdown-text.ts';
import { runMarkdown } from '../markdown/run.ts';
import { casesOfComparison, casesOfRun, type OutcomeCase } from '../outcome-case.ts';

/**
 * For a job of GitHub Actions: annotations as workflow commands, and a summary in Markdown in the file named by
 * GITHUB_STEP_SUMMARY, which GitHub drops if it is larger than 1 MiB.
 */
export const exporter: Exporter = {
  run: report =>
    annotations(
      casesOfRun(report),
      report.verdict.kind === 'judged' ? verdictLine(report.verdict.comparison) : undefined,
    ),
  comparison: (comparison: RunComparison) =>
    annotations(casesOfComparison(comparison), verdictLine(comparison)),
  summary: {
    run: (report, room, options) => joinBlocks(runMarkdown(report, options), room),
    comparison: (comparison, room, options) => joinBlocks(comparisonMarkdown(comparison, options), room),
  },
};

/** GitHub shows ten annotations per step and silently drops the others. */
const mostAnnotations = 10;

/** What fails the run as errors, faults of the host as warnings, the verdict as a notice. */
function annotations(cases: readonly OutcomeCase[], verdict: string | undefined): string {
  const found = [
    ...cases
      .filter(({ status }) => status === 'failed')
      .map(one => command('error', one.name, messageOf(one))),
    ...cases
      .filter(({ status }) => status === 'error')
      .map(one => command('warning', one.name, messageOf(one))),
  ];
  const notices = verdict === undefined ? [] : [command('notice', 'modstorm', verdict)];
  const room = mostAnnotations - notices.length;
  const shown = found.length > room ? found.slice(0, room - 1) : found;
  const rest = found.length - shown.length;
  const more =
    rest > 0
      ? [command('error', 'modstorm', `${plural(rest, 'more finding')}: see the summary of the job`)]
      : [];
  return [...shown, ...more, ...notices].map(line => `${line}\n`).join('');
}

function messageOf({ sentence, details }: OutcomeCase): string {
  return [sentence, ...details.slice(0, 3)].map(line => escapeText(line, { length: 1000 })).join('\n');
}

/** `::error title=T::text`, escaped as in GitHub's toolkit; otherwise a newline in a name could start a command. */
function command(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = data(escapeText(title, { length: 200 }))
    .replaceAll(':', '%3A')
    .replaceAll(',', '%2C');
  return `::${kind} title=${property}::${data(message)}`;
}
