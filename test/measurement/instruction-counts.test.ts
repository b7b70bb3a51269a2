import t from 'tap';
import { readInstructionCounts } from '../../harness/measurement/instruction-counts.ts';
import { measureTrial } from '../../harness/measurement/trial-measurement.ts';
import { evidence, expected } from './trial-evidence-fixture.ts';

/** What the plugin wrote of a guest with two vCPUs. */
const counted = '1 90000000 500\n2 120000000 4500\n3 226000000 904500\n';

t.test('counts are those between the marks, of all vCPUs', async t => {
  t.same(readInstructionCounts(counted), { boot: 90_000_500, workload: 106_900_000 });
  t.same(
    readInstructionCounts('9 9 9\n3 30\n1 10\n2 20\n'),
    { boot: 10, workload: 10 },
    'by number, not by place',
  );
});

t.test('what is missing or wrong is no count', async t => {
  const cases: [string, RegExp][] = [
    ['', /did not pass all marks/],
    ['1 10\n2 20\n', /did not pass all marks/],
    ['1 10\n2 20\n2 25\n3 30\n', /mark 2 more than once/],
    ['1 10\n2 9\n3 30\n', /out of order/],
    ['1 10\n2 20\n3 19\n', /out of order/],
    ['1 10\n2 20\n3 99999999999999999999\n', /out of order/],
    ['1 10\n2 20\n3 -30\n', /wrote an invalid line/],
    ['1\n2 20\n3 30\n', /wrote an invalid line/],
    ['1 10\n2 20\n3 30\u001b[2J\n', /wrote an invalid line/],
    ['1 10\n2 20\n3 300000000000000000000000\n', /wrote an invalid line/],
  ];
  for (const [text, reason] of cases) t.match(readInstructionCounts(text), reason, JSON.stringify(text));
});

t.test('a counted trial has the counts, and says what its times are', async t => {
  const alone = { ...expected, vcpus: 1 };
  const facts = { ...evidence().facts, cpus_online: '1' };
  const one = measureTrial(evidence({ instructions: counted, expected: alone, facts }));
  t.match(one.metrics, {
    instructions_boot: 90_000_500,
    instructions_workload: 106_900_000,
    failed_becoming: 670,
  });
  t.same(
    one.findings.map(({ code }) => code),
    ['TIMES_ARE_INSTRUCTIONS'],
  );
  const several = measureTrial(evidence({ instructions: counted }));
  t.same(
    several.findings.map(({ code }) => code),
    ['TIMES_ARE_INSTRUCTIONS', 'WAITING_IS_COUNTED'],
  );
});

t.test('instructions for each request, where requests are known', async t => {
  const metrics = [
    { name: 'successes', unit: 'count', class: 'count', worse: 'none', description: 'x' },
  ] as const;
  const results = [{ file: '/run/x', format: 'metrics', text: 'successes 330\n' }] as const;
  const asked = { ...expected, metrics, succeeded: 'successes' };
  const { metrics: values } = measureTrial(evidence({ instructions: counted, expected: asked, results }));
  t.equal(values['requests'], 1000, '330 that succeeded and 670 that failed');
  t.equal(values['instructions_per_request'], 106_900);
});

t.test('a trial that was to be counted and was not is no measurement', async t => {
  const { invalid, metrics } = measureTrial(evidence({ instructions: '1 10\n' }));
  t.equal(invalid, 'the guest did not pass all marks of its agent');
  t.same(metrics, {});
  t.notOk(
    'instructions_boot' in measureTrial(evidence()).metrics,
    'without counting there is none, not zero',
  );
});
