import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openDebugLog, parseDebugTopics } from '../harness/cli/debug-log.ts';
import { debug, followDebug } from '../harness/debug.ts';
import { FileLock } from '../harness/files/lock.ts';

t.test('followers see what they follow, with the time, escaped and bounded', async t => {
  const lines: string[] = [];
  const times = [5_000_000_000n, 5_000_001_000n, 6_500_000_000n];
  const stop = followDebug(
    ['qmp', 'lock'],
    line => void lines.push(line),
    () => times.shift() ?? 7_000_000_000n,
  );
  debug('qmp', () => 'a\u001b[2Jb\nc');
  debug('schedule', () => 'not followed');
  debug('lock', () => 'x'.repeat(10_000));
  stop();
  debug('qmp', () => 'after the end');
  t.equal(lines[0], '0.000001 qmp a\\x1b[2Jb\\nc\n');
  t.match(lines[1], /^1\.500000 lock x{3999}…\n$/);
  t.equal(lines.length, 2);
});

t.test('without followers no text is made', async t => {
  debug('qmp', () => t.fail('made') as unknown as string);
  t.pass();
});

t.test('two followers do not disturb each other', async t => {
  const first: string[] = [];
  const second: string[] = [];
  const stopFirst = followDebug(['qmp'], line => void first.push(line));
  const stopSecond = followDebug(['qmp'], line => void second.push(line));
  debug('qmp', () => 'both');
  stopFirst();
  debug('qmp', () => 'one');
  stopSecond();
  t.equal(first.length, 1);
  t.equal(second.length, 2);
});

t.test('topics are named in the environment', async t => {
  t.same(parseDebugTopics(''), []);
  t.same(parseDebugTopics('qmp, lock,'), ['qmp', 'lock']);
  t.throws(() => parseDebugTopics('qmp,lokc'), { code: 'DEBUG_TOPIC', hint: 'Did you mean "lock"?' });
  t.throws(() => parseDebugTopics('everything'), {
    code: 'DEBUG_TOPIC',
    hint: 'Known: qmp, channel, lock, schedule, errors.',
  });
});

t.test('lines go to standard error, or to a file', async t => {
  const folder = t.testdir();
  const file = join(folder, 'debug');
  let errors = '';
  const stderr = (text: string) => {
    errors += text;
  };
  const take = async (debugFile: string | undefined, topics?: string) => {
    const close = openDebugLog(debugFile, { environment: { MODSTORM_DEBUG: topics }, stderr });
    await (await FileLock.acquire(join(folder, 'lock'), { purpose: 'testing' })).release();
    close();
  };
  await take(undefined);
  t.equal(errors, '', 'nothing was asked for');
  await take(undefined, 'lock');
  t.match(errors, /^\d+\.\d{6} lock .*lock taken: testing\n\d+\.\d{6} lock .*lock released\n$/);
  errors = '';
  await take(file, 'qmp');
  t.equal(readFileSync(file, 'utf8'), '');
  await take(file);
  await take(file);
  t.equal(readFileSync(file, 'utf8').split('\n').length, 5, 'all topics, appended');
  t.equal(errors, '');
  mkdirSync(join(folder, 'folder'));
  t.throws(() => openDebugLog(join(folder, 'folder'), { environment: {}, stderr }), { code: 'DEBUG_FILE' });
});
