import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { calibrateCommand } from '../../../harness/cli/commands/calibrate.ts';
import type { ExecuteOptions, RunInput } from '../../../harness/run/run-input.ts';
import { RunFolder } from '../../../harness/store/run-folder.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../../fakes/run-folder-fixture.ts';
import { normal } from '../../statistics/generators.ts';

/** Milliseconds that the boots of a session take on the average, one session after the other. */
const levels = [1000, 1100, 950, 1200, 1050];

/** Instead of boots, made-up sessions whose level moves; `inputs` keeps what was to be run. */
function fakeHost() {
  const inputs: RunInput[] = [];
  const execute = async (input: RunInput, { results }: ExecuteOptions): Promise<RunFolder> => {
    const level = levels[inputs.length]!;
    inputs.push(input);
    const run = fakeRun({
      run: `2026112${inputs.length}T030000Z-smoke-000${inputs.length}`,
      startedAt: `2026-11-2${inputs.length}T03:00:00.000Z`,
    });
    const made = fakeRunContent({
      run: { ...run, matrix: { ...run.matrix, name: input.matrix.name } },
      cells: input.plan.cells,
      repetitions: input.plan.trials.length,
      seed: inputs.length,
      measure: (_, random) => ({ boot_ns: Math.round(1e6 * (level + normal(random))) }),
    });
    return RunFolder.open(writeFakeRun(results, made), results);
  };
  return { inputs, execute };
}

const asked = (results: string) => ({ accel: 'auto' as const, filter: [], pairs: 5, results });

t.test('sessions are runs of one kernel, of which the spread of each metric is told', async t => {
  const results = t.testdir();
  const { inputs, execute } = fakeHost();
  const context = fakeContext();
  const options = { ...asked(results), sessions: 4 };
  t.equal(await calibrateCommand('matrices/smoke.yaml', options, context, execute), 0);
  t.equal(inputs.length, 4);
  for (const { plan, calibration, matrix } of inputs) {
    t.equal(plan.trials.length, 8, 'eight boots of the one cell, and no pairs among them');
    t.equal(calibration?.pairs, 0);
    t.notOk('compare' in matrix);
  }
  t.match(
    context.output,
    '4 sessions of one kernel, 20261121T030000Z-smoke-0001 to 20261124T030000Z-smoke-0004',
  );
  const row = context.output.split('\n').find(line => line.includes('boot_ns')) ?? '';
  // 1000, 1100, 950 and 1200 have a standard deviation of 111; two differ by 3.18 (Student, 3 degrees) times sqrt(2) of it.
  t.match(row, /boot_ns +4 +111 ms +\S+ us +(49|50)\d ms$/, row);
  const last = join(results, '20261124T030000Z-smoke-0004', 'report');
  t.equal(readFileSync(join(last, 'sessions.txt'), 'utf8'), context.output);
  const stored = JSON.parse(readFileSync(join(last, 'sessions.json'), 'utf8'));
  t.match(stored, {
    version: 1,
    runs: { length: 4 },
    alarms: { still: { of: 2 }, known: { alarms: 0, of: 2 } },
  });
});

t.test('sessions that lie in the folder add to those that are made', async t => {
  const results = t.testdir();
  const { execute } = fakeHost();
  await calibrateCommand('matrices/smoke.yaml', { ...asked(results), sessions: 3 }, fakeContext(), execute);
  const context = fakeContext();
  const options = { ...asked(results), sessions: 2, json: true };
  t.equal(await calibrateCommand('matrices/smoke.yaml', options, context, execute), 0);
  const { runs, spreads } = JSON.parse(context.output);
  t.equal(runs.length, 2);
  const boot = spreads.find(({ metric }: { metric: string }) => metric === 'boot_ns');
  t.equal(boot.sessions, 5);
  t.ok(Math.abs(boot.spread.deviation / 1e6 - 96.2) < 2, `${boot.spread.deviation} ns of five sessions`);
});

t.test('no session begins after an interruption, and none is resumed', async t => {
  const results = t.testdir();
  const { inputs, execute } = fakeHost();
  const stop = new AbortController();
  const context = { ...fakeContext(), signal: stop.signal };
  const interrupted = async (...[input, options]: Parameters<typeof execute>) => {
    stop.abort();
    return execute(input, options);
  };
  await calibrateCommand('matrices/smoke.yaml', { ...asked(results), sessions: 4 }, context, interrupted);
  t.equal(inputs.length, 1);
  const resumed = { ...asked(results), sessions: 2, resume: 'latest' };
  await t.rejects(calibrateCommand(undefined, resumed, context, execute), { code: 'CALIBRATE_RESUME' });
});
