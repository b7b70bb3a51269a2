import t from 'tap';
import {
  beforeAfterTable,
  type RegressionFacts,
  regressionMail,
} from '../../../harness/bisect/report/regression-mail.ts';
import { metrics } from '../../../harness/measurement/metric-table.ts';

const metricNamed = (wanted: string) => metrics.find(({ name }) => name === wanted)!;
const metric = metricNamed('wasted_bytes');
const id = '0123456789abcdef0123456789abcdef01234567';
const facts: RegressionFacts = {
  found: {
    kind: 'found',
    culprits: [id],
    probability: 0.9934,
    p: 1 / 924,
    attempts: 1,
    revert: { kind: 'restored', boots: 6, p: 1 / 924 },
    second: [],
  },
  culprit: { id, name: 'v6', subject: 'module: idea', author: 'A B <a@example.org>', date: '2026-11-26' },
  introduced: id,
  metric,
  before: [0, 0, 1024, 0, 0, 0],
  after: [3 * 2 ** 30, 4 * 2 ** 30, 2n ** 63n, 5 * 2 ** 30, 6 * 2 ** 30, 7 * 2 ** 30],
  guest: 'storm, 2 vCPUs, TCG',
  maintainers: ['A B <a@example.org>', 'M <m@example.org>', 'linux-modules@vger.kernel.org'],
  cost: { builds: 14, boots: 71 },
};

t.test('a mail as regzbot and checkpatch want it', t => {
  const mail = regressionMail(facts);
  t.match(mail, new RegExp(`^#regzbot introduced: ${id}$`, 'm'));
  t.match(mail, /^To: A B <a@example\.org>\nCc: M <m@example\.org>,\n\tlinux-modules@vger/);
  t.match(mail, /regressions@lists\.linux\.dev\nSubject: \[REGRESSION\] .* module: idea\n/);
  for (const line of beforeAfterTable(facts)) {
    t.ok(line.startsWith('  ') && line.length <= 75, line);
    t.match(line, /^[\x20-\x7e]*$/, 'ASCII');
  }
  const body = mail.slice(mail.indexOf('\n\n')).split('\n');
  for (const line of body) t.ok(line.length <= 75 || line.startsWith('#regzbot'), line);
  t.match(regressionMail({ ...facts, maintainers: undefined }), /add the maintainers before sending/);
  t.end();
});

t.test('a change that shows in some boots only is seen in the mean', t => {
  const lines = beforeAfterTable({
    metric: metricNamed('failed_becoming'),
    before: [0, 0, 0],
    after: [0, 0, 15],
  });
  t.match(lines.slice(-2), [/^ {2}before +3 +0 +0 +0$/, /^ {2}after +3 +5 +0 +0\.\.15$/]);
  t.end();
});
