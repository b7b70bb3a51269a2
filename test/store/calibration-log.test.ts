import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type CalibrationEntry, logCalibration } from '../../harness/store/calibration-log.ts';

const entry: CalibrationEntry = {
  run: '20261121T030000Z-aa-0001',
  startedAt: '2026-11-21T03:00:00.000Z',
  matrix: 'aa',
  facts: { accelerator: 'tcg', cpu_model: 'AMD EPYC 9R14' },
  pairs: 10,
  perSide: 8,
  verdicts: { alarms: 0, of: 10 },
  tests: { alarms: 1, of: 40 },
};

t.test('a run stands once in the log, and other conditions do not add up', async t => {
  const folder = join(t.testdir(), 'results');
  await logCalibration(folder, entry);
  const again = await logCalibration(folder, { ...entry, pairs: 11 });
  t.strictSame(again, [{ ...entry, pairs: 11 }]);
  const kvm = { ...entry, run: 'b', facts: { ...entry.facts, accelerator: 'kvm' } };
  t.strictSame(await logCalibration(folder, kvm), [kvm]);
  t.equal((await logCalibration(folder, { ...entry, run: 'c' })).length, 2);
});

t.test('a damaged log is one error that names the member', async t => {
  const folder = t.testdir();
  await logCalibration(folder, entry);
  const path = join(folder, 'calibration.json');
  const text = readFileSync(path, 'utf8');
  for (const [from, to, message] of [
    ['"calibrations": [', '"calibrations": [null,', /calibrations\[0\]: expected object, received null/],
    ['"alarms": 1', '"alarms": -1', /calibrations\[0\]\.tests\.alarms/],
    ['"accelerator"', '"__proto__"', /calibrations\[0\]\.facts: has a member named __proto__/],
  ] as const) {
    writeFileSync(path, text.replace(from, to));
    await t.rejects(logCalibration(folder, entry), { code: 'FILE_DAMAGED', message, hint: /delete it/ });
  }
});
