import t from 'tap';
import { bisectStepCode, isBisectStep } from '../../harness/cli/bisect-step-code.ts';
import { exitCodes } from '../../harness/exit-code.ts';
import { main } from '../../harness/main.ts';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

t.test('only the answers keep their codes; git stops at everything else', t => {
  t.strictSame([0, 1, 125].map(bisectStepCode), [0, 1, 125]);
  for (const code of [exitCodes.usage, exitCodes.infrastructure, exitCodes.nothingSelected, 126, 127])
    t.ok(bisectStepCode(code) >= 128, `${code}`);
  t.strictSame([130, 143].map(bisectStepCode), [130, 143], 'a signal is one already');
  t.end();
});

t.test('a step is known by its words', t => {
  t.ok(isBisectStep(['bisect', 'step', 'm.yaml']));
  t.ok(isBisectStep(['--debug', 'file', 'bisect', '--results', 'r', 'step']));
  t.notOk(isBisectStep(['bisect', 'm.yaml', '--', 'step']));
  t.notOk(isBisectStep(['run', 'step']));
  t.end();
});

t.test('a step that ends without an answer gives none', async t => {
  const module = projectPath('build', 'harness', 'cli', 'bisect-step-code.js');
  for (const [ending, code] of [
    ['process.exit(3)', 131],
    ['process.exit(143)', 143],
    ["throw new Error('x')", 129],
    ['Promise.reject(1)', 129],
  ] as const) {
    const script = `import { guardBisectStep } from ${JSON.stringify(module)}; guardBisectStep(); ${ending};`;
    const ended = await runProgram(process.execPath, ['--input-type=module', '--eval', script], {
      accept: 'any',
    });
    t.equal(ended.code, code, ending);
  }
});

t.test('mistakes of the command line are not taken for bad', async t => {
  const stderr = process.stderr.write;
  process.stderr.write = () => true;
  t.teardown(() => {
    process.stderr.write = stderr;
  });
  const words = ['bisect', 'step', 'smoke', '--metric', 'failed_becoming'];
  t.equal(await main(words), 130, 'no --limit');
  t.equal(await main([...words, '--limit', '3', '--tree', '/proc']), 130, 'no tree');
  t.equal(await main([...words, '--limit', '3', '--need', '9']), 130, 'never reached');
});
