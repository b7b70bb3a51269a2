import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lineLimit, OutputCollector } from '../../harness/process/output.ts';
import { runProgram } from '../../harness/process/program.ts';
import { Shutdown } from '../../harness/process/shutdown.ts';
import { projectPath } from '../../harness/project.ts';

t.test('the first signal aborts once, and its duplicate from npm does nothing', t => {
  const shutdown = new Shutdown();
  t.equal(shutdown.exitCode, undefined);
  let aborts = 0;
  shutdown.signal.addEventListener('abort', () => aborts++);
  shutdown.receive('SIGINT');
  shutdown.receive('SIGTERM');
  t.equal(aborts, 1);
  t.equal(shutdown.exitCode, 130);
  t.match(shutdown.signal.reason, { message: 'received SIGINT' });
  const other = new Shutdown();
  other.receive('SIGTERM');
  t.equal(other.exitCode, 143);
  t.end();
});

t.test('listen() hears the process and leaves nothing behind', t => {
  const shutdown = new Shutdown();
  const before = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map(name => process.listenerCount(name));
  const stop = shutdown.listen();
  process.emit('SIGHUP', 'SIGHUP');
  t.equal(shutdown.exitCode, 129);
  stop();
  t.same(
    ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map(name => process.listenerCount(name)),
    before,
  );
  t.end();
});

t.test('lines: characters cut in two, missing newline, no newline at all', t => {
  const lines: string[] = [];
  const collector = new OutputCollector({ limit: 4, onLine: line => void lines.push(line) });
  const text = Buffer.from('grün\nb');
  collector.push(text.subarray(0, 3));
  collector.push(text.subarray(3));
  collector.end();
  t.same(lines, ['grün', 'b']);
  t.equal(collector.text.length, 3, 'four bytes kept');
  const endless: string[] = [];
  const flood = new OutputCollector({ limit: 0, onLine: line => void endless.push(line) });
  flood.push(Buffer.alloc(lineLimit * 2 + 5, 'x'));
  flood.end();
  t.same(
    endless.map(line => line.length),
    [lineLimit, lineLimit, 5],
  );
  t.equal(flood.text, '');
  t.end();
});

t.test('an error that nobody caught winds down, is told, and ends with 3', t => {
  const told: unknown[] = [];
  const shutdown = new Shutdown(error => told.push(error));
  const stop = shutdown.listen();
  const lost = new Error('nobody awaited it');
  shutdown.fail(lost);
  shutdown.fail('another');
  t.equal(shutdown.signal.reason, lost);
  t.equal(shutdown.exitCode, 3);
  t.same(told, [lost, 'another']);
  stop();
  t.end();
});

t.test('so does a real process, without a trace, and its programs end with it', async t => {
  const script = `
    import { main } from ${JSON.stringify(projectPath('build', 'harness', 'main.js'))};
    import { startProgram } from ${JSON.stringify(projectPath('build', 'harness', 'process', 'program.js'))};
    const child = startProgram('sleep', ['300']);
    process.stdout.write(child.pid + '\\n');
    setTimeout(() => Promise.reject(new Error('lost')), 200);
    process.exitCode = await main(['inspect', '-']);`;
  const file = join(t.testdir({ 'script.mjs': script }), 'script.mjs');
  const result = await runProgram('sh', ['-c', `sleep 4 | "$0" "$1"`, process.execPath, file], {
    accept: 'any',
    timeoutNs: 20e9,
  });
  t.equal(result.code, 3, result.stderr);
  t.match(result.stderr, /^modstorm: a bug in modstorm itself: lost \[INTERNAL_ERROR\]\n/);
  t.notMatch(result.stderr, /\n +at /, 'no trace');
  t.notOk(existsSync(`/proc/${result.stdout.trim()}`), 'the program it had started is gone');
});
