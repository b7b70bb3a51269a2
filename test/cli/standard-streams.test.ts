import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { runProgram, startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

const main = projectPath('build', 'harness', 'main.js');

/** Runs a line of sh in which `modstorm` is the built command line, and returns what came to stderr. */
async function shell(line: string, folder = projectPath('.')): Promise<string> {
  const script = `modstorm() { "${process.execPath}" "${main}" "$@"; }; ${line}`;
  return (await runProgram('sh', ['-c', script], { folder })).stderr;
}

t.test('a reader that closes the pipe early is no error', async t => {
  const code = 'echo $? >&2';
  t.equal(await shell(`{ modstorm --help; ${code}; } | :`), '0\n', 'closed before the first write');
  t.equal(await shell(`{ modstorm plan matrices/nightly.yaml --json; ${code}; } | head -n 1`), '0\n');
  t.match(await shell(`{ modstorm plan no-such.yaml; ${code}; } | :`), /\[MATRIX_UNREADABLE\](.|\n)*\n2\n$/);
});

t.test('nor is one that closes the progress', async t => {
  const folder = t.testdir();
  await shell('{ modstorm no-such-command 2>&1; echo $? >code; } | :', folder);
  t.equal(readFileSync(join(folder, 'code'), 'utf8'), '2\n');
});

t.test('a failure to write the results exits with 3', async t => {
  const told = await shell('modstorm --help >/dev/full; echo $? >&2');
  t.match(told, /^modstorm: cannot write the results: .*ENOSPC.* \[OUTPUT_FAILED\]\n.*\n3\n$/);
  t.equal(told.match(/OUTPUT_FAILED/g)?.length, 1, 'said once');
});

t.test(
  'a terminal that is closed ends with 129, and not with an abort',
  {
    skip: !existsSync('/usr/bin/script') && 'there is no script(1)',
  },
  async t => {
    const folder = t.testdir();
    const code = join(folder, 'code');
    // The writer outlives the terminal, so that the input does not end first.
    const line = `trap : HUP; (trap "" HUP; exec sleep 5) | "${process.execPath}" "${main}" inspect -; echo $? >"${code}"`;
    // The shell of script(1) dies with its terminal; the kernel then tells the others, as one that a person uses does.
    const terminal = startProgram('script', ['-qec', `sh -c '${line}'; true`, '/dev/null'], { folder });
    await sleep(2500);
    process.kill(terminal.pid, 'SIGKILL');
    for (let tries = 0; tries < 100 && !existsSync(code); tries++) await sleep(100);
    t.equal(readFileSync(code, 'utf8'), '129\n');
    await terminal.done;
  },
);
