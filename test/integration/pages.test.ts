import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import t from 'tap';
import { CommitNames } from '../../harness/bisect/report/commit-names.ts';
import { posteriorPage } from '../../harness/bisect/report/posterior-page.ts';
import { compareAcross } from '../../harness/judgement/compare-sides.ts';
import { findEvents } from '../../harness/judgement/history/history-event.ts';
import { sideOfRun } from '../../harness/judgement/side.ts';
import { exporter } from '../../harness/report/formats/html.ts';
import { historyPage } from '../../harness/report/html/history-page.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import { changeAtNine, searchLog } from '../bisect/report/search-fixture.ts';
import { fakePoints, fakeSeries } from '../fakes/history-fixture.ts';
import { fakeAb, hostileRun, hostileText } from '../fakes/hostile-run.ts';
import { TestBrowser } from './browser.ts';

/** All pages in a real browser: what it shows, what it says, and how a reader without mouse or with a narrow screen fares. */

const browser = await TestBrowser.start();
t.teardown(() => browser.close());

const ab = exporter.run(reportRun(fakeAb(), 'results/r'));

const pages: Record<string, string> = {
  'an A/B run': ab,
  'a run that compares nothing': (() => {
    const plain = fakeAb();
    delete plain.run.matrix.compare;
    return exporter.run(reportRun(plain, 'results/r'));
  })(),
  'hostile names': exporter.run(hostileRun(hostileText)),
  'a comparison': (() => {
    const side = sideOfRun(fakeAb());
    return exporter.comparison!(compareAcross(side, side), {});
  })(),
  'a history': (() => {
    const levels = Array.from(
      { length: 30 },
      (_, night) => (night < 15 ? 2e9 : 3e9) + 1e6 * ((night * 7) % 5),
    );
    const series = [
      fakeSeries(fakePoints(levels)),
      fakeSeries(fakePoints([2e9, 2e9]), { name: 'settle_ns' }),
    ];
    const events = findEvents(series[0]!).map(event => {
      return { event, confirmation: 'unconfirmed' as const, confirmedBy: undefined };
    });
    return historyPage({ folder: 'results', runs: 30, series, events, skipped: [] });
  })(),
  'a bisection': posteriorPage(searchLog(changeAtNine), 'log', new CommitNames(), ['first bad commit: c9']),
};

/** A phone, a laptop, a large screen; px. */
const widths = [400, 1280, 2400];

/** What axe-core finds against its rules, good practice among them; a line for each. */
async function accessibilityProblems(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary ?? ''}`),
  );
}

for (const [name, text] of Object.entries(pages)) {
  t.test(`${name}: shown at all widths, light, dark and printed`, async t => {
    const { page, complaints, requests } = await browser.show(text);
    for (const element of ['section', 'svg', 'circle', 'path', 'details', 'table', 'a'])
      t.equal(
        await page.locator(element).count(),
        text.split(new RegExp(`<${element}[ >]`)).length - 1,
        `${element}: as many as were written`,
      );
    await page.evaluate(axe.source);
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of widths) {
        await page.emulateMedia({ colorScheme, media: 'screen' });
        await page.setViewportSize({ width, height: 900 });
        const place = `${width} px, ${colorScheme}`;
        t.ok(
          Number(await page.evaluate('document.documentElement.scrollWidth')) <= width,
          `${place}: nothing is wider than the page`,
        );
        t.strictSame(await accessibilityProblems(page), [], `${place}: axe finds nothing`);
      }
    await page.emulateMedia({ media: 'print' });
    const hidden = `[...document.querySelectorAll('details > :not(summary)')]
      .filter(part => part.getBoundingClientRect().height === 0).length`;
    t.equal(await page.evaluate(hidden), 0, 'what is closed on the screen is printed');
    t.equal((await page.pdf()).subarray(0, 5).toString(), '%PDF-');
    t.strictSame(complaints, []);
    t.strictSame(requests, [], 'nothing is loaded');
    await page.close();
  });
}

t.test('axe would find text that is hard to read, and a picture without words', async t => {
  const { page } = await browser.show(
    ab
      .replace('--faint:#575d63', '--faint:#d0d0d0')
      .replace('role="img" aria-label', 'role="img" data-label'),
  );
  await page.evaluate(axe.source);
  const problems = (await accessibilityProblems(page)).map(line => line.split(':')[0]);
  t.ok(problems.includes('color-contrast') && problems.includes('svg-img-alt'), problems.join(' '));
  await page.close();
});

t.test('by the keyboard from the heat map to the reasons of a verdict', async t => {
  const { page } = await browser.show(ab);
  const isCell = 'document.activeElement.closest("td.v") !== null';
  for (let presses = 0; presses < 20 && !(await page.evaluate(isCell)); presses++)
    await page.keyboard.press('Tab');
  t.ok(await page.evaluate(isCell), 'Tab leads to a cell');
  const target = String(await page.evaluate('document.activeElement.getAttribute("href")'));
  const reasons = page.locator(target);
  t.notOk(await reasons.isVisible(), 'the reasons are closed');
  await page.keyboard.press('Enter');
  await reasons.waitFor({ state: 'visible', timeout: 5000 });
  const top = (await reasons.boundingBox())?.y ?? Number.NaN;
  const height = page.viewportSize()?.height ?? 0;
  t.ok(top > -1 && top < height, `Enter shows them: ${top} of ${height}`);
  await page.close();
});

t.test('what got into a page nevertheless can neither run nor load anything', async t => {
  const attack = `<script>document.body.append('owned')</script><img src="http://localhost:9/x.png"/></main>`;
  const { page, complaints } = await browser.show(ab.replace('</main>', attack));
  t.notMatch(await page.locator('body').innerText(), 'owned');
  t.equal(
    complaints.filter(line => line.includes('Content Security Policy')).length,
    2,
    complaints.join('\n'),
  );
  await page.close();
});
