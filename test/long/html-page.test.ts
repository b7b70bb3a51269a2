import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { exporter } from '../../harness/report/formats/html.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import { fakeAb, hostileRun, hostileText } from '../fakes/hostile-run.ts';

/** Pages in a real browser, Debian's chromium: `apt-get install -y chromium`. */

const folder = t.testdir();

/** What the browser made of a page, and what it had to say: refused scripts and loads, errors. */
async function browse(text: string): Promise<{ dom: string; complaints: string[] }> {
  const file = join(folder, 'page.html');
  writeFileSync(file, text);
  const words = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr', '--dump-dom'];
  const { stdout, stderr } = await runProgram('chromium', [...words, `file://${file}`]);
  return { dom: stdout, complaints: stderr.split('\n').filter(line => line.includes('CONSOLE')) };
}

t.test('a browser shows the page and has nothing to say', async t => {
  for (const [name, report] of [
    ['A/B', reportRun(fakeAb(), 'results/r')],
    ['hostile', hostileRun(hostileText)],
  ] as const) {
    const text = exporter.run(report);
    const { dom, complaints } = await browse(text);
    t.strictSame(complaints, [], name);
    for (const element of ['<section', '<svg', '<circle', '<details', '<table', ' href="#why-'])
      t.equal(dom.split(element).length, text.split(element).length, `${name}: ${element}`);
  }
});

t.test('what got into a page nevertheless can neither run nor load anything', async t => {
  const text = exporter.run(reportRun(fakeAb(), 'results/r'));
  const attack = `<script>document.body.append('owned')</script><img src="http://localhost:9/x.png"/></main>`;
  const { dom, complaints } = await browse(text.replace('</main>', attack));
  t.notMatch(dom.replace(attack, ''), /owned(?!'\))/);
  t.equal(
    complaints.filter(line => line.includes('Content Security Policy')).length,
    2,
    complaints.join('\n'),
  );
});
