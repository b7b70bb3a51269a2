import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { compileKernel } from '../../harness/kernel/kernel-build.ts';
import { kernelTools } from '../../harness/kernel/kernel-tools.ts';
import type { runProgram } from '../../harness/process/program.ts';

/** Compiles in an output tree with a make that prints a line and ends; tells which programs were started. */
async function compile(output: string, code: number, line = ''): Promise<string[]> {
  const started: string[] = [];
  const run: typeof runProgram = async (file, args, options) => {
    const isMake = args.includes('make');
    started.push(isMake ? 'make' : file);
    if (isMake) options?.onLine?.(line, 'stderr');
    return { code: isMake ? code : 0, stdout: '', stderr: '', durationNs: 1 };
  };
  await compileKernel({ source: '/source', output }, kernelTools('k', 'K', { run })).catch(() => undefined);
  return started;
}

t.test('only what a build that was killed may have left half-written is removed', async t => {
  const output = t.testdir();
  const error = 'kernel/module/main.c:42:7: error: expected ‘;’ before ‘}’ token';
  t.strictSame(await compile(output, 2, error), ['make']);
  t.strictSame(await compile(output, 0), ['make'], 'after an error of the compiler all is whole');
  writeFileSync(join(output, 'modstorm.running'), '');
  t.strictSame(await compile(output, 0), ['find', 'make']);
  t.notOk(existsSync(join(output, 'modstorm.running')));
  await compile(output, 2, 'gcc: fatal error: Killed signal terminated program cc1');
  t.strictSame(await compile(output, 0), ['find', 'make'], 'a compiler that was killed may leave anything');
});
