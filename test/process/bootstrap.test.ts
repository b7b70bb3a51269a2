import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { projectPath } from '../../harness/project.ts';

/**
 * An npm that writes down when it begins and ends, and brings a tsc that does the same. It does not end while there is a
 * file `slow`. It begins when it can be stopped: a signal before that would end it as it ends any program.
 */
const npm = `#!${process.execPath}
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
mkdirSync('node_modules/typescript/bin', { recursive: true });
const stop = signal => { appendFileSync('log', 'npm ' + signal + '\\n'); process.exit(existsSync('stubborn') ? 0 : 1); };
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
appendFileSync('log', 'npm begins\\n');
const timer = setInterval(() => {
  if (existsSync('slow')) return;
  clearInterval(timer);
  writeFileSync('node_modules/typescript/bin/tsc', readFileSync('tsc.cjs'));
  appendFileSync('log', 'npm ends\\n');
}, 20);
`;
const tsc = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync('log', 'tsc begins\\n');
setTimeout(() => {
  mkdirSync('build/harness', { recursive: true });
  writeFileSync('build/harness/main.js', 'export const main = async words => { process.stdout.write(words.join(" ")); return 7; };');
  appendFileSync('log', 'tsc ends\\n');
}, 200);
`;

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Ends when the process has said that it waits for another. */
  untilWaiting(): Promise<void>;
}

/** A checkout with nothing in it but what the bootstrap reads. */
function checkout(root: string) {
  for (const folder of ['harness/process', 'guests', 'test', 'bin'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(projectPath('harness/process/bootstrap.mjs'), join(root, 'harness/process/bootstrap.mjs'));
  // As in the real one; Node 22 warns where it has to guess.
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'bin/package.json'), '{"type":"commonjs"}');
  for (const name of ['package-lock.json', 'tsconfig.json']) writeFileSync(join(root, name), '{}');
  writeFileSync(join(root, 'log'), '');
  writeFileSync(join(root, 'tsc.cjs'), tsc);
  writeFileSync(join(root, 'bin/npm'), npm);
  chmodSync(join(root, 'bin/npm'), 0o755);
  const log = () => readFileSync(join(root, 'log'), 'utf8').trimEnd().split('\n').filter(Boolean);
  const start = (...words: string[]): Started => {
    const environment = { PATH: `${join(root, 'bin')}:${process.env['PATH']}` };
    const child = spawn(process.execPath, ['harness/process/bootstrap.mjs', 'modstorm', ...words], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => {
      stdout += chunk;
    });
    child.stderr.on('data', chunk => {
      stderr += chunk;
    });
    const ended = new Promise<Ended>(resolve =>
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
    );
    const untilWaiting = async () => {
      while (!stderr.includes('waiting for process')) await sleep(10);
    };
    return { child, ended, untilWaiting };
  };
  const untilLogged = async (line: string) => {
    while (!log().includes(line)) await sleep(10);
  };
  return { log, start, untilLogged, path: (name: string) => join(root, name) };
}

const once = ['npm begins', 'npm ends', 'tsc begins', 'tsc ends'];

t.test('several that are started at once set up once, one waits for the other', async t => {
  const { log, start, untilLogged, path } = checkout(t.testdir());
  writeFileSync(path('slow'), '');
  const first = start('plan', 'a');
  await untilLogged('npm begins');
  const others = [start('plan', 'b'), start('plan', 'c')];
  for (const { untilWaiting } of others) await untilWaiting();
  rmSync(path('slow'));
  t.match(await first.ended, { code: 7, stdout: 'plan a' });
  for (const { ended } of others) {
    const { code, stderr } = await ended;
    t.equal(code, 7);
    t.match(stderr, new RegExp(`^modstorm: waiting for process ${first.child.pid}, `));
  }
  t.same(log(), once);
  t.match(
    await start('plan', 'd').ended,
    { code: 7, stdout: 'plan d', stderr: '' },
    'later there is nothing to do',
  );
});

t.test('a set-up that was killed: the next waits for the npm that it left, and many set up once', async t => {
  const { log, start, untilLogged, path } = checkout(t.testdir());
  writeFileSync(path('slow'), '');
  const killed = start();
  await untilLogged('npm begins');
  killed.child.kill('SIGKILL');
  const started = Array.from({ length: 6 }, () => start('x'));
  for (const { untilWaiting } of started) await untilWaiting();
  rmSync(path('slow'));
  for (const { ended } of started) t.match(await ended, { code: 7 });
  t.same(log(), ['npm begins', 'npm ends', ...once], 'never two at once');
});

t.test('Ctrl-C in npm ci: nothing is taken for installed', async t => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    for (const stubborn of [false, true]) {
      const { log, start, untilLogged, path } = checkout(t.testdir());
      writeFileSync(path('slow'), '');
      if (stubborn) writeFileSync(path('stubborn'), '');
      const run = start();
      await untilLogged('npm begins');
      run.child.kill(signal);
      t.match(await run.ended, { code, signal: null, stdout: '' }, `${signal} ${stubborn}`);
      t.notOk(existsSync(path('node_modules/.modstorm-stamp')), 'no stamp');
      t.same(log(), ['npm begins', `npm ${signal}`], 'and nothing is built after it');
      rmSync(path('slow'));
      writeFileSync(path('log'), '');
      t.match(await start('x').ended, { code: 7, stdout: 'x' });
      t.same(log(), once, 'the next one sets up');
    }
  }
});

t.test('packages of another state that were half replaced are not taken for whole', async t => {
  const { log, start, untilLogged, path } = checkout(t.testdir());
  t.match(await start('x').ended, { code: 7 });
  writeFileSync(path('package-lock.json'), '{"new":1}');
  writeFileSync(path('slow'), '');
  writeFileSync(path('log'), '');
  const run = start();
  await untilLogged('npm begins');
  run.child.kill('SIGINT');
  await run.ended;
  rmSync(path('slow'));
  writeFileSync(path('package-lock.json'), '{}');
  writeFileSync(path('log'), '');
  t.match(await start('x').ended, { code: 7 });
  t.match(log().slice(0, 2), ['npm begins', 'npm ends']);
});

t.test('a wait for another set-up can be interrupted', async t => {
  const { start, untilLogged, path } = checkout(t.testdir());
  writeFileSync(path('slow'), '');
  const first = start();
  await untilLogged('npm begins');
  const second = start();
  await second.untilWaiting();
  second.child.kill('SIGINT');
  t.match(await second.ended, { code: 130, signal: null });
  first.child.kill('SIGTERM');
  t.match(await first.ended, { code: 143 });
});
