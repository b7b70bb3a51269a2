import { traceCommands, traceParameters } from '../../measurement/trace/trace-points.ts';

/** Of a machine that is not ours: as much as our largest guests have. */
const machine = { vcpus: 3, memoryBytes: 2 ** 40 };

/** How to trace a machine with any kernel that has ftrace, so that `modstorm blame` can read what it did. */
export function traceGuide(): string {
  const parameters = traceParameters(machine.vcpus, machine.memoryBytes).map(word => `  "${word}"`);
  return `A boot, from its first request on: put these words on the kernel command line, each as it is here
(with GRUB, in GRUB_CMDLINE_LINUX; every $ needs a backslash there):

${parameters.join('\n')}

The kernel needs CONFIG_FTRACE_SYSCALLS and CONFIG_KPROBE_EVENTS, which distributions have; module statistics are
not needed. All words together take ${parameters.join(' ').length} characters; x86 has room for 2047.

A machine that is running, as root:

${traceCommands()
  .map(line => `  ${line}`)
  .join('\n')}

Afterwards:

  echo 0 > /sys/kernel/tracing/tracing_on
  cat /sys/kernel/tracing/trace > trace.txt
  modstorm blame trace.txt

A kernel before 6.9 has no probe module_open, so there the module of a merged load may stay unknown. Without module_read a
load that failed looks like a merged one, and without module_layout a late duplicate like an early one.
`;
}
