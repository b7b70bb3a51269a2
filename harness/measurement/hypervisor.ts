import { parseKmsgRecord } from './kernel-log/kmsg-record.ts';

/** What CPUID leaf 0x40000000 of a guest under KVM says, as in Documentation/virt/kvm/x86/cpuid.rst. */
const kvmSignature = 'KVMKVMKVM';

/**
 * Why a guest was not under KVM as far as it can see: by the signature of its CPUID, its clock source, and what its kernel
 * printed while it booted.
 * @param facts of the agent's hello
 * @param kmsg raw records of /dev/kmsg
 * @returns a phrase; undefined if the guest sees KVM
 */
export function notUnderKvm(
  facts: Readonly<Record<string, string>>,
  kmsg: readonly string[] = [],
): string | undefined {
  const { hypervisor, clocksource } = facts;
  if (hypervisor === kvmSignature) return undefined;
  if (clocksource === 'kvm-clock') return undefined;
  if (kmsg.some(record => parseKmsgRecord(record)?.text.includes('Hypervisor detected: KVM')))
    return undefined;
  const seen = hypervisor === undefined || hypervisor === '' ? 'none' : JSON.stringify(hypervisor);
  return `the guest was to run under KVM but does not see it: its hypervisor is ${seen}, its clock ${clocksource ?? 'unknown'}`;
}
