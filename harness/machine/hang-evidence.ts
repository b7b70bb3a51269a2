import type { QmpConnection } from './qmp.ts';

const shownProcessors = 64;
/** Timeout of each query, in ns: a QEMU that hangs itself must not delay its end. */
const questionNs = 2e9;

/** The state of a hung guest, as reported by QEMU. */
export interface HangEvidence {
  text: string;
  /** A QEMU that does not answer hangs itself: nothing follows for the guest. */
  qemuAnswers: boolean;
}

/**
 * Where a hung guest is stuck: QEMU's own state and, for each vCPU, its instruction pointer and whether it is halted.
 * Never throws; missing information is noted. The addresses can be looked up in System.map if the kernel runs with
 * nokaslr.
 */
export async function hangEvidence(qmp: QmpConnection | undefined): Promise<HangEvidence> {
  if (!qmp) return { text: 'QEMU has not opened its QMP socket.', qemuAnswers: false };
  let qemuAnswers = true;
  const lines: string[] = [];
  try {
    const status = (await qmp.execute('query-status', {}, questionNs)) as { status?: unknown | undefined };
    lines.push(`QEMU says the guest is ${String(status.status)}.`);
    const command = { 'command-line': 'info registers -a' };
    const registers = await qmp.execute('human-monitor-command', command, questionNs);
    lines.push(...summariseRegisters(String(registers)));
  } catch (error) {
    qemuAnswers = lines.length > 0;
    lines.push(`QEMU did not answer further queries: ${(error as Error).message}.`);
  }
  return { text: lines.join('\n'), qemuAnswers };
}

/** One line per vCPU from the text of `info registers -a`: `CPU 0: RIP ffffffff81e0a1cb, halted`. */
export function summariseRegisters(text: string): string[] {
  const processors = text.split(/^CPU#/m).slice(1);
  const lines = processors.slice(0, shownProcessors).map(block => {
    const number = /^\d{1,4}/.exec(block)?.[0] ?? '?';
    const pointer = /\b[RE]IP=([0-9a-f]{1,16})/.exec(block)?.[1] ?? 'unknown';
    const halted = /\bHLT=1/.test(block) ? ', halted' : '';
    return `CPU ${number}: RIP ${pointer}${halted}`;
  });
  const more = processors.length - shownProcessors;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}
