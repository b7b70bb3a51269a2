import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { IsolatedApt } from '../../harness/host/isolated-apt.ts';
import { compareAcross } from '../../harness/judgement/compare-sides.ts';
import { judgeRun } from '../../harness/judgement/judge-run.ts';
import { sideOfText } from '../../harness/judgement/side.ts';
import { kernelTools } from '../../harness/kernel/kernel-tools.ts';
import { resolveSource } from '../../harness/kernel/prepare-kernel.ts';
import { parseModuleStats } from '../../harness/measurement/module-stats/module-stats-text.ts';
import { runProgram } from '../../harness/process/program.ts';
import { cacheFolder, projectPath } from '../../harness/project.ts';
import { commitStyles } from '../../harness/report/export-options.ts';
import { exporter as commit } from '../../harness/report/formats/commit.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../fakes/hostile-run.ts';

const folder = await mkdtemp(join(tmpdir(), 'modstorm-commit-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const checkpatch = join(await kernelSource(), 'scripts', 'checkpatch.pl');

/** The newest that the matrices build: 6.12 does not look for separators yet. */
async function kernelSource(): Promise<string> {
  const source = await resolveSource(
    { kind: 'debian', package: 'linux-source-7.2' },
    cacheFolder(),
    new IsolatedApt({}),
    kernelTools('kernel', 'source'),
  );
  return source.place();
}

const licence = '// SPDX-License-Identifier: GPL-2.0\n';
const author = { name: 'A Developer', email: 'developer@example.org' };

async function git(repository: string, words: readonly string[], input = ''): Promise<string> {
  const environment = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
  };
  const { stdout } = await runProgram('git', ['-C', repository, ...words], { environment, input });
  return stdout;
}

async function makeRepository(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await git(path, ['init', '--quiet']);
  await writeFile(join(path, 'dups.c'), `${licence}int one;\n`);
  await git(path, ['add', 'dups.c']);
  await git(path, ['commit', '--quiet', '--message', 'base']);
  return path;
}

const subject = 'module: wait for a load that runs already\n\nBefore, every waiter read the file anew.\n';
const close = `\nSigned-off-by: ${author.name} <${author.email}>\n`;
const sender = await makeRepository('sender');
const receiver = await makeRepository('receiver');

/** Commits a change with this message, mails it, applies the mail; the message at the end, and what checkpatch warns of. */
async function throughMail(message: string): Promise<{ received: string; warnings: string[] }> {
  for (const repository of [sender, receiver]) await git(repository, ['reset', '--quiet', '--hard', 'HEAD']);
  await writeFile(join(sender, 'dups.c'), `${licence}int two;\n`);
  await git(sender, ['commit', '--quiet', '--all', '--file', '-'], message);
  const patch = await git(sender, ['format-patch', '-1', '--stdout']);
  await git(receiver, ['am', '--quiet'], patch);
  const received = await git(receiver, ['log', '-1', '--format=%B']);
  const { stdout } = await runProgram('perl', [checkpatch, '--no-tree', '--terse', '--strict', '-'], {
    input: patch,
    folder: sender,
    accept: 'any',
  });
  for (const repository of [sender, receiver])
    await git(repository, ['reset', '--quiet', '--hard', 'HEAD~1']);
  const warnings = stdout.split('\n').filter(line => /: (?:ERROR|WARNING|CHECK):/.test(line));
  return { received: received.trimEnd(), warnings };
}

const judged = judgeRun(fakeAb())!;
const single = { ...judged.judgement, pairs: judged.judgement.pairs.slice(1, 2) };
const texts = ['255-vcpu-before', '8-vcpu-after'].map(name => {
  const file = projectPath('test', 'golden', `commit-df3e764d8e5c-${name}.stats.txt`);
  return sideOfText(file, parseModuleStats(readFileSync(file, 'utf8')));
});
const messages: Record<string, string> = {
  scaling: commit.comparison!(judged, { plot: true }),
  'two stats texts': commit.comparison!(compareAcross(texts[0]!, texts[1]!), {}),
  'hostile names': commit.run(hostileRun(hostileText)),
};
for (const style of commitStyles)
  messages[`style ${style}`] = commit.comparison!({ ...judged, judgement: single }, { style });
for (const [name, report] of Object.entries(troubledRuns())) messages[name] = commit.run(report);

t.test('git and checkpatch leave a table as it is', async t => {
  const plain = await throughMail(`${subject}${close}`);
  t.strictSame(plain.warnings, [], 'the message without a table is one that checkpatch likes');
  for (const [name, table] of Object.entries(messages)) {
    const message = `${subject}\n${table}${close}`;
    const { received, warnings } = await throughMail(message);
    t.equal(received, message.trimEnd(), `${name}: byte for byte`);
    t.strictSame(warnings, [], `${name}: no warning of checkpatch`);
  }
});

t.test('a table at column 0 would not come through', async t => {
  const table = messages['scaling']!.replaceAll(/^ {2}/gm, '').replace('costs at', 'Index: costs at');
  const message = `${subject}\n${table}${close}`;
  const { received, warnings } = await throughMail(message);
  t.not(received, message.trimEnd(), 'git am cuts it');
  t.match(warnings, [/Invalid commit separator/], 'checkpatch refuses its rulers');
});
