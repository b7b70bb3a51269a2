import t from 'tap';
import {
  PressureMeter,
  type PressureReading,
  parseCpuTicks,
  parseWaiting,
  pressureBetween,
} from '../../harness/machine/host-pressure.ts';

t.test('the ticks of all CPUs, of which the eighth column is steal', async t => {
  // A line of a real guest with 2 CPUs; guest time is part of user time and not added again.
  const stat = 'cpu  34062 5 9428 284552 246 0 71 60 30 2\ncpu0 17031 0 4714 142276 123 0 35 30 0 0\n';
  t.same(parseCpuTicks(stat), { cpuTicks: 34062 + 5 + 9428 + 284552 + 246 + 71 + 60, stolenTicks: 60 });
  for (const text of ['', 'cpu 1 2 3\n', 'cpu  1 2 3 4 5 6 7 x\n', 'intr 1 2 3 4 5 6 7 8\n'])
    t.equal(parseCpuTicks(text), undefined, JSON.stringify(text));
});

t.test('the time in which some task waited for a CPU', async t => {
  const text =
    'some avg10=39.20 avg60=47.07 avg300=28.18 total=124296474\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n';
  t.equal(parseWaiting(text), 124296474);
  for (const other of ['', 'full total=7\n', 'some avg10=0.00 total=\n', 'some total=-x\n'])
    t.equal(parseWaiting(other), undefined, JSON.stringify(other));
});

t.test('shares between two readings', async t => {
  const first: PressureReading = { timeNs: 0, cpuTicks: 1000, stolenTicks: 10, waitingUs: 5_000_000 };
  const last = { timeNs: 10e9, cpuTicks: 3000, stolenTicks: 410, waitingUs: 7_500_000 };
  t.same(pressureBetween(first, last), { stealShare: 0.2, waitShare: 0.25 });
  t.same(pressureBetween(first, { ...last, waitingUs: undefined }), { stealShare: 0.2 });
  t.same(
    pressureBetween({ ...first, stolenTicks: 420 }, last),
    { stealShare: 0, waitShare: 0.25 },
    'never negative',
  );
  t.equal(pressureBetween(first, first), undefined);
});

t.test('a meter on this host', async t => {
  const meter = new PressureMeter(() => Number(process.hrtime.bigint()));
  t.equal(meter.measure() === undefined || process.platform === 'linux', true);
  const until = process.hrtime.bigint() + 60_000_000n;
  while (process.hrtime.bigint() < until);
  const pressure = meter.measure();
  if (!pressure) return t.fail('nothing was measured');
  t.ok(pressure.stealShare >= 0 && pressure.stealShare <= 1);
  t.ok(pressure.loadPerCpu >= 0);
});
