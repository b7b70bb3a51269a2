import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A guest that outlived its harness. */
export interface LeftoverGuest {
  pid: number;
  /** Trial that it was booted for. */
  trial: string;
}

/**
 * QEMU processes that modstorm started and whose harness is gone: their command line names a trial, and their parent is no
 * longer a live harness (init or a subreaper has adopted them).
 * @param proc the /proc folder
 */
export async function findLeftoverGuests(proc = '/proc'): Promise<LeftoverGuest[]> {
  const found: LeftoverGuest[] = [];
  for (const { pid, words } of await listProcesses(proc)) {
    const trial = trialOf(words);
    if (trial === undefined) continue;
    const parent = await readParent(proc, pid);
    if (parent !== undefined && !(await isHarness(proc, parent))) found.push({ pid, trial });
  }
  return found;
}

/** Live modstorm guests, from any harness, whose command line contains a text. */
export async function findGuestsNaming(text: string, proc = '/proc'): Promise<LeftoverGuest[]> {
  return (await listProcesses(proc)).flatMap(({ pid, words }) => {
    const trial = trialOf(words);
    return trial !== undefined && words.some(word => word.includes(text)) ? [{ pid, trial }] : [];
  });
}

/** The trial of a QEMU started by modstorm; undefined for any other process. */
function trialOf(words: readonly string[]): string | undefined {
  if (!words[0]?.includes('qemu-system')) return undefined;
  const prefix = 'modstorm.trial=';
  const word = words.flatMap(text => text.split(' ')).find(text => text.startsWith(prefix));
  return word?.slice(prefix.length);
}

/** The processes that have a command line, with its words. */
export async function listProcesses(proc: string): Promise<{ pid: number; words: string[] }[]> {
  const pids = (await readdir(proc)).map(Number).filter(Number.isInteger);
  const processes = await Promise.all(
    pids.map(async pid => {
      // A process may exit while it is being inspected.
      const text = await readFile(join(proc, String(pid), 'cmdline'), 'utf8').catch(() => '');
      return { pid, words: text.split('\0').filter(Boolean) };
    }),
  );
  return processes.filter(({ words }) => words.length > 0);
}

async function readParent(proc: string, pid: number): Promise<number | undefined> {
  const status = await readFile(join(proc, String(pid), 'status'), 'utf8').catch(() => '');
  const line = status.split('\n').find(entry => entry.startsWith('PPid:'));
  return line === undefined ? undefined : Number(line.slice('PPid:'.length));
}

async function isHarness(proc: string, pid: number): Promise<boolean> {
  const command = await readFile(join(proc, String(pid), 'cmdline'), 'utf8').catch(() => '');
  return command.split('\0')[0]?.endsWith('node') === true;
}
