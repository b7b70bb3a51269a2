import t, { type Test } from 'tap';
import { compareAcross } from '../../../harness/judgement/compare-sides.ts';
import { findEvents } from '../../../harness/judgement/history/history-event.ts';
import { sideOfRun } from '../../../harness/judgement/side.ts';
import { runProgram } from '../../../harness/process/program.ts';
import { exporter as page } from '../../../harness/report/formats/html.ts';
import { historyPage } from '../../../harness/report/html/history-page.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { fakePoints, fakeSeries } from '../../fakes/history-fixture.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent } from '../../fakes/run-folder-fixture.ts';

const content = fakeAb();
const text = page.run(reportRun(content, 'results/r'));

/** The elements and attributes that pages are made of; anything else came from outside. */
const elements =
  /^\/?(?:html|head|meta|title|style|body|main|h[1-3]|p|b|a|ul|li|dl|dt|dd|div|span|section|details|summary|pre|table|thead|tbody|tr|th|td|figure|figcaption|svg|g|line|path|rect|circle|text)$/;
const attributes =
  /^(?:lang|charset|http-equiv|content|name|class|id|href|title|download|open|scope|role|tabindex|aria-label|aria-hidden|height|width|x|y|x1|x2|y1|y2|cx|cy|r|d|viewBox|preserveAspectRatio|text-anchor)$/;

/** A page is well-formed, holds no markup of others, loads nothing, and its links lead somewhere. */
async function checkPage(t: Test, text: string, name: string) {
  const { code, stderr } = await runProgram('xmllint', ['--nonet', '--noout', '-'], {
    input: text,
    accept: 'any',
  });
  t.equal(code, 0, `${name}: ${stderr.slice(0, 300)}`);
  const body = text.replace(/<style>[\s\S]*?<\/style>/, '');
  for (const [, tag = '', rest = ''] of body.matchAll(/<(?!!)([^\s>/]*\/?[^\s>/]*)([^>]*)>/g)) {
    if (!elements.test(tag)) t.fail(`${name}: <${tag}>`);
    for (const [, attribute = ''] of rest.matchAll(/\s([^\s=]+)="[^"]*"/g))
      if (!attributes.test(attribute)) t.fail(`${name}: ${tag} ${attribute}`);
  }
  const ids = new Set([...body.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
  const links = [...body.matchAll(/ href="([^"]*)"/g)].map(([, link = '']) => link);
  t.ok(links.length > 0);
  for (const link of links)
    if (!link.startsWith('data:application/json;base64,') && !ids.has(link.slice(1)))
      t.fail(`${name}: ${link}`);
  t.equal(new Set(ids).size, [...body.matchAll(/ id="/g)].length, `${name}: each id once`);
  const invented = /NaN|undefined/.exec(body.replaceAll(/base64,[^"]*/g, ''));
  t.equal(invented, null, `${name}: no number is invented`);
}

t.test('the answer first, each verdict leads to its reasons, every sample is there', async t => {
  await checkPage(t, text, 'A/B');
  const places = [
    'REGRESSED</span>',
    '<h2>Verdicts</h2>',
    '<h2>Samples</h2>',
    '<h2>Scaling</h2>',
    '<h2>Why</h2>',
  ];
  const found = places.map(place => text.indexOf(place));
  t.ok(
    found.every((place, index) => place > (found[index - 1] ?? 0)),
    found.join(' '),
  );
  t.match(
    text,
    /<td class="v v-REGRESSED"><a href="#why-1-\d+" title="REGRESSED: wasted_bytes, vcpus=4[^"]*">\* \+\d+%<\/a>/,
  );
  const plot = /<b>boot_ns<\/b>[\s\S]*?<\/details>/.exec(text)?.[0] ?? '';
  t.equal(plot.split('class="dot"').length - 1, 72, 'a dot for each boot');
  t.match(text, '<p>39 in every boot (n=72).</p>', 'what never varies is a sentence');
  t.match(text, 'crc32c_intel', 'duplicates by module');
});

t.test('all values are in the page, as a download', async t => {
  const [, encoded = ''] = /data:application\/json;base64,([^"]*)"/.exec(text) ?? [];
  const data = JSON.parse(Buffer.from(encoded, 'base64').toString());
  t.equal(data.trials.length, content.records.length);
  t.strictSame(
    data.trials.map(({ metrics }: { metrics: Record<string, unknown> }) => metrics['boot_ns']),
    content.records.map(({ metrics }) => metrics['boot_ns']),
  );
});

t.test('a comparison alone, and a run that compares nothing', async t => {
  const side = sideOfRun(content);
  const compared = page.comparison!(compareAcross(side, side), {});
  t.notMatch(compared, 'samples.json');
  t.match(compared, '20261121T030000Z-ab-0001 (base) against 20261121T030000Z-ab-0001 (new)');
  const plain = fakeAb();
  delete plain.run.matrix.compare;
  const shown = page.run(reportRun(plain, 'results/r'));
  await checkPage(t, shown, 'nothing compared');
  t.notMatch(shown, '<h2>Verdicts</h2>');
  t.match(shown, '<h3>wasted_bytes over vcpus, config=stats+dups</h3>');
});

t.test('runs without numbers, and hostile names', async t => {
  for (const [name, one] of Object.entries({ ...troubledRuns(), hostile: hostileRun(hostileText) }))
    await checkPage(t, page.run(one), name);
  t.match(page.run(troubledRuns()['everything crashed']!), 'BUG: unable to handle page fault');
  t.match(page.run(troubledRuns()['no finished trials']!), 'No boot measured anything.');
});

t.test('36 cells of 20 boots and 40 metrics stay below 2 MB', async t => {
  const run = fakeRun();
  run.matrix.compare = { axis: 'config', base: 'stats' };
  run.matrix.varied = ['config', 'vcpus', 'compression'];
  const cells = [1, 2, 4, 8, 16, 32].flatMap(vcpus =>
    ['none', 'gzip', 'zstd'].flatMap(compression =>
      ['stats', 'stats+dups'].map(config => {
        const cell = fakeCell(`c${vcpus}-${compression}-${config.length}`, config, vcpus);
        return { ...cell, settings: { ...cell.settings, compression } };
      }),
    ),
  );
  const measure = (_: unknown, random: { uniform(): number }) =>
    Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`m${index}_ns`, Math.round(random.uniform() * 1e12)]),
    );
  const large = fakeRunContent({ run, cells, repetitions: 20, seed: 3, measure });
  const size = Buffer.byteLength(page.run(reportRun(large, 'results/r')));
  t.ok(size < 2e6, `${size} bytes`);
});

t.test('a history: events, then the nights as a line with the change marked', async t => {
  const step = Array.from({ length: 30 }, (_, night) => (night < 15 ? 2e9 : 3e9) + 1e6 * ((night * 7) % 5));
  const series = fakeSeries(fakePoints(step));
  series.cell = hostileText;
  const events = findEvents(series).map(event => {
    return { event, confirmation: 'unconfirmed' as const, confirmedBy: undefined };
  });
  t.equal(events.length, 1);
  const shown = historyPage({ folder: 'results', runs: 30, series: [series], events, skipped: [] });
  await checkPage(t, shown, 'history');
  t.match(shown, /<line class="mark" x1="[\d.]+%"[^>]*><text [^>]*>[0-9a-f]{8} worse, unconfirmed/);
  t.equal(shown.split('class="point"').length - 1, 30);
  const none = historyPage({ folder: 'results', runs: 1, series: [], events: [], skipped: [] });
  t.match(none, 'No run measured anything.');
});
