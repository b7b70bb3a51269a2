import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** The calls of node:fs/promises that change the disk or wait for it. */
const calls = ['chmod', 'mkdir', 'mkdtemp', 'open', 'rename', 'rm', 'unlink', 'writeFile'] as const;
const handleCalls = ['datasync', 'sync', 'truncate', 'write', 'writeFile'] as const;

type Call = (...words: unknown[]) => Promise<unknown>;

/**
 * A file layer that dies, as SQLite tests itself with one: this process is killed at the given step of those that change
 * the disk, counted from 1. A write of several bytes first leaves half of them. Call it before anything else.
 * @returns the number of steps so far
 */
export async function dieAtStep(step: number): Promise<() => number> {
  let steps = 0;
  const wrap = (owner: object, name: string) => {
    const calls = owner as Record<string, Call>;
    const original = calls[name];
    if (!original) throw new Error(`there is no ${name} to wrap`);
    calls[name] = async function (this: unknown, ...words: unknown[]) {
      steps++;
      if (steps !== step) return original.apply(this, words);
      await leaveHalf(this, name, original, words);
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    };
  };
  const handle = await promises.open('/dev/null', 'r');
  const prototype: object = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of handleCalls) wrap(prototype, name);
  for (const name of calls) wrap(promises, name);
  syncBuiltinESMExports();
  return () => steps;
}

/** The first half of a write: a disk tears where it likes. */
async function leaveHalf(
  self: unknown,
  name: string,
  original: Call,
  words: readonly unknown[],
): Promise<void> {
  const [content] = words;
  if (name === 'write' && Buffer.isBuffer(content)) {
    const [, offset = 0, length = content.length, place] = words as [Buffer, number?, number?, number?];
    await original.call(self, content, offset, Math.floor(length / 2), place);
  }
  if (name === 'writeFile' && typeof content === 'string' && isHandle(self))
    await original.call(self, content.slice(0, content.length / 2));
}

function isHandle(self: unknown): self is FileHandle {
  return typeof self === 'object' && self !== null && 'fd' in self;
}
