import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type ProgramResult, runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
  run?: string;
}

interface Job {
  strategy?: { matrix: string };
  outputs?: Record<string, string>;
  steps: Step[];
}

/** The values that expressions of a job read. */
interface Scope {
  needs: Record<string, { outputs: Record<string, string>; result: string }>;
  steps: Record<string, { outputs: Record<string, string> }>;
  matrix: Record<string, unknown>;
}

/** What a job printed and how it ended. */
export interface JobEnd {
  code: number;
  output: string;
  outputs: Record<string, string>;
  /** The summary of the job. */
  summary: string;
}

/**
 * Executes a workflow of GitHub Actions as a runner does, without GitHub: jobs one after the other in a clean checkout, each
 * with a home of its own; `run` steps with bash and the runner's variables; the few actions that modstorm's workflow uses,
 * as copies of folders.
 */
export class WorkflowRunner {
  readonly #root: string;
  readonly workflow: { env: Record<string, string>; jobs: Record<string, Job> };
  readonly #needs: Scope['needs'] = {};
  #homes = 0;
  runNumber = 17;

  /**
   * @param root an empty folder: `work` becomes the checkout, `origin` its remote, `artifacts` and `cache` what jobs share
   * @param change adapts the workflow, as a user would
   */
  constructor(root: string, file: string, change: (text: string) => string) {
    this.#root = root;
    this.workflow = parse(change(readFileSync(file, 'utf8'))) as WorkflowRunner['workflow'];
    for (const name of ['artifacts', 'cache', 'programs']) mkdirSync(join(root, name), { recursive: true });
    // Like sudo, except for what would change the machine of the test.
    writeFileSync(
      join(root, 'programs', 'sudo'),
      '#!/bin/sh\ncase "$1" in\ntee) cat > /dev/null ;;\nudevadm) ;;\n*) exec "$@" ;;\nesac\n',
      { mode: 0o755 },
    );
  }

  get work(): string {
    return join(this.#root, 'work');
  }

  /** The paths that the workflow caches. */
  get cachedPaths(): string {
    const steps = Object.values(this.workflow.jobs).flatMap(job => job.steps);
    return String(steps.find(({ uses }) => uses?.startsWith('actions/cache'))?.with?.['path']);
  }

  /** A folder that a job uploaded. */
  artifact(name: string): string {
    return join(this.#root, 'artifacts', name);
  }

  /** Commits the files of this project, and more, to a new repository, and checks it out. */
  async checkOut(more: Record<string, string>): Promise<void> {
    const { work } = this;
    const listed = await runProgram('git', [
      ...['-C', projectPath(), 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      ...['--', ':!results/example*'],
    ]);
    for (const name of listed.stdout.split('\0').filter(one => one !== ''))
      if (existsSync(projectPath(name))) cpSync(projectPath(name), join(work, name));
    for (const [name, text] of Object.entries(more)) writeFileSync(join(work, name), text);
    const git = (...words: string[]) =>
      runProgram('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.invalid', '-C', work, ...words]);
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'all');
    await runProgram('git', ['clone', '--quiet', '--bare', work, join(this.#root, 'origin')]);
    await git('remote', 'add', 'origin', join(this.#root, 'origin'));
    // What npm ci would install again for every job.
    await runProgram('cp', ['-a', projectPath('node_modules'), join(work, 'node_modules')]);
  }

  /** Runs a job, once for each entry of its matrix, and returns how each ended. */
  async run(name: string): Promise<JobEnd[]> {
    const job = this.workflow.jobs[name];
    if (job === undefined) throw new Error(`the workflow has no job ${name}`);
    const scope = { needs: this.#needs, steps: {}, matrix: {} };
    const entries = job.strategy === undefined ? [{}] : matrixOf(job.strategy.matrix, scope);
    const ends: JobEnd[] = [];
    for (const matrix of entries) ends.push(await this.#runJob(job, { ...scope, steps: {}, matrix }));
    const good = ends.every(({ code }) => code === 0);
    this.#needs[name] = { outputs: ends[0]?.outputs ?? {}, result: good ? 'success' : 'failure' };
    return ends;
  }

  async #runJob(job: Job, scope: Scope): Promise<JobEnd> {
    const { work } = this;
    await runProgram('git', ['-C', work, 'worktree', 'prune']);
    await runProgram('git', ['-C', work, 'clean', '-ffdxq', '-e', 'node_modules', '-e', 'build']);
    await runProgram('git', ['-C', work, 'worktree', 'prune']);
    const home = join(this.#root, `home-${this.#homes++}`);
    mkdirSync(home);
    const end: JobEnd = { code: 0, output: '', outputs: {}, summary: '' };
    const afterwards: (() => Promise<void>)[] = [];
    for (const step of job.steps) {
      // Only a step that says so runs after one that failed.
      if (end.code !== 0 && step.if === undefined) continue;
      if (step.uses !== undefined) afterwards.push(await this.#action(step, scope, home));
      if (step.run === undefined) continue;
      const { code, stdout, stderr } = await this.#script(step, scope, home);
      end.output += `${stdout}${stderr}`;
      if (end.code === 0) end.code = code;
    }
    for (const post of afterwards) await post();
    const summary = join(home, 'summary.md');
    if (existsSync(summary)) end.summary = readFileSync(summary, 'utf8');
    for (const [name, text] of Object.entries(job.outputs ?? {})) end.outputs[name] = expand(text, scope);
    return end;
  }

  async #script(step: Step, scope: Scope, home: string): Promise<ProgramResult> {
    const file = join(home, 'output');
    writeFileSync(file, '');
    const own = { ...this.workflow.env, ...step.env };
    const result = await runProgram('bash', ['-e', '-o', 'pipefail', '-c', step.run ?? ''], {
      folder: this.work,
      accept: 'any',
      environment: {
        ...Object.fromEntries(Object.entries(own).map(([name, text]) => [name, expand(text, scope)])),
        ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: this.work, HOME: home },
        ...{ GITHUB_OUTPUT: file, GITHUB_STEP_SUMMARY: join(home, 'summary.md') },
        GITHUB_RUN_NUMBER: String(this.runNumber),
        MODSTORM_CACHE: '',
        XDG_CACHE_HOME: '',
        PATH: `${join(this.#root, 'programs')}:${process.env['PATH']}`,
      },
    });
    if (step.id !== undefined) {
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      const outputs = lines.map(line => [
        line.slice(0, line.indexOf('=')),
        line.slice(line.indexOf('=') + 1),
      ]);
      scope.steps[step.id] = { outputs: Object.fromEntries(outputs) };
    }
    return result;
  }

  /** Carries out an action; returns what it does at the end of the job. */
  async #action(step: Step, scope: Scope, home: string): Promise<() => Promise<void>> {
    const given = Object.fromEntries(
      Object.entries(step.with ?? {}).map(([name, value]) => [name, expand(String(value), scope)]),
    );
    const nothing = async () => undefined;
    const action = step.uses?.replace(/@v\d+$/, '');
    const cache = join(this.#root, 'cache');
    switch (action) {
      case 'actions/checkout':
      case 'actions/setup-node':
        return nothing;
      case 'actions/cache':
        await copyCached(cache, home, given['path']);
        return () => copyCached(home, cache, given['path']);
      case 'actions/cache/restore':
        await copyCached(cache, home, given['path']);
        return nothing;
      case 'actions/upload-artifact':
        rmSync(this.artifact(given['name'] ?? ''), { recursive: true, force: true });
        for (const path of (given['path'] ?? '').split('\n').filter(one => one !== '')) {
          const alone = !(given['path'] ?? '').includes('\n');
          const target = this.artifact(given['name'] ?? '');
          if (existsSync(join(this.work, path)))
            cpSync(join(this.work, path), alone ? target : join(target, path), { recursive: true });
        }
        return nothing;
      case 'actions/download-artifact':
        for (const name of readdirSync(join(this.#root, 'artifacts')))
          if (name.startsWith((given['pattern'] ?? '').replace('*', '')))
            cpSync(this.artifact(name), join(this.work, given['path'] ?? '', name), { recursive: true });
        return nothing;
      default:
        throw new Error(`no stand-in for ${step.uses}`);
    }
  }
}

/** Links what the lines of `path` name from one home to another; a file of the target stays. */
export async function copyCached(from: string, to: string, path = ''): Promise<void> {
  const script = 'cd "$1" && for one in $3; do cp -aln --parents -t "$2" "$one"; done';
  for (const line of path.split('\n').filter(one => one !== '')) {
    const pattern = line.replace(/^~\//, '');
    // Another process may take away a draft while it is copied.
    await runProgram('bash', ['-c', script, 'copy', from, to, pattern], { accept: 'any' });
  }
}

function matrixOf(text: string, scope: Scope): Record<string, unknown>[] {
  const path = /^\$\{\{ fromJSON\((.*)\) \}\}$/.exec(text)?.[1] ?? '';
  return (JSON.parse(expand(`\${{ ${path} }}`, scope)) as { include: Record<string, unknown>[] }).include;
}

/** Replaces the expressions in a text, which are paths to values. */
function expand(text: string, scope: Scope): string {
  return text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, path: string) => {
    const value = path
      .split('.')
      .reduce<unknown>((from, name) => (from as Record<string, unknown>)?.[name], scope);
    return value === undefined ? '' : String(value);
  });
}
