import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { IsolatedApt } from '../../harness/host/isolated-apt.ts';
import { runProgram } from '../../harness/process/program.ts';
import { exporter as openmetrics } from '../../harness/report/formats/openmetrics.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../fakes/hostile-run.ts';

const folder = await mkdtemp(join(tmpdir(), 'modstorm-promtool-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const apt = new IsolatedApt({});
// The package of the host's own suite, whose libraries the host has.
const suite = 'bookworm';
const candidates = await apt.candidates('prometheus');
await apt.extract(
  await apt.download('prometheus', candidates.find(one => one.suite === suite) ?? {}),
  folder,
);
const promtool = join(folder, 'usr', 'bin', 'promtool');

/** Exit code of promtool for a text that it can read, whose names break its conventions. */
const unusualNames = 3;

/** What promtool says of a text: syntax errors, and what the naming conventions of Prometheus do not like. */
async function check(text: string, fine: readonly number[] = [0]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(promtool, ['check', 'metrics'], {
    input: text,
    accept: 'any',
  });
  return fine.includes(code) ? '' : `${stdout}${stderr}`;
}

t.test('promtool of Prometheus takes the metrics of every run', async t => {
  t.equal(await check(openmetrics.run(reportRun(fakeAb(), 'results/r'))), '');
  for (const [name, report] of Object.entries(troubledRuns()))
    t.equal(await check(openmetrics.run(report)), '', name);
  const hostile = openmetrics.run(hostileRun(hostileText));
  t.equal(
    await check(hostile, [0, unusualNames]),
    '',
    'a metric with a hostile name has an odd name, no more',
  );
  t.not(await check('modstorm_boots{cell="a} 1\n'), '', 'and refuses what is none');
});
