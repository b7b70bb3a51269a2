import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../../../harness/process/program.ts';

const person = {
  GIT_AUTHOR_NAME: 'A Developer',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A Developer',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** A git repository in a temporary folder, for one test. */
export class GitFixture {
  readonly root: string;
  /** The working tree. */
  readonly path: string;

  private constructor(root: string) {
    this.root = root;
    this.path = join(root, 'linux');
  }

  static async create(): Promise<GitFixture> {
    const fixture = new GitFixture(await mkdtemp(join(tmpdir(), 'modstorm-git-')));
    await mkdir(fixture.path);
    await fixture.git('init', '--quiet', '--initial-branch=master');
    return fixture;
  }

  async git(...words: string[]): Promise<string> {
    const result = await runProgram('git', ['-C', this.path, ...words], { environment: person });
    return result.stdout.trim();
  }

  /** Writes files and commits them; returns the hash. */
  async commit(subject: string, files: Record<string, string>): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.path, name)), { recursive: true });
      await writeFile(join(this.path, name), text);
    }
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '-m', subject);
    return this.git('rev-parse', 'HEAD');
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}
