import { rankSuspects } from '../search/conclude.ts';
import { replay, type SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';
import { percent } from './conclusion-text.ts';
import { html } from './html.ts';
import { posteriorPicture } from './posterior-picture.ts';
import { stepTable } from './step-table.ts';

const shownSuspects = 20;

/**
 * A page about a bisection, complete in itself: the verdict, the posterior over the commits boot by boot, the most suspect
 * commits, and everything that was tried.
 * @param lines the verdict
 */
export function posteriorPage(
  log: SearchLog,
  file: string,
  names: CommitNames,
  lines: readonly string[],
): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>modstorm bisect</title>
<style>body{font:14px sans-serif;margin:2em;max-width:80em}svg{border:1px solid #999}
pre{background:#f4f4f4;padding:1em;overflow-x:auto}th{text-align:left}td{padding:0 1em 0 0;vertical-align:top}</style></head><body>
<h1>Bisection</h1>
<pre>${html(lines.join('\n'))}</pre>
<h2>Posterior, boot by boot</h2>
<p>Each row is a boot, from the one on that told the ends apart; each column is one of ${log.header.commits.length} commits or
several neighbours, from the good end on the left to the bad one on the right; the darker, the more suspect.</p>
${posteriorPicture(log, file, names)}
<h2>Most suspect</h2>
${suspectTable(log, file, names)}
<h2>Step by step</h2>
${stepTable(log, names)}
</body></html>
`;
}

function suspectTable(log: SearchLog, file: string, names: CommitNames): string {
  const { evidence, history } = replay(log, file);
  if (evidence === undefined || evidence.contradicted) return '<p>None: the ends were not told apart.</p>';
  const rows = rankSuspects(history, evidence)
    .filter(({ probability }) => probability >= 0.001)
    .slice(0, shownSuspects)
    .map(
      ({ commit, probability }) =>
        `<tr><td>${percent(probability)}</td><td>${html(names.full(commit))}</td></tr>`,
    );
  return `<table>${rows.join('\n')}</table>`;
}
