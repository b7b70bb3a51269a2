import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
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

t.test('results that cannot be written end with 3', async t => {
  const told = await shell('modstorm --help >/dev/full; echo $? >&2');
  t.match(told, /^modstorm: the results cannot be written: .*ENOSPC.* \[OUTPUT_FAILED\]\n.*\n3\n$/);
  t.equal(told.match(/OUTPUT_FAILED/g)?.length, 1, 'said once');
});
