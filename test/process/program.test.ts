import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { InfrastructureError } from '../../harness/errors.ts';
import { killRemainingPrograms } from '../../harness/process/group.ts';
import { runProgram, startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

/** Whether a process runs; a zombie that nobody reaped has ended. */
function isRunning(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return false;
  try {
    return !/\) Z /.test(readFileSync(file, 'latin1'));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (!isRunning(pid)) return true;
    await sleep(10);
  }
  return false;
}

async function appears(file: string): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    if (existsSync(file)) {
      const text = readFileSync(file, 'utf8');
      if (text.endsWith('\n')) return text.trim();
    }
    await sleep(10);
  }
  throw new Error(`${file} did not appear`);
}

const folder = mkdtempSync(join(tmpdir(), 'modstorm-process-'));
t.teardown(() => rmSync(folder, { recursive: true }));

t.test('output, input and exit codes', async t => {
  const lines: string[] = [];
  const result = await runProgram('sh', ['-c', 'cat; echo two; echo three >&2; printf four'], {
    input: 'one\n',
    onLine: (line, stream) => lines.push(`${stream}:${line}`),
  });
  t.equal(result.stdout, 'one\ntwo\nfour');
  t.equal(result.stderr, 'three\n');
  t.same(lines.sort(), ['stderr:three', 'stdout:four', 'stdout:one', 'stdout:two']);
  t.equal((await runProgram('sh', ['-c', 'exit 3'], { accept: [3] })).code, 3);
  t.equal((await runProgram('sh', ['-c', 'kill -TERM $$'], { accept: 'any' })).signal, 'SIGTERM');
  t.equal((await runProgram('pwd', [], { folder: '/' })).stdout, '/\n');
  const failed = await runProgram('sh', ['-c', 'echo why >&2; exit 4']).catch(error => error);
  t.ok(failed instanceof InfrastructureError);
  t.match(failed, { code: 'PROGRAM_FAILED', evidence: /why/, hint: /exit 4/ });
  t.match(await runProgram('modstorm-no-such-program', []).catch(error => error), {
    code: 'PROGRAM_MISSING',
    hint: /doctor --install/,
  });
  t.match(await runProgram('true', [], { folder: '/no/such/folder' }).catch(error => error), {
    code: 'PROGRAM_FAILED',
  });
  t.match(await runProgram('true', ['x'.repeat(4e6)]).catch(error => error), { code: 'PROGRAM_FAILED' });
});

t.test('output is bounded, and the program is never blocked by it', async t => {
  let delivered = 0;
  const result = await runProgram('sh', ['-c', 'head -c 3000000 /dev/zero; echo; echo end >&2'], {
    maxBuffer: 1000,
    onLine: line => {
      delivered += line.length;
    },
  });
  t.equal(result.stdout.length, 1000);
  t.equal(result.stderr, 'end\n');
  t.equal(delivered, 3000003, 'all characters were delivered, in pieces');
});

t.test('a grandchild that holds stdout does not keep the harness waiting, and dies', async t => {
  const result = await runProgram('sh', ['-c', 'sleep 1000 & echo $!']);
  t.ok(await gone(Number(result.stdout)), 'the group was killed');
  const file = join(folder, 'stray');
  const leave = `setsid sh -c 'echo $$ >${file}; exec sleep 1000' & until [ -s ${file} ]; do sleep 0.01; done`;
  const stray = await runProgram('sh', ['-c', leave]);
  t.equal(stray.code, 0, 'one that left the group cannot hold it up either');
  process.kill(Number(await appears(file)), 'SIGKILL');
});

t.test('TERM, then KILL, for abort, timeout and end()', async t => {
  const obstinate = ['-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done'];
  const started = startProgram('sh', obstinate, { graceNs: 5e7, onLine: () => void started.end() });
  const result = await started.done;
  t.match(result, { code: 137, signal: 'SIGKILL', ended: 'aborted' });
  t.equal(await started.end(), result, 'ending twice is harmless');

  const graceful = await startProgram('sh', ['-c', 'trap "echo bye; exit 7" TERM; sleep 1000 & wait'], {
    timeoutNs: 3e8,
    graceNs: 60e9,
  }).done;
  t.match(graceful, { code: 7, ended: 'timeout', stdout: 'bye\n' });
  const late = await runProgram('sleep', ['1000'], { timeoutNs: 1e7 }).catch(error => error);
  t.match(late, { code: 'PROGRAM_TIMEOUT' });

  const controller = new AbortController();
  controller.abort();
  const aborted = await runProgram('sleep', ['1000'], { signal: controller.signal }).catch(error => error);
  t.match(aborted, { code: 'INTERRUPTED' });
});

t.test('killRemainingPrograms ends every group at once', async t => {
  const pids = [0, 1].map(() => startProgram('sh', ['-c', 'sleep 1000; true']));
  killRemainingPrograms();
  for (const program of pids) t.match(await program.done, { signal: 'SIGKILL' });
});

t.test('SIGKILL to the harness takes its programs with it', async t => {
  const file = join(folder, 'orphan');
  const program = new URL('../../harness/process/program.js', import.meta.url).href;
  const script = `import { startProgram } from ${JSON.stringify(program)};
    startProgram('sh', ['-c', 'echo $$ >${file}; while :; do sleep 0.05; done']);
    setInterval(() => {}, 1000);`;
  const harness = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: projectPath(),
    stdio: 'inherit',
  });
  const orphan = Number(await appears(file));
  t.ok(isRunning(orphan));
  harness.kill('SIGKILL');
  t.ok(await gone(orphan), 'pdeathsig killed it');
});
