import { html, scrolled, section, table, wordHead } from '../../report/html/markup.ts';
import { htmlPage } from '../../report/html/page.ts';
import { rankSuspects } from '../search/conclude.ts';
import { replay, type SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';
import { percent } from './conclusion-text.ts';
import { posteriorPicture } from './posterior-picture.ts';
import { stepTable } from './step-table.ts';

const shownSuspects = 20;

/**
 * A self-contained page about a bisection: the verdict, the posterior over the commits after each boot, the most suspect
 * commits, and all steps.
 * @param lines the verdict
 */
export function posteriorPage(
  log: SearchLog,
  file: string,
  names: CommitNames,
  lines: readonly string[],
): string {
  const { length } = log.header.commits;
  return htmlPage('Bisection', [
    `<pre>${html(lines.join('\n'))}</pre>`,
    section('Posterior, boot by boot', [
      `<p>Each row is a boot, starting with the one that distinguished the ends; each column is one of ${length} commits or several
neighbours, from the good end to the bad one. The darker a column, the more suspect its commits. The dot marks the booted commit.</p>`,
      scrolled('posterior over commits', posteriorPicture(log, file, names)),
    ]),
    section('Most suspect', [`<div class="words">${suspectTable(log, file, names)}</div>`]),
    section('Step by step', [`<div class="words">${stepTable(log, names)}</div>`]),
  ]);
}

function suspectTable(log: SearchLog, file: string, names: CommitNames): string {
  const { evidence, history } = replay(log, file);
  if (evidence === undefined || evidence.contradicted) return '<p>None: the ends were not distinguished.</p>';
  const rows = rankSuspects(history, evidence)
    .filter(({ probability }) => probability >= 0.001)
    .slice(0, shownSuspects)
    .map(({ commit, probability }) => [html(percent(probability)), html(names.full(commit))]);
  return table('most suspect commits', ['probability', 'commit'].map(wordHead), rows);
}
