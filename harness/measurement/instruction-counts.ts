/** Instructions that all vCPUs of a guest executed, from one mark of its agent to the next. */
export interface InstructionCounts {
  /** From switching on to the agent: firmware and kernel. */
  boot: number;
  /** From the start of the workload to its end. */
  workload: number;
}

/** The marks of guests/agent/common/mark.h. */
const marks = { booted: 1, workloadBegin: 2, workloadEnd: 3 } as const;

/**
 * Reads what the plugin guests/plugin/instructions.c wrote: a line for each mark that the guest came by, with the
 * instructions of each vCPU since it was switched on.
 * @param text lines `NUMBER VCPU0 VCPU1 ...`; hostile in so far as a guest chooses when it comes by which mark
 * @returns the counts, or why there are none, as half a sentence
 */
export function readInstructionCounts(text: string): InstructionCounts | string {
  const totals = new Map<number, bigint>();
  for (const line of text.split('\n').filter(Boolean)) {
    const words = line.split(' ');
    if (words.length < 2 || words.some(word => !/^\d{1,20}$/.test(word)))
      return 'the plugin of QEMU wrote a line that is none of its own';
    const [mark, ...vcpus] = words.map(BigInt);
    const number = Number(mark);
    if (totals.has(number)) return `the guest came by mark ${number} more than once`;
    totals.set(
      number,
      vcpus.reduce((sum, count) => sum + count, 0n),
    );
  }
  const [booted, begin, end] = [marks.booted, marks.workloadBegin, marks.workloadEnd].map(mark =>
    totals.get(mark),
  );
  if (booted === undefined || begin === undefined || end === undefined)
    return 'the guest did not come by all marks of its agent';
  if (booted > begin || begin > end || end > BigInt(Number.MAX_SAFE_INTEGER))
    return 'the marks of the guest are out of order';
  return { boot: Number(booted), workload: Number(end - begin) };
}
