import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { canonicalJson } from '../../harness/files/digest.ts';
import type { Capabilities } from '../../harness/measurement/record.ts';
import { formatBaseline, makeBaseline } from '../../harness/store/baseline.ts';
import { BaselineStore } from '../../harness/store/baseline-store.ts';
import { differences } from '../../harness/store/comparison-key.ts';
import { passedValues, samplesByCell } from '../../harness/store/sample.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../fakes/run-fixture.ts';

const capabilities: Capabilities = {
  release: '6.12.95',
  moduleStats: true,
  autoloadDups: false,
  dupsTrace: false,
  decompress: false,
  cpusOnline: 2,
};
const plan = fakePlan(
  [fakeCell('c2', 'stats', 8), fakeCell('c1', 'stats', 2), fakeCell('c3', 'plain', 2)],
  3,
);
const [a1, b1, , a2, b2, , a3] = plan.trials;
const records = [
  fakeRecord(a2!, { wasted_bytes: '18446744073709551615' }, undefined, { capabilities, bootNs: 1.5e9 }),
  fakeRecord(a1!, { wasted_bytes: 12, failed_becoming: 3 }, undefined, { capabilities, bootNs: 1.25e9 }),
  fakeRecord(a3!, { wasted_bytes: 99 }, { kind: 'invalid', reason: 'Unknown symbol' }),
  fakeRecord(b1!, { wasted_bytes: 0 }, undefined, { capabilities }),
  fakeRecord(b2!, { wasted_bytes: '5' }, undefined, { capabilities }),
];

t.test('samples: only passed trials, by repetition, and a gap is null', async t => {
  const [first, second, third] = [...samplesByCell(plan, records).values()];
  t.equal(first?.cell.id, 'c2', 'cells stay in the order of the matrix');
  t.strictSame(first?.passed, [1, 2]);
  t.strictSame(first?.bad, [false, false, null], 'an invalid boot says nothing about the guest');
  t.strictSame(
    passedValues(first!, 'wasted_bytes'),
    [12, 18446744073709551615n],
    'what fits no double is a bigint',
  );
  t.strictSame(first?.values.get('failed_becoming'), [3, null, null], 'not measured is not zero');
  t.strictSame(passedValues(first!, 'boot_ns'), [1.25e9, 1.5e9], 'times are metrics too');
  t.equal(first?.records.length, 3, 'the invalid trial is there as evidence');
  t.strictSame(second?.values.get('wasted_bytes'), [0, 5]);
  t.match(third, { planned: 3, passed: [], values: new Map() });
});

t.test('a baseline comes back as it was saved, one sample a line', async t => {
  const store = new BaselineStore(join(t.testdir(), 'baselines'));
  const baseline = makeBaseline('nightly-6.12', { run: fakeRun(), plan, records });
  t.strictSame(await store.names(), []);
  const path = await store.save(baseline);
  t.strictSame(await store.load('nightly-6.12'), baseline);
  const text = readFileSync(path, 'utf8');
  t.ok(text.includes('\n        "wasted_bytes": [12,"18446744073709551615"]'), text);
  t.ok(text.includes('\n        "failed_becoming": [3,null],'));
  t.ok(text.indexOf('vcpus=2') < text.indexOf('vcpus=8'), 'cells are sorted');
  t.equal(baseline.cells.length, 2, 'a cell without numbers is left out');
  t.match(baseline.cells[1], {
    facts: { workload: 'stress-ng 1', module_stats: 'true' },
    release: '6.12.95',
  });

  await t.rejects(store.save(baseline), { code: 'BASELINE_EXISTS', hint: /--replace/ });
  await store.save({ ...baseline, run: 'other' }, { replace: true });
  t.strictSame(
    (await store.list()).map(one => [one.name, one.run]),
    [['nightly-6.12', 'other']],
  );
  await t.rejects(store.load('gone'), { code: 'BASELINE_UNKNOWN', hint: /nightly-6\.12/ });
  for (const name of ['', '../x', 'a/b', '.hidden', 'x.json']) {
    await t.rejects(store.load(name), { code: 'BASELINE_NAME' }, name);
  }
  writeFileSync(path, text.replace('[3,null]', '[3]'));
  await t.rejects(store.load('nightly-6.12'), {
    code: 'FILE_DAMAGED',
    message: /cells\[1\]\.samples\.failed_becoming: must have 2 values/,
  });
  writeFileSync(path, text.replace('[3,null]', '[3,"many"]'));
  await t.rejects(store.load('nightly-6.12'), {
    code: 'FILE_DAMAGED',
    message: /samples\.failed_becoming\[1\]: is not a number/,
  });
  for (const [from, to, message] of [
    ['"repetitions": [1,2]', '"repetitions": [1e300,2]', /repetitions\[0\]: Too big/],
    ['"wasted_bytes"', '"__proto__"', /cells\[0\]\.samples: has a member named __proto__/],
    ['"cells": [', '"cells": [null,', /cells\[0\]: expected object, received null/],
  ] as const) {
    writeFileSync(path, text.replaceAll(from, to));
    await t.rejects(store.load('nightly-6.12'), { code: 'FILE_DAMAGED', message, hint: /from git/ });
  }
  await store.remove('nightly-6.12');
  t.strictSame(await store.names(), []);
  await t.rejects(store.remove('nightly-6.12'), { code: 'BASELINE_UNKNOWN', hint: /baseline save/ });
  t.throws(() => makeBaseline('x', { run: fakeRun(), plan, records: [] }), { code: 'BASELINE_EMPTY' });
});

t.test('what two sides do not agree on is named', async t => {
  const base = makeBaseline('base', { run: fakeRun(), plan, records });
  const kvm = fakeRun({
    accelerator: { accelerator: 'kvm', requested: 'kvm', reason: '' },
    workloads: { 'stress-ng': 2 },
  });
  const wider = records.map(record => ({
    ...record,
    capabilities: { ...capabilities, release: '7.2', cpusOnline: 4 },
  }));
  const next = makeBaseline('next', { run: kvm, plan, records: wider });
  t.strictSame(differences(base.facts, base.facts), []);
  t.strictSame(differences(base.facts, next.facts), [{ fact: 'accelerator', base: 'tcg', new: 'kvm' }]);
  t.strictSame(
    differences(base.cells[0]!.facts, next.cells[0]!.facts),
    [
      { fact: 'cpus_online', base: '2', new: '4' },
      { fact: 'workload', base: 'stress-ng 1', new: 'stress-ng 2' },
    ],
    'the release is not among them: releases are what is compared',
  );
});

t.test('property: what is formatted can be read back', async () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.oneof(fc.constant(null), fc.integer(), fc.bigInt().map(String))),
      (label, values) => {
        const base = makeBaseline('x', { run: fakeRun(), plan, records });
        const cell = { ...base.cells[0]!, label, samples: { [label]: values } };
        const baseline = { ...base, cells: [cell] };
        return canonicalJson(JSON.parse(formatBaseline(baseline))) === canonicalJson(baseline);
      },
    ),
  );
});
