import t from 'tap';
import {
  parseStressNgOutput,
  parseStressNgYaml,
  stressNgHasModule,
} from '../../../harness/measurement/workload/stress-ng.ts';
import { golden } from '../console-fixture.ts';

t.test('stress-ng: its YAML and its summary lines', async t => {
  t.same(parseStressNgYaml(golden('6.12', 'stress-ng.yaml')), {
    version: '0.19.02',
    skipped: false,
    stressors: [
      {
        name: 'module',
        ops: 108,
        wallSeconds: 3.004856,
        userSeconds: 0.015481,
        systemSeconds: 4.220251,
        maxRssBytes: 3526656,
      },
    ],
  });
  t.same(parseStressNgOutput(golden('6.12', 'stress-ng.txt')), {
    skipped: 0,
    passed: 8,
    failed: 0,
    untrustworthy: 0,
    reasons: [],
    complete: true,
  });
  t.match(parseStressNgYaml(golden('6.12-dups-trace', 'stress-ng.yaml')), {
    version: '0.19.02',
    skipped: false,
    stressors: [{ name: 'module', ops: 120 }],
  });
  t.match(parseStressNgOutput(golden('6.12-dups-trace', 'stress-ng.txt')), { passed: 8, complete: true });
  const head = "system-info:\n  stress-ng-version: '0.19.02'\n";
  const hostile = [
    '',
    'a: [',
    'x: 1',
    head.replace('0.19.02', 'new'),
    `${head}metrics:\n  3`,
    `${head}metrics:\n  - stressor: module\n    bogo-ops: lots`,
    `${head}metrics:\n  [&a [1], *a, *a]`,
    `${head}x: "${'y'.repeat(1 << 20)}"`,
    `${head}metrics:\n  [${'1,'.repeat(2000)}1]`,
  ];
  for (const text of hostile)
    t.throws(
      () => parseStressNgYaml(text),
      { name: 'GuestError', code: 'STRESS_NG_YAML' },
      text.slice(0, 60),
    );
  t.same(['0.15.06', '0.15.07', '0.16', '0.22.01', '1.0'].map(stressNgHasModule), [
    false,
    true,
    true,
    true,
    true,
  ]);
});
