import t from 'tap';
import type { Attempt } from '../../../harness/measurement/trace/attempt.ts';
import { blameAttempts, mergeBlame, needless } from '../../../harness/measurement/trace/blame.ts';

const attempt = (more: Partial<Attempt>): Attempt => ({
  module: 'kvm',
  call: 'finit_module',
  pid: 1,
  startNs: 0,
  durationNs: 1e6,
  outcome: 'loaded',
  bytes: 0,
  requester: { kind: 'udev', device: 'system/cpu/cpu0' },
  ...more,
});
const cpu = (number: number, more: Partial<Attempt> = {}): Attempt =>
  attempt({
    startNs: number * 1e6,
    requester: { kind: 'udev', device: `system/cpu/cpu${number}` },
    outcome: number === 0 ? 'loaded' : 'duplicate-early',
    bytes: number === 0 ? 0 : 1000,
    ...more,
  });

t.test('255 devices of udev are one row', async t => {
  const rows = blameAttempts(Array.from({ length: 255 }, (_, index) => cpu(index)));
  t.equal(rows.length, 1);
  t.match(rows[0], {
    kind: 'udev',
    attempts: 255,
    outcomes: { loaded: 1, 'duplicate-early': 254 },
    bytes: 254_000,
    waitNs: 254e6,
    modules: [{ module: 'kvm', devices: 255, device: 'system/cpu/cpu*', spanNs: 254e6 }],
  });
  t.equal(needless(rows[0]!), 254);
});

t.test('most wasteful first, by bytes, then by needless loads', async t => {
  const kernel = (name: string, more: Partial<Attempt>) =>
    attempt({ requester: { kind: 'kernel', name, chain: ['__sock_create', '__sys_socket'] }, ...more });
  const rows = blameAttempts([
    attempt({ requester: { kind: 'program', chain: ['modprobe', 'sh'] } }),
    kernel('net-pf-38', { outcome: 'merged' }),
    kernel('net-pf-17', { outcome: 'duplicate-late', bytes: 10 }),
  ]);
  t.same(
    rows.map(({ kind, who }) => `${kind} ${who}`),
    ['kernel __sock_create for net-pf-17', 'kernel __sock_create for net-pf-38', 'program modprobe'],
  );
  t.same(rows[2]?.chain, ['sh']);
});

t.test('boots add up', async t => {
  const boot = blameAttempts([cpu(0), cpu(1)]);
  const [row] = mergeBlame([boot, boot, []]);
  t.match(row, { attempts: 4, bytes: 2000, outcomes: { loaded: 2, 'duplicate-early': 2 } });
  t.match(row?.modules, [{ module: 'kvm', attempts: 4, devices: 2 }]);
  t.match(boot, [{ attempts: 2 }], 'the boots themselves stay as they are');
  t.same(mergeBlame([]), []);
});

t.test('a hostile trace cannot fill a record', async t => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    attempt({ module: `m${index % 100}`, requester: { kind: 'program', chain: [`p${index % 70}`] } }),
  );
  const rows = blameAttempts(many);
  t.equal(rows.length, 50);
  t.ok(rows.every(({ modules }) => modules.length <= 20));
});
