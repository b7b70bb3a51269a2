import t from 'tap';
import { InfrastructureError } from '../../harness/errors.ts';
import { type AcceleratorRequest, proveAccelerator } from '../../harness/machine/accelerator.ts';

t.test('the accelerator: kvm never falls back, auto says why', async t => {
  const failing = (code: string) => async () => {
    throw Object.assign(new Error(code), { code });
  };
  const request = (changes: Partial<AcceleratorRequest>) =>
    proveAccelerator({
      requested: 'auto',
      openDevice: async () => {},
      smokeBoot: async () => ({ ok: true, durationNs: 9e8 }),
      ...changes,
    });
  const never = () => t.fail('nothing is tried when emulation was asked for') as never;
  t.match(await request({ requested: 'tcg', openDevice: never, smokeBoot: never }), { accelerator: 'tcg' });
  const emulationOnly = 'it is counted';
  t.match(await request({ emulationOnly, openDevice: never, smokeBoot: never }), {
    accelerator: 'tcg',
    requested: 'auto',
    reason: 'it is counted',
  });
  await t.rejects(request({ requested: 'kvm', emulationOnly, openDevice: never, smokeBoot: never }), {
    code: 'KVM_CANNOT_COUNT',
    message: 'KVM was requested, but it is counted',
  });
  t.match(await request({ requested: 'kvm' }), { accelerator: 'kvm', reason: /hello in 900 ms/ });
  t.match(await request({}), { accelerator: 'kvm', requested: 'auto' });
  t.match(await request({ openDevice: failing('ENOENT') }), { accelerator: 'tcg', reason: /does not exist/ });
  const denied = { code: 'KVM_UNUSABLE', message: /EACCES/, hint: /usermod -aG kvm/ };
  await t.rejects(request({ requested: 'kvm', openDevice: failing('EACCES') }), denied);
  await t.rejects(request({ requested: 'kvm', openDevice: failing('ENODEV') }), {
    code: 'KVM_UNUSABLE',
    hint: /nested/,
  });
  await t.rejects(request({ requested: 'kvm', openDevice: failing('EIO') }), {
    code: 'KVM_UNUSABLE',
    message: /EIO/,
  });
  const smokeBoot = async () => ({
    ok: false as const,
    reason: 'QEMU died of SIGABRT',
    evidence: 'MSR 0x10a',
  });
  t.match(await request({ smokeBoot }), { accelerator: 'tcg', reason: /no guest said hello .*: QEMU died/ });
  const refused = await request({ requested: 'kvm', smokeBoot }).catch(error => error);
  t.ok(refused instanceof InfrastructureError);
  t.match(refused, { code: 'KVM_UNUSABLE', evidence: /^-cpu host:\nMSR 0x10a$/m });
});
