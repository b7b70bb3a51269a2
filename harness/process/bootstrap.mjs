/**
 * The entry point of `npm start`, `npm test`, `npm run modstorm` and `npm run generate`, in plain JavaScript without
 * dependencies. It installs the npm packages and builds the TypeScript if they are stale, then runs the built harness in the
 * same process. It is in harness/process/ because it starts programs, and cannot use execa, which it installs.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const [mode = 'modstorm', ...words] = process.argv.slice(2);

/** `git bisect run` treats 1 to 127 as bad, so errors of `bisect step` itself begin at 128, as in harness/cli/bisect-step-code.ts. */
const troubleFrom = words[0] === 'bisect' && words.includes('step') ? 128 : 0;

function fail(message, code = 3) {
  process.stderr.write(`modstorm: ${message}\n`);
  process.exit(code < troubleFrom ? code + troubleFrom : code);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 20)) return;
  fail(`Node ${process.versions.node} is too old; 20.20 or newer is needed.`);
}

/**
 * Runs a program; its output goes to stderr, because stdout is for results. A signal is forwarded, and also ends this process
 * after the program has ended, even if the program exits with success. The program inherits the lock (as descriptor 3): if
 * this process is killed, the next setup waits for the program.
 */
function startAndWait(file, args, lock) {
  return new Promise((done, refuse) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 2, 2, lock] });
    let stopped;
    const pass = signal => {
      stopped ??= signal;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    child.once('error', refuse);
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass);
      // Ctrl-C in a terminal goes to both processes, and the child may exit first.
      stopped ??= signals.find(name => name === signal || code === 128 + constants.signals[name]);
      if (stopped) process.exit(128 + constants.signals[stopped]);
      done({ code, signal });
    });
  });
}

async function run(title, file, args, lock) {
  process.stderr.write(`modstorm: ${title}\n`);
  const { code, signal } = await startAndWait(file, args, lock);
  if (code === 0) return;
  fail(`\`${file} ${args.join(' ')}\` failed (${signal ?? `exit code ${code}`}); its output above says why.`);
}

function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

const packagesStamp = join(root, 'node_modules', '.modstorm-stamp');

/** What determines the npm packages. */
function packagesDigest() {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return digest(
    JSON.stringify([dependencies, devDependencies]),
    readFileSync(join(root, 'package-lock.json')),
    process.versions.modules,
  );
}

async function ensurePackages(lock) {
  const wanted = packagesDigest();
  if (readStamp(packagesStamp) === wanted) return;
  // From here on the packages are incomplete for any lock file.
  rmSync(packagesStamp, { force: true });
  const words = ['ci', '--no-fund', '--no-audit', '--loglevel=error'];
  await run('installing npm packages (npm ci) …', 'npm', words, lock);
  writeFileSync(packagesStamp, wanted);
}

/** Every file that affects the output of tsc, by path, size and modification time. */
function listSources(folder = root, found = []) {
  for (const name of folder === root ? ['harness', 'guests', 'test'] : readdirSync(folder).sort()) {
    const path = join(folder, name);
    const status = statSync(path);
    if (status.isDirectory()) listSources(path, found);
    else if (path.endsWith('.ts')) found.push(`${relative(root, path)} ${status.size} ${status.mtimeMs}`);
  }
  return found;
}

const build = join(root, 'build');
const buildStamp = join(build, '.modstorm-stamp');

/** What determines the output of tsc. */
function buildDigest() {
  return digest(
    readFileSync(join(root, 'tsconfig.json')),
    readFileSync(join(root, 'package-lock.json')),
    ...listSources(),
  );
}

async function ensureBuild(lock) {
  const wanted = buildDigest();
  if (readStamp(buildStamp) === wanted) return;
  // Remove the old build first, so that tests whose source was deleted do not run.
  rmSync(buildStamp, { force: true });
  for (const part of ['harness', 'guests', 'test'])
    rmSync(join(build, part), { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run('building (tsc) …', process.execPath, [tsc, '-p', root], lock);
  writeFileSync(buildStamp, wanted);
}

/**
 * Installs and builds what is stale. If nothing is, there is nothing to lock either: whoever changes packages or the build
 * removes the stamp first.
 */
async function setUp() {
  if (readStamp(packagesStamp) === packagesDigest() && readStamp(buildStamp) === buildDigest()) return;
  const lock = await lockSetup();
  await ensurePackages(lock);
  await ensureBuild(lock);
  closeSync(lock);
}

/**
 * One setup at a time per checkout: a second process waits for the first. The lock is a kernel lock (flock), which is
 * released when the last process that has the file open ends, in whatever way, so it is never stale.
 * @returns the descriptor of the lock; closing it releases the lock
 */
async function lockSetup() {
  const path = join(root, 'build', '.modstorm-setup');
  mkdirSync(dirname(path), { recursive: true });
  const lock = openSync(path, 'a+');
  if ((await flock('--nonblock', lock)) !== 0) {
    // Start flock before the message: its signal handlers must be in place when the message appears.
    const locked = flock('--exclusive', lock);
    const owner = readFileSync(path, 'utf8').trim() || 'another one';
    process.stderr.write(`modstorm: waiting for process ${owner}, which is setting up this checkout …\n`);
    const code = await locked;
    if (code !== 0) fail(`${path} cannot be locked (exit code ${code} of flock).`);
  }
  ftruncateSync(lock);
  writeSync(lock, `${process.pid}\n`);
  return lock;
}

/** Locks an open file with the flock program of util-linux, as Node cannot; the lock belongs to the open file, not to the program. */
async function flock(how, lock) {
  try {
    return (await startAndWait('flock', [how, '3'], lock)).code;
  } catch (error) {
    return fail(`flock, of the package util-linux, does not run: ${error.message}`);
  }
}

async function main() {
  checkNode();
  await setUp();
  // Compiled code is kept from one command to the next; Node has this from 22.1 on.
  module.enableCompileCache?.(join(build, 'compiled'));
  // npm runs scripts in the project's root, but paths on the command line are relative to the user's folder.
  if (process.env.INIT_CWD && mode === 'modstorm') process.chdir(process.env.INIT_CWD);
  if (mode === 'generate') {
    const { generate } = await import(pathToFileURL(join(root, 'build/test/generated/generate.js')).href);
    return generate();
  }
  const { main: runModstorm } = await import(pathToFileURL(join(root, 'build/harness/main.js')).href);
  const modstorm = commandWords => {
    // A run records its command so that it can be repeated; omit the arguments of npm.
    process.argv.splice(2, Infinity, ...commandWords);
    return runModstorm(commandWords);
  };
  if (mode === 'modstorm') return modstorm(words);
  const ready = await modstorm(['doctor', '--install', '--brief', ...(mode === 'test' ? ['--tests'] : [])]);
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
