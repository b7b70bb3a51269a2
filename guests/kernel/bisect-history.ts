#!/usr/bin/env node
/**
 * Creates a small history of a real kernel to bisect: Debian's linux-source in a bare git repository, and eighteen commits on
 * top of it, of which one reintroduces duplicate loads. To run it manually:
 *
 *     node build/guests/kernel/bisect-history.js FOLDER
 */
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { $ as shell } from 'zx';
import { IsolatedApt } from '../../harness/host/isolated-apt.ts';
import { kernelTools } from '../../harness/kernel/kernel-tools.ts';
import { resolveSource } from '../../harness/kernel/prepare-kernel.ts';
import { cacheFolder } from '../../harness/project.ts';
import { type Change, culprits, forkAfter, mainline, mergeAfter, sideline } from './bisect-commits.ts';

/** A branch of the history; its tip is the bad end. */
export type BisectBranch = keyof typeof culprits;

/** The created history. */
export interface BisectHistory {
  /** The bare repository. */
  folder: string;
  /** The good end, a tag. */
  good: string;
  /** Hash of the culprit of each branch. */
  culprits: Record<BisectBranch, string>;
}

/** The Debian package, as in the matrices. */
const sourcePackage = 'linux-source-6.12';
const author = 'A Kernel Hacker <hacker@example.org>';
const firstDay = Date.UTC(2026, 0, 1) / 1000;
const branches = Object.keys(culprits) as BisectBranch[];
const $ = shell({ quiet: true });

/**
 * Creates the history, or finds an existing one. Its branches share all commits before their culprit. The same source gives
 * the same hashes.
 * @param folder of the repository; the remains of an interrupted call are replaced
 * @throws Error if git fails; errors of the rooms host and kernel if Debian's source is not available
 */
export async function makeBisectHistory(folder: string): Promise<BisectHistory> {
  const whole = join(folder, 'modstorm.whole');
  if (!existsSync(whole)) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await $`git init --bare --quiet ${folder}`;
    const source = await debianSource();
    await importBase(folder, source);
    for (const branch of branches) {
      const commits = await importStream(source, branch);
      await $({ input: commits })`git --git-dir=${folder} fast-import --quiet`;
    }
    await $`git --git-dir=${folder} symbolic-ref HEAD refs/heads/always`;
    await $`touch ${whole}`;
  }
  const commitOf = async (branch: BisectBranch) =>
    (await $`git --git-dir=${folder} rev-parse ${`${branch}^{/${culprits[branch].subject}}`}`).stdout.trim();
  return {
    folder,
    good: 'good',
    culprits: { always: await commitOf('always'), sometimes: await commitOf('sometimes') },
  };
}

async function debianSource(): Promise<string> {
  const source = { kind: 'debian', package: sourcePackage } as const;
  const tools = kernelTools('source', sourcePackage);
  return (await resolveSource(source, cacheFolder(), new IsolatedApt({}), tools)).place();
}

/** Creates the first commit from the source. Good compression would take longer than everything else together. */
async function importBase(folder: string, source: string): Promise<void> {
  const git = ['git', `--git-dir=${folder}`, `--work-tree=${source}`, '-c', 'core.looseCompression=1'];
  await $`${git} add --all --force`;
  const tree = (await $`git --git-dir=${folder} write-tree`).stdout.trim();
  const commit = `tree ${tree}\nauthor ${author} ${firstDay} +0000\ncommitter ${author} ${firstDay} +0000\n\nLinux of ${sourcePackage}\n`;
  const made = await $({ input: commit })`git --git-dir=${folder} hash-object -t commit -w --stdin`;
  await $`git --git-dir=${folder} tag good ${made.stdout.trim()}`;
}

/** The commits of a branch in the format of git fast-import. */
async function importStream(source: string, branch: BisectBranch): Promise<string> {
  const stream = new ImportStream(source, branch);
  const main = mainline.map(change => (change === 'culprit' ? culprits[branch] : change));
  let tip = 'good';
  let fork = tip;
  for (const [index, change] of main.entries()) {
    if (index === mergeAfter) {
      let side = fork;
      for (const one of sideline) side = await stream.commit(side, one);
      tip = stream.merge(tip, side, sideline);
    }
    tip = await stream.commit(tip, change);
    if (index + 1 === forkAfter) fork = tip;
  }
  return stream.text;
}

/** Writes commits one after the other, and tracks the content of their files. */
class ImportStream {
  text = '';
  readonly #source: string;
  readonly #branch: string;
  readonly #files = new Map<string, string>();
  #commits = 0;

  constructor(source: string, branch: string) {
    this.#source = source;
    this.#branch = branch;
  }

  /** @returns the mark of the commit */
  async commit(parent: string, { subject, path, from, to }: Change): Promise<string> {
    const before = this.#files.get(path) ?? (await readFile(join(this.#source, path), 'utf8'));
    if (!before.includes(from)) throw new Error(`${path} of ${sourcePackage} has no ${JSON.stringify(from)}`);
    this.#files.set(
      path,
      before.replace(from, () => to),
    );
    return this.#write(subject, [`from ${parent}`, this.#file(path)]);
  }

  /** @returns the mark of the merge */
  merge(parent: string, side: string, changes: readonly Change[]): string {
    const files = [...new Set(changes.map(({ path }) => path))].map(path => this.#file(path));
    return this.#write('Merge the side line', [`from ${parent}`, `merge ${side}`, ...files]);
  }

  #file(path: string): string {
    return `M 100644 inline ${path}\n${data(this.#files.get(path) ?? '')}`;
  }

  #write(subject: string, lines: readonly string[]): string {
    const mark = `:${++this.#commits}`;
    const day = firstDay + this.#commits * 24 * 3600;
    this.text += [
      `commit refs/heads/${this.#branch}`,
      `mark ${mark}`,
      `author ${author} ${day} +0000`,
      `committer ${author} ${day} +0000`,
      data(`${subject}\n`),
      ...lines,
      '',
    ].join('\n');
    return mark;
  }
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

if (realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('usage: bisect-history.js FOLDER');
  console.log(JSON.stringify(await makeBisectHistory(resolve(folder)), undefined, 2));
}
