/**
 * The first program of `npm start`, `npm test` and `npm run modstorm`, in plain JavaScript and with nothing but Node:
 * it brings the npm packages and builds the TypeScript when either is stale, then hands over to the built harness in
 * the same process. It lives in harness/process/ because it starts programs, and cannot use execa, which it installs.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [mode = 'modstorm', ...words] = process.argv.slice(2);

function fail(message, code = 3) {
  process.stderr.write(`modstorm: ${message}\n`);
  process.exit(code);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 20)) return;
  fail(`Node ${process.versions.node} is too old; 20.20 or newer is needed.`);
}

/** Runs a program to its end, its output on stderr; stdout belongs to results. */
function run(title, file, args) {
  process.stderr.write(`modstorm: ${title}\n`);
  return new Promise((done, refuse) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 2, 2] });
    const pass = signal => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    child.once('error', refuse);
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass);
      if (code === 0) return done();
      if (signal === 'SIGINT' || code === 130) process.exit(130);
      if (signal === 'SIGTERM' || code === 143) process.exit(143);
      fail(
        `\`${file} ${args.join(' ')}\` failed (${signal ?? `exit code ${code}`}); its output above says why.`,
      );
    });
  });
}

function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

async function ensurePackages() {
  const stamp = join(root, 'node_modules', '.modstorm-stamp');
  const wanted = digest(
    readFileSync(join(root, 'package.json')),
    readFileSync(join(root, 'package-lock.json')),
    process.versions.modules,
  );
  if (readStamp(stamp) === wanted) return;
  await run('installing npm packages (npm ci) …', 'npm', [
    'ci',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ]);
  writeFileSync(stamp, wanted);
}

/** Every file that decides what tsc emits, by path, size and time of change. */
function listSources(folder = root, found = []) {
  for (const name of folder === root ? ['harness', 'guests', 'test'] : readdirSync(folder).sort()) {
    const path = join(folder, name);
    const status = statSync(path);
    if (status.isDirectory()) listSources(path, found);
    else if (path.endsWith('.ts')) found.push(`${relative(root, path)} ${status.size} ${status.mtimeMs}`);
  }
  return found;
}

async function ensureBuild() {
  const build = join(root, 'build');
  const stamp = join(build, '.modstorm-stamp');
  const wanted = digest(
    readFileSync(join(root, 'tsconfig.json')),
    readFileSync(join(root, 'package-lock.json')),
    ...listSources(),
  );
  if (readStamp(stamp) === wanted) return;
  // A test whose source is gone must not run on, so what was built before goes first.
  rmSync(stamp, { force: true });
  for (const part of ['harness', 'guests', 'test'])
    rmSync(join(build, part), { recursive: true, force: true });
  await run('building (tsc) …', process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    root,
  ]);
  writeFileSync(stamp, wanted);
}

/** One set-up at a time per checkout: a second process waits for the first. Returns the unlocking. */
async function lockSetup() {
  const path = join(tmpdir(), `modstorm-setup-${digest(root).slice(0, 16)}.lock`);
  for (let told = false; ; ) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      const unlock = () => rmSync(path, { force: true });
      process.once('exit', unlock);
      return () => {
        process.off('exit', unlock);
        unlock();
      };
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readStamp(path)?.trim() || Number.NaN);
    if (isGone(owner, path)) rmSync(path, { force: true });
    else if (!told) {
      process.stderr.write(`modstorm: waiting for process ${owner}, which is setting up this checkout …\n`);
      told = true;
    }
    await new Promise(done => setTimeout(done, 200));
  }
}

/** Whether the owner of the lock has ended. A lock without a pid is being written, unless it is old. */
function isGone(owner, path) {
  if (Number.isNaN(owner)) return existsSync(path) && Date.now() - statSync(path).mtimeMs > 10_000;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

async function main() {
  checkNode();
  const unlock = await lockSetup();
  await ensurePackages();
  await ensureBuild();
  unlock();
  // npm runs scripts in the project's root; paths on the command line are meant from where the user stands.
  if (process.env.INIT_CWD && mode === 'modstorm') process.chdir(process.env.INIT_CWD);
  const { main: modstorm } = await import(pathToFileURL(join(root, 'build/harness/main.js')).href);
  if (mode === 'modstorm') return modstorm(words);
  const ready = await modstorm(['doctor', '--install', '--brief']);
  if (ready !== 0) return ready;
  if (mode === 'start')
    return modstorm(
      words[0] && !words[0].startsWith('-') ? ['run', ...words] : ['run', 'matrices/quick.yaml', ...words],
    );
  const { runTests } = await import(pathToFileURL(join(root, 'build/test/run.js')).href);
  return runTests(words);
}

main().then(
  code => {
    process.exitCode = code;
  },
  error => fail(error.stack ?? String(error)),
);
