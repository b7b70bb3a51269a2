import t from 'tap';
import { CommitNames } from '../../../harness/bisect/report/commit-names.ts';
import { posteriorPage } from '../../../harness/bisect/report/posterior-page.ts';
import type { SearchLog } from '../../../harness/bisect/search/search-log.ts';
import { changeAtNine, searchLog } from './search-fixture.ts';

const page = (log: SearchLog) => posteriorPage(log, 'log', new CommitNames(), ['first bad commit: <script>']);

t.test('a page shows the posterior boot by boot, and nothing of it is markup of others', t => {
  const log = searchLog(changeAtNine);
  const text = page(log);
  t.match(text, /&lt;script&gt;/);
  t.notMatch(text, /<script|https?:/, 'it loads nothing');
  t.match(text, /<rect x="324" [^>]*fill-opacity="1\.00"/, 'the column of c9 ends black');
  t.match(text, /<title>c8: 39; then most suspect c9, &gt;99\.9 %<\/title>/, 'a row says what was booted');
  t.match(text, /<th scope="row">[^<]+ %<\/th><td>c9<\/td>/, 'most suspect');
  t.match(
    text,
    /<text [^>]*>good end<\/text>\s*<text [^>]*>bad end<\/text>\s*<text x="342" [^>]*>c9<\/text>/,
  );
  t.match(text, /<text [^>]*>search<\/text>\s*<text [^>]*>confirmation<\/text>\s*<text [^>]*>revert<\/text>/);
  t.match(text, /<title>c8: 39;.*<circle cx="306" /, 'a dot in the column of what was booted');
  t.end();
});

t.test('every step is told, boots of one source that follow each other together', t => {
  const log = searchLog(changeAtNine, {}, 30);
  const source = { commit: 'c5', purpose: { stage: 'search' }, seconds: 61 } as const;
  log.observations.push(
    { type: 'untestable', ...source, cause: 'build', title: 'a.c:1: error: <x>' },
    { type: 'boot-failed', ...source, commit: 'c6', title: 'BUG: \x1b[31mx' },
  );
  const text = page(log);
  t.match(text, />ends<\/th><td>c0<\/td><td>built<\/td><td>1 min 00 s<\/td>/);
  t.match(text, />search<\/th><td>c8<\/td><td>39( 39)+<\/td>/);
  t.match(text, /<td>c0<\/td><td>39( 39){9}<\/td>[\s\S]*<td>c16<\/td><td>40( 40){9}<\/td>/, 'ends in turn');
  t.match(text, /<td>c5<\/td><td>cannot be tested: a\.c:1: error: &lt;x&gt;<\/td><td>1 min 01 s<\/td>/);
  t.match(text, /<td>no value: BUG: \\x1b\[31mx<\/td>/);
  t.end();
});

t.test('boots of several cells are told apart', t => {
  const log = searchLog((place, reverted, cell) => changeAtNine(place, reverted) + 100 * cell, { cells: 2 });
  const text = posteriorPage(log, 'log', new CommitNames(new Map(), ['vcpus=1', 'vcpus=<2']), []);
  t.match(
    text,
    /<td>c0 in vcpus=1<\/td><td>39( 39){9}<\/td>[\s\S]*<td>c0 in vcpus=&lt;2<\/td><td>139( 139){9}<\/td>/,
  );
  t.match(text, /<title>c8 in vcpus=1: 39;/);
  t.end();
});

t.test('a page of a search that has not told the ends apart yet has no suspects', t => {
  t.match(page(searchLog(changeAtNine, {}, 6)), /None: the ends were not distinguished/);
  t.match(page(searchLog(() => 39)), /None: the ends were not distinguished/);
  t.end();
});
