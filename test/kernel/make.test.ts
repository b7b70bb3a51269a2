import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { kernelTools } from '../../harness/kernel/kernel-tools.ts';
import { runMake, waitForOrphans } from '../../harness/kernel/make.ts';
import type { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

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

t.test('after SIGKILL, no second make runs beside the compilers that the first one left', async t => {
  // As in a kernel: what make starts is a make again, and that starts the compiler.
  const makefile = [
    'vmlinux:',
    '\t+$(MAKE) -f $(MAKEFILE_LIST) part',
    'part:',
    '\t@echo begin >>$(O)/log; sleep 1; echo end >>$(O)/log',
    '',
  ].join('\n');
  const folder = t.testdir({ source: { Makefile: makefile }, output: {} });
  const tree = { source: join(folder, 'source'), output: join(folder, 'output') };
  const log = join(tree.output, 'log');
  const module = (name: string) => JSON.stringify(projectPath('build', 'harness', 'kernel', `${name}.js`));
  const script = `import { kernelTools } from ${module('kernel-tools')};
    import { runMake } from ${module('make')};
    await runMake(${JSON.stringify(tree)}, ['vmlinux'], kernelTools('k', 'K'), 'KERNEL_BUILD_FAILED', () => {});`;
  const harness = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  while (!existsSync(log)) await sleep(10);
  harness.kill('SIGKILL');
  const notices: string[] = [];
  const tools = kernelTools('k', 'K', { sink: ({ detail }) => notices.push(detail ?? '') });
  await waitForOrphans(tree.output, tools);
  t.match(notices, [/waiting for the compilers/], 'the user is told');
  t.equal(readFileSync(log, 'utf8'), 'begin\nend\n', 'the compiler has ended');
  const second = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  while (readFileSync(log, 'utf8').split('\n').length < 4) await sleep(10);
  second.kill('SIGKILL');
  await runMake(tree, ['vmlinux'], tools, 'KERNEL_BUILD_FAILED', () => {});
  t.equal(readFileSync(log, 'utf8'), 'begin\nend\n'.repeat(3), 'make itself waits too');
  await waitForOrphans(tree.output, tools);
  t.equal(notices.length, 1, 'nobody is left');
});

t.test('a host without make is told so', async t => {
  await t.rejects(makeThatSays('flock: failed to execute make: No such file or directory'), {
    code: 'TOOLCHAIN_MISSING',
  });
});
