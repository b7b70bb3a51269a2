import t from 'tap';
import { notUnderKvm } from '../../harness/measurement/hypervisor.ts';

t.test('a guest under KVM sees it in one of three ways', async t => {
  t.equal(notUnderKvm({ hypervisor: 'KVMKVMKVM' }), undefined);
  t.equal(notUnderKvm({ hypervisor: '', clocksource: 'kvm-clock' }), undefined);
  const record = '6,1,0,-;Hypervisor detected: KVM';
  t.equal(notUnderKvm({ hypervisor: '', clocksource: 'tsc' }, [record]), undefined);
});

t.test('any other does not', async t => {
  t.equal(
    notUnderKvm({ hypervisor: 'TCGTCGTCGTCG', clocksource: 'tsc' }, ['6,1,0,-;Linux version 6.12']),
    'the guest was to run under KVM but does not see it: its hypervisor is "TCGTCGTCGTCG", its clock tsc',
  );
  t.match(notUnderKvm({}), /its hypervisor is none, its clock unknown$/);
  t.match(notUnderKvm({ hypervisor: 'KVMKVMKVMX' }), /KVMKVMKVMX/);
});
