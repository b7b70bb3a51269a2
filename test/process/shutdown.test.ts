import t from 'tap';
import { lineLimit, OutputCollector } from '../../harness/process/output.ts';
import { Shutdown } from '../../harness/process/shutdown.ts';

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
