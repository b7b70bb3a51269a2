import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from '../../harness/project.ts';

/*
 * What a command takes besides its guests, and what a trial takes besides QEMU. Guests are booted, so the host needs what
 * `npm start` installs. Not a test: `node build/test/bench/command.bench.js [ROUNDS]`. Medians, all commands in turn.
 */
const rounds = Number(process.argv[2] ?? 5);
const more = 10;
const bootstrap = projectPath('harness', 'process', 'bootstrap.mjs');
const usage = new URL('./resource-usage.js', import.meta.url).pathname;

/** What one process took, in s. */
interface Taken {
  wall: number;
  own: number;
  children: number;
}

const root = mkdtempSync(join(tmpdir(), 'modstorm-bench-'));
const matrix = join(root, 'trivial.yaml');
const results = join(root, 'results');
writeFileSync(
  matrix,
  [
    'kernels: { lts: { debian: linux-source-6.12 } }',
    'config: stats',
    'vcpus: 2',
    'memory: 512MiB',
    `workloads: { script: ${projectPath('test', 'integration', 'workloads', 'script.yaml')} }`,
    "workload: { script: { line: 'true' } }",
    'trials: 1',
  ].join('\n'),
);

function modstorm(...words: string[]): Taken {
  const began = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', usage, bootstrap, 'modstorm', ...words],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: { ...process.env, INIT_CWD: root },
    },
  );
  const wall = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`${words.join(' ')}: exit ${status}: ${stderr.slice(-2000)}`);
  const [, user, system, children] =
    /user (\S+) s, system (\S+) s, children (\S+) s/.exec(stderr.trim().split('\n').at(-1) ?? '') ?? [];
  return { wall, own: Number(user) + Number(system), children: Number(children) };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** The line of QEMU that --dry-run prints, without the harness around it. */
function qemuLine(): string {
  const { stdout } = spawnSync(
    process.execPath,
    [bootstrap, 'modstorm', 'plan', matrix, '--dry-run', '--accel', 'tcg'],
    { encoding: 'utf8' },
  );
  const line = stdout.split('\n').find(one => one.startsWith('qemu-'));
  if (line === undefined) throw new Error(`no line of QEMU: ${stdout}`);
  return line;
}

const boots = (count: number) =>
  modstorm(
    'run',
    matrix,
    '--accel',
    'tcg',
    '--jobs',
    '2',
    '--repetitions',
    String(count),
    '--results',
    results,
  );

try {
  boots(1);
  const [run = ''] = readdirSync(results).map(name => join(results, name));
  const line = qemuLine();
  const commands: Record<string, () => Taken> = {
    '`--version`': () => modstorm('--version'),
    '`--help`': () => modstorm('--help'),
    '`plan`': () => modstorm('plan', matrix),
    '`report`': () => modstorm('report', run),
    '`compare`': () => modstorm('compare', run, run),
    '`run`, one trivial trial': () => boots(1),
    [`\`run\`, ${1 + more} of them`]: () => boots(1 + more),
  };
  const taken = new Map(Object.keys(commands).map(name => [name, [] as Taken[]]));
  const byHand: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) taken.get(name)?.push(command());
    const began = performance.now();
    spawnSync('sh', ['-c', `${line} </dev/null >/dev/null 2>&1`]);
    byHand.push((performance.now() - began) / 1000);
  }
  const middle = (name: string, part: keyof Taken) => median((taken.get(name) ?? []).map(one => one[part]));
  process.stdout.write(
    '| command | wall, s | own processor time, s | that of programs, s |\n|---|---|---|---|\n',
  );
  for (const name of taken.keys()) {
    const cells = (['wall', 'own', 'children'] as const).map(part => middle(name, part).toFixed(2));
    process.stdout.write(`| ${[name, ...cells].join(' | ')} |\n`);
  }
  const [one = '', many = ''] = Object.keys(commands).slice(-2);
  const perTrial = (part: keyof Taken) => (middle(many, part) - middle(one, part)) / more;
  const share = (100 * perTrial('own')) / perTrial('children');
  process.stdout.write(`
The same line of QEMU by hand: ${median(byHand).toFixed(2)} s; a trial in a longer run: ${perTrial('wall').toFixed(2)} s.
Processor time of a further trial: ${(1000 * perTrial('own')).toFixed(0)} ms of modstorm, ${share.toFixed(1)} % of QEMU's.
${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}, ${readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s*: (.*)/)?.[1]}
`);
} finally {
  rmSync(root, { recursive: true });
}
