import t, { type Test } from 'tap';
import { compareAcross } from '../../../harness/judgement/compare-sides.ts';
import { judgeRun } from '../../../harness/judgement/judge-run.ts';
import { sideOfRun } from '../../../harness/judgement/side.ts';
import { exporter as github } from '../../../harness/report/formats/github.ts';
import { exporter as markdown } from '../../../harness/report/formats/markdown.ts';
import { code, html, joinBlocks, prose } from '../../../harness/report/markdown/markdown-text.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { goldenText } from '../../fakes/golden.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';

const content = fakeAb();
const report = reportRun(content, 'results/r');

/** What is left of a Markdown text when fences and code spans, where nothing is markup, are taken out (CommonMark 6.1). */
function outsideCode(text: string): string {
  const unfenced = text.replaceAll(/^(`{3,})\n[\s\S]*?\n\1$/gm, '');
  return unfenced
    .split('\n')
    .map(line => line.replaceAll(/(?<![\\`])(`+)(?!`).*?[^`]\1(?!`)/g, ''))
    .join('\n');
}

/** Nothing of what came from outside is markup, a link, a mention or the start of a line. */
function checkHarmless(t: Test, text: string, name: string) {
  const rest = outsideCode(text);
  t.notMatch(rest, /(?<!\\)<(?!\/?(?:details|summary|sub)>|!-- -->)/, `${name}: no foreign tag`);
  t.notMatch(rest, /(?<!\\)\]\(/, `${name}: no link`);
  t.notMatch(rest, /@(?!<!-- -->)/, `${name}: no mention`);
  t.notMatch(rest, /(?<!\\)`/, `${name}: every code span is closed`);
  t.notMatch(text, /[^\P{Cc}\n]|[\u202a-\u202e]/u, `${name}: no control characters`);
  t.notMatch(text, /^\s*::/m, `${name}: no workflow command`);
}

t.test('the verdict first, then what changed, the rest folded', t => {
  const text = markdown.run(report);
  t.equal(text, goldenText('report/golden/report.md', text));
  checkHarmless(t, text, 'golden');
  const alone = markdown.comparison!(judgeRun(content)!, {});
  t.ok(text.includes(alone.slice(0, 200)), 'the comparison is the same by itself');
  t.match(
    markdown.comparison!(compareAcross(sideOfRun(content), sideOfRun(content)), {}),
    ' (before) against ',
  );
  t.end();
});

t.test('runs without numbers, and hostile names', t => {
  for (const [name, one] of Object.entries({ ...troubledRuns(), hostile: hostileRun(hostileText) }))
    checkHarmless(t, markdown.run(one), name);
  const crashed = markdown.run(troubledRuns()['everything crashed']!);
  t.match(crashed, '18 boots: 18 crashed.');
  t.match(crashed, '8 more boots did not pass.');
  t.match(markdown.run(troubledRuns()['no finished trials']!), 'No metric was measured on both sides.');
  t.end();
});

t.test('a summary of GitHub stays below its limit, whatever the run holds', t => {
  const many = hostileRun(hostileText);
  many.model.troubled = Array.from({ length: 10 }, () => ({
    ...many.model.troubled[0]!,
    reproduce: 'x'.repeat(490),
  }));
  const whole = github.summary!.run(many, Number.POSITIVE_INFINITY);
  const room = 3000;
  t.ok(Buffer.byteLength(whole) > room);
  const text = github.summary!.run(many, room);
  t.ok(Buffer.byteLength(text) <= room);
  t.match(text, /\n\*\d+ of \d+ parts are left out here\.\*\n$/);
  checkHarmless(t, text, 'cut');
  t.equal(joinBlocks([['a'], [], ['b', 'c']]), 'a\n\nb\nc\n');
  t.equal(joinBlocks([['a'.repeat(99)]], 10), '\n*1 of 1 parts are left out here.*\n');
  t.end();
});

t.test('annotations: ten at most, the rest counted, the verdict last', t => {
  const lines = github.run(report).trimEnd().split('\n');
  t.equal(lines.length, 3);
  t.match(
    lines[0],
    /^::error title=vcpus=4 config=stats\+dups%3A wasted_bytes::REGRESSED: wasted_bytes got worse/,
  );
  t.match(lines[2], /^::notice title=modstorm::verdict: REGRESSED/);
  for (const [name, one] of Object.entries({ ...troubledRuns(), hostile: hostileRun(hostileText) })) {
    const text = github.run(one);
    t.match(text, /^(?:::(?:error|warning|notice) title=[^:,\n]*::[^\n\r]*\n){0,10}$/, name);
  }
  const cells = Array.from({ length: 30 }, (_, index) => ({
    ...report.model.cells[0]!,
    cell: { ...report.model.cells[0]!.cell, id: `x${index}`, label: `x${index}` },
  }));
  const troubled = cells.map(({ cell }) => ({
    record: { ...content.records[0]!, outcome: { kind: 'failed' as const, reason: '100 %\nbad' } },
    cell,
    reproduce: 'modstorm',
  }));
  const text = github.run({ ...report, model: { ...report.model, cells, troubled } });
  t.equal(text.trimEnd().split('\n').length, 10);
  t.match(text, '100 %25%5Cnbad'.replace('%5C', '\\'), 'percent signs are escaped, newlines visible');
  t.match(text, /^::error title=modstorm::24 more findings: see the summary of the job$/m);
  t.end();
});

t.test('texts of others', t => {
  t.equal(code('a`b``c'), '``` a`b``c ```');
  t.equal(code('a|b'), '`a\\|b`');
  t.equal(code(' \n '), '`\\n`');
  t.equal(
    prose('@me #1 <b> [x](y) http://z *a* _b_'),
    '@<!-- -->me #<!-- -->1 \\<b\\> \\[x\\]\\(y\\) http\\://z \\*a\\* \\_b\\_',
  );
  t.equal(html('<i>&"'), '&#60;i&#62;&#38;&#34;');
  t.end();
});
