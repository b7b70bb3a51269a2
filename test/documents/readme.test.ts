import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';
import { allCommands, parseCommandLine } from '../fakes/command-line.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../fakes/run-folder-fixture.ts';
import { fencesOf, localLinks, modstormCommands, readDocument } from './markdown.ts';

const documents = [
  'README.md',
  '.github/CHANGELOG.md',
  '.github/CONTRIBUTING.md',
  'guests/kernel/README.md',
  'harness/README.md',
  'harness/bisect/README.md',
  'harness/ci/README.md',
  'harness/ci/ci-systems.md',
  'harness/ci/nightly.md',
  'harness/cli/ci.md',
  'harness/error-codes.md',
  'harness/judgement/verdicts.md',
  'harness/measurement/blame.md',
  'harness/report/README.md',
  'harness/statistics/README.md',
  'matrices/README.md',
  'results/README.md',
  'test/bench/README.md',
  'test/golden/README.md',
];
const readme = readDocument('README.md');
/** Commands whose examples need neither a guest nor a kernel. */
const guestless = new Set(['plan', 'inspect', 'compare', 'baseline', 'history', 'report']);

t.test('every link into the project leads somewhere', async t => {
  for (const path of documents)
    for (const target of localLinks(readDocument(path)))
      t.ok(existsSync(projectPath(dirname(path), target)), `${path}: ${target}`);
});

t.test('the command line takes every command that a document shows', async t => {
  const shown = documents.flatMap(path =>
    modstormCommands(readDocument(path)).map(words => ({ path, words })),
  );
  t.ok(shown.length >= 12);
  for (const { path, words } of shown) {
    const name = `${path}: ${words.join(' ')}`;
    await t.resolves(parseCommandLine(...words), name);
  }
});

t.test('every script of npm that a document shows exists', async t => {
  const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
  const blocks = documents.flatMap(path =>
    fencesOf(readDocument(path)).filter(({ language }) => language === 'sh'),
  );
  const lines = blocks.flatMap(({ text }) => text.split('\n'));
  for (const line of lines) {
    const [, script] = /^npm (?:run (?:-s )?)?(\w+)/.exec(line) ?? [];
    if (script !== undefined) t.ok(scripts[script], line);
  }
});

t.test('every option in the table of commands is one of its command', async t => {
  const rows = readme.matchAll(/^\| `(\w+)[^`]*` \| (.*) \|$/gm);
  let options = 0;
  for (const [, name, cell] of rows) {
    const commands = allCommands().filter(command => [command.name(), command.parent?.name()].includes(name));
    if (commands.length === 0) continue;
    const known = commands.flatMap(command => command.options.map(({ long }) => long));
    for (const [option] of cell!.matchAll(/--[a-z-]+/g)) {
      t.ok(known.includes(option), `${name} ${option}`);
      options++;
    }
  }
  t.ok(options > 15);
});

t.test('the examples that need no guest do what they say', async t => {
  const copy = copyOfProject(t.testdir());
  const yaml = fencesOf(readme).find(({ text }) => text.startsWith('# mine.yaml'));
  writeFileSync(join(copy, 'mine.yaml'), yaml!.text);
  writeFileSync(join(copy, 'before.txt'), '1\n2\n3\n4\n');
  writeFileSync(join(copy, 'after.txt'), '1\n2\n2\n5\n');
  for (const name of ['OLD_RUN', 'NEW_RUN']) writeFakeRun(copy, abRun(name));
  writeFakeRun(join(copy, 'results'), abRun('20261121T030000Z-mine-3fa9'));
  const stats = readFileSync(projectPath('test', 'golden', '6.12', 'stats.txt'));
  const main = join(copy, 'build', 'harness', 'main.js');
  const shown = documents.flatMap(path => modstormCommands(readDocument(path)));
  for (const words of shown.filter(([name]) => guestless.has(name!))) {
    const { code, stdout, stderr } = await runProgram(process.execPath, [main, ...words], {
      folder: copy,
      input: stats,
      accept: 'any',
    });
    t.equal(stderr, '', words.join(' '));
    t.equal(code, 0, words.join(' '));
    t.not(stdout, '', words.join(' '));
  }
  t.ok(existsSync(join(copy, 'results', 'baselines', 'v6.12.json')), 'a baseline is where the README says');
});

/** What the built program needs of the project, so that examples may write into it. */
function copyOfProject(folder: string): string {
  cpSync(projectPath('build', 'harness'), join(folder, 'build', 'harness'), { recursive: true });
  mkdirSync(join(folder, 'results'));
  for (const name of ['package.json', 'node_modules', 'guests', 'matrices'])
    symlinkSync(projectPath(name), join(folder, name));
  return folder;
}

function abRun(name: string) {
  const run = fakeRun({ run: name });
  run.matrix.compare = { axis: 'config', base: 'stats' };
  const cells = [2, 8].flatMap(vcpus =>
    ['stats', 'stats+dups'].map(config => fakeCell(`c${vcpus}${config.length}`, config, vcpus)),
  );
  const measure = (_: unknown, __: unknown, repetition: number) => ({
    wasted_bytes: 1000 + (repetition % 3),
  });
  return fakeRunContent({ run, cells, repetitions: 8, measure });
}
