import t from 'tap';
import { proveAccelerator, type SmokeBootResult } from '../../harness/machine/accelerator.ts';
import { type FailedRung, nextRung, refusedFeatures } from '../../harness/machine/kvm-ladder.ts';

/** What QEMU 7.2 printed on a nested host with Intel CPUs. */
const arch = `qemu-system-x86_64: error: failed to set MSR 0x10a to 0x0
qemu-system-x86_64: ../../target/i386/kvm/kvm.c:3048: kvm_buf_set_msrs: Assertion \`ret == cpu->kvm_msr_buf->nmsrs' failed.`;

/** Every rung, if QEMU prints these texts one after the other. */
function climb(vendor: string | undefined, evidence: readonly string[]): string[] {
  const failed: FailedRung[] = [];
  for (let rung = nextRung(failed, vendor); rung !== undefined; rung = nextRung(failed, vendor)) {
    failed.push({ rung, reason: 'it failed', evidence: evidence[failed.length] });
    if (failed.length > 20) throw new Error('the ladder has no end');
  }
  return failed.map(({ rung }) => rung.cpu);
}

t.test('the rungs', async t => {
  t.strictSame(climb('GenuineIntel', []), ['host', 'host,arch-capabilities=off,pmu=off', 'Nehalem', 'kvm64']);
  t.strictSame(climb('AuthenticAMD', []).slice(2), ['EPYC', 'kvm64']);
  t.strictSame(climb(undefined, []).slice(2), ['kvm64']);
  t.strictSame(climb('GenuineIntel', [arch]).slice(0, 2), ['host', 'host,arch-capabilities=off,pmu=off']);
  t.strictSame(
    climb('GenuineIntel', [arch, 'error: failed to set MSR 0x48b to 0x137bff00000000']).slice(1, 4),
    ['host,arch-capabilities=off,pmu=off', 'host,arch-capabilities=off,pmu=off,vmx=off', 'Nehalem'],
    'what QEMU names is left out too',
  );
  const unknown =
    "can't apply global host-x86_64-cpu.arch-capabilities=off: Property 'host-x86_64-cpu.arch-capabilities' not found";
  t.equal(
    climb('GenuineIntel', ['', unknown])[2],
    'host,pmu=off',
    'an older QEMU does not know one of the features',
  );
  const always = ['0x10a', '0xe1', '0x122', '0x48f', '0xcf', '0x38d', '0xda0', '0x3b'].map(
    register => `failed to set MSR ${register} to 0x0`,
  );
  t.ok(climb('GenuineIntel', always).length <= 8, 'a host that refuses everything is given up');
});

t.test('what QEMU names', async t => {
  t.strictSame(refusedFeatures(arch), ['arch-capabilities']);
  t.strictSame(refusedFeatures('failed to set MSR 0x38d to 0x0\nfailed to get MSR 0xe1'), ['pmu', 'waitpkg']);
  t.strictSame(refusedFeatures('failed to set MSR 0x123456 to 0'), [], 'nobody knows');
  t.strictSame(
    refusedFeatures("warning: host doesn't support requested feature: CPUID.01H:ECX.popcnt [bit 23]"),
    ['popcnt'],
  );
});

/** Proves KVM with these answers, each of which takes so long. */
function prove(requested: 'auto' | 'kvm', answers: readonly SmokeBootResult[], secondsEach = 1) {
  let time = 0;
  const shown: string[] = [];
  const deadlines: number[] = [];
  const proof = proveAccelerator({
    requested,
    openDevice: async () => undefined,
    vendor: 'GenuineIntel',
    now: () => time * 1e9,
    prepare: async () => {
      time += 600;
    },
    onRung: ({ cpu }) => shown.push(cpu),
    smokeBoot: async (_, deadlineNs) => {
      deadlines.push(deadlineNs / 1e9);
      time += secondsEach;
      return answers[deadlines.length - 1] ?? { ok: false, reason: 'boot took longer than 15 s' };
    },
  });
  return { proof, shown, deadlines };
}

t.test('the rung that holds is recorded, with what was tried before', async t => {
  const died: SmokeBootResult = { ok: false, reason: 'QEMU died of SIGABRT', evidence: arch };
  const { proof, shown } = prove('kvm', [died, { ok: true, durationNs: 1.2e9 }]);
  t.strictSame(await proof, {
    accelerator: 'kvm',
    requested: 'kvm',
    reason:
      'a smoke boot under KVM said hello in 1.20 s with -cpu host,arch-capabilities=off,pmu=off, ' +
      'after -cpu host: QEMU died of SIGABRT',
    cpu: 'host,arch-capabilities=off,pmu=off',
    omitted: ['arch-capabilities', 'pmu'],
    tried: [{ cpu: 'host', reason: 'QEMU died of SIGABRT' }],
  });
  t.strictSame(shown, ['host', 'host,arch-capabilities=off,pmu=off']);
  const { proof: first } = prove('auto', [{ ok: true, durationNs: 9e8 }]);
  t.strictSame(await first, {
    accelerator: 'kvm',
    requested: 'auto',
    reason: 'a smoke boot under KVM said hello in 900 ms',
    cpu: 'host',
  });
});

t.test('the ladder ends in time, and says what was tried', async t => {
  const { proof, deadlines } = prove('auto', [], 15);
  t.match(await proof, {
    accelerator: 'tcg',
    reason:
      /no guest said hello \(3 smoke boots in 45\.0 s\): -cpu host: boot took.*; -cpu host,arch-capabilities=off,pmu=off: .*; -cpu Nehalem: /,
    tried: [{ cpu: 'host' }, {}, { cpu: 'Nehalem' }],
  });
  t.strictSame(deadlines, [15, 15, 15], 'the time of the preparation does not count');
  await t.rejects(prove('kvm', [], 12).proof, { code: 'KVM_UNUSABLE', message: /4 smoke boots/ });
});
