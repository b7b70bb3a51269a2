/** Instructions executed by all vCPUs of a guest between marks of its agent. */
export interface InstructionCounts {
  /** From power-on to the agent: firmware and kernel. */
  boot: number;
  /** From the start of the workload to its end. */
  workload: number;
}

/** The marks of guests/agent/common/mark.h. */
const marks = { booted: 1, workloadBegin: 2, workloadEnd: 3 } as const;

/**
 * Reads the output of the plugin guests/plugin/instructions.c: a line for each mark that the guest passed, with the
 * instructions of each vCPU since power-on.
 * @param text lines `NUMBER VCPU0 VCPU1 ...`. Hostile, as the guest decides when it passes which mark
 * @returns the counts, or a phrase that says why there are none
 */
export function readInstructionCounts(text: string): InstructionCounts | string {
  const totals = new Map<number, bigint>();
  for (const line of text.split('\n').filter(Boolean)) {
    const words = line.split(' ');
    if (words.length < 2 || words.some(word => !/^\d{1,20}$/.test(word)))
      return 'the QEMU plugin wrote an invalid line';
    const [mark, ...vcpus] = words.map(BigInt);
    const number = Number(mark);
    if (totals.has(number)) return `the guest passed mark ${number} more than once`;
    totals.set(
      number,
      vcpus.reduce((sum, count) => sum + count, 0n),
    );
  }
  const [booted, begin, end] = [marks.booted, marks.workloadBegin, marks.workloadEnd].map(mark =>
    totals.get(mark),
  );
  if (booted === undefined || begin === undefined || end === undefined)
    return 'the guest did not pass all marks of its agent';
  if (booted > begin || begin > end || end > BigInt(Number.MAX_SAFE_INTEGER))
    return 'the marks of the guest are out of order';
  return { boot: Number(booted), workload: Number(end - begin) };
}
