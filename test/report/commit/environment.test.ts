import t from 'tap';
import { runProgram } from '../../../harness/process/program.ts';
import { runEnvironment } from '../../../harness/report/commit/environment.ts';
import { mailText } from '../../../harness/report/commit/mail-text.ts';
import { fakeRun } from '../../fakes/run-fixture.ts';

t.test('the command that repeats a run still runs when it is pasted, however long its words', async t => {
  const run = fakeRun();
  const words = [
    'run',
    `/home/someone/a rather long/${"folder's/".repeat(12)}matrix.yaml`,
    '--results',
    `/tmp/${'x'.repeat(150)}`,
    '$HOME `id`',
  ];
  run.command = words;
  const text = mailText([runEnvironment(run, [])]);
  t.ok(
    text.split('\n').every(line => line.length <= 72),
    text,
  );
  const lines = text.split('\n');
  const pasted = lines.slice(lines.findIndex(line => line.startsWith('  $ '))).map(line => line.slice(2));
  const script = pasted.map(line => line.replace(/^\$ /, '')).join('\n');
  const { stdout } = await runProgram('sh', ['-c', `modstorm() { printf '%s\\n' "$@"; }\n${script}`]);
  t.strictSame(stdout.trimEnd().split('\n'), words);
});
