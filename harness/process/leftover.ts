import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A guest that outlived its harness. */
export interface LeftoverGuest {
  pid: number;
  /** Trial that it was booted for. */
  trial: string;
}

/** Socket folders of trials are made by mkdtemp with this prefix. */
const socketFolderPrefix = 'modstorm-';
/** A folder this young may belong to a trial whose QEMU has not started yet. */
const youngMs = 60_000;

/**
 * QEMU processes that modstorm started and whose harness is gone: their command line names a trial and their parent is
 * not a living harness any more (they were handed to init or a subreaper).
 * @param proc the /proc folder
 */
export async function findLeftoverGuests(proc = '/proc'): Promise<LeftoverGuest[]> {
  const found: LeftoverGuest[] = [];
  for (const { pid, words } of await listProcesses(proc)) {
    const trial = words.flatMap(word => word.split(' ')).find(word => word.startsWith('modstorm.trial='));
    if (!trial || !words[0]?.includes('qemu-system')) continue;
    const parent = await readParent(proc, pid);
    if (parent !== undefined && !(await isHarness(proc, parent))) {
      found.push({ pid, trial: trial.slice('modstorm.trial='.length) });
    }
  }
  return found;
}

/** Removes socket folders that no process mentions; returns their paths. */
export async function removeStaleSocketFolders(
  folder: string,
  now: number,
  proc = '/proc',
): Promise<string[]> {
  const commands = (await listProcesses(proc)).map(({ words }) => words.join(' ')).join('\n');
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    if (!/^modstorm-[A-Za-z0-9]{6}$/.test(name) || !name.startsWith(socketFolderPrefix)) continue;
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (!status?.isDirectory() || now - status.mtimeMs < youngMs || commands.includes(path)) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}

async function listProcesses(proc: string): Promise<{ pid: number; words: string[] }[]> {
  const pids = (await readdir(proc)).map(Number).filter(Number.isInteger);
  const processes = await Promise.all(
    pids.map(async pid => {
      // A process may end while it is looked at.
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
