import t from 'tap';
import { startProgram } from '../harness/process/program.ts';
import { projectPath } from '../harness/project.ts';

t.test('a signal ends the tests that run, and starts no others', async t => {
  const script = `
    const { runTests } = await import(${JSON.stringify(projectPath('build', 'test', 'run.js'))});
    process.exitCode = await runTests(['process/program.test', 'integration/interrupt']);`;
  const lines: string[] = [];
  let start = (): void => undefined;
  const started = new Promise<void>(resolve => {
    start = resolve;
  });
  const program = startProgram(process.execPath, ['--input-type=module', '--eval', script], {
    folder: projectPath('.'),
    // The tests inside are no subtests of this one.
    environment: { TAP: '0', TAP_CHILD_ID: '' },
    graceNs: 30e9,
    onLine: line => {
      lines.push(line);
      if (line.startsWith('fast tests')) start();
    },
  });
  await Promise.race([started, program.done]);
  process.kill(program.pid, 'SIGTERM');
  const { code } = await program.done;
  t.equal(code, 143);
  t.match(lines.at(-1), /^interrupted: /);
  t.notOk(
    lines.some(line => line.startsWith('integration tests')),
    'the guests are not booted any more',
  );
  t.notOk(
    lines.some(line => / passed, /.test(line)),
    'nothing looks like a result',
  );
});
