import t from 'tap';
import { kernelTools } from '../../harness/kernel/kernel-tools.ts';
import { runMake } from '../../harness/kernel/make.ts';
import type { runProgram } from '../../harness/process/program.ts';

/** A make that fails after it has printed some lines. */
function makeThatSays(...lines: string[]) {
  const run: typeof runProgram = async (_file, _args, options) => {
    for (const line of lines) options?.onLine?.(line, 'stderr');
    return { code: 2, stdout: '', stderr: '', durationNs: 1 };
  };
  const tree = { source: '/source', output: '/output' };
  return runMake(tree, ['vmlinux'], kernelTools('k', 'K', { run }), 'KERNEL_BUILD_FAILED', () => {});
}

t.test('a kernel that does not compile is at fault itself', async t => {
  const error = 'kernel/module/main.c:42:7: error: expected ‘;’ before ‘}’ token';
  await t.rejects(makeThatSays('  CC      kernel/module/main.o', error, 'make: *** [x] Error 2'), {
    code: 'KERNEL_BUILD_FAILED',
    fault: 'kernel',
    message: error,
    hint: /make -C \/source O=\/output/,
  });
});

t.test('a file is named by its path in the tree', async t => {
  const error = "/source/kernel/module/sysfs.c:346:17: error: expected ';' before 'err'";
  await t.rejects(makeThatSays(error, '  346 | x', 'make: *** [x] Error 1'), {
    message: "kernel/module/sysfs.c:346:17: error: expected ';' before 'err'",
    evidence: /^kernel\/module\/sysfs\.c/,
  });
});

t.test('what the host does to a build says nothing about the kernel', async t => {
  const trouble = async (code: string, ...lines: string[]) =>
    t.rejects(makeThatSays(...lines, 'make: *** [x] Error 1'), { code, fault: 'harness' }, code);
  await trouble('DISK_FULL', 'ar: kernel/built-in.a: No space left on device');
  await trouble('COMPILER_KILLED', 'gcc: fatal error: Killed signal terminated program cc1');
  await trouble('COMPILER_KILLED', '/bin/sh: line 1: 4711 Killed');
  await trouble('TOOLCHAIN_MISSING', '/bin/sh: 1: bc: not found');
  await trouble('TOOLCHAIN_MISSING', 'elf.h:10:10: fatal error: gelf.h: No such file or directory');
});
