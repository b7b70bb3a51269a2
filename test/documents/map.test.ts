import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { projectPath } from '../../harness/project.ts';
import { allowedImports, roomNames } from './rooms.ts';

const map = readFileSync(projectPath('harness', 'README.md'), 'utf8');

/** The rows of the table whose first head is `name`, each as the texts of its cells. */
function tableRows(name: string): string[][] {
  const lines = map.split('\n');
  const head = lines.findIndex(line => line.startsWith(`| ${name} |`));
  const after = lines.slice(head + 2);
  return after
    .slice(
      0,
      after.findIndex(line => !line.startsWith('|')),
    )
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    );
}

const nameOf = (cell: string) => cell.replaceAll('`', '').replace(/\/$/, '');
const words = (cell: string) => cell.split(' ').filter(Boolean);

const rooms = tableRows('room').map(([room, purpose, imports, start]) => ({
  name: nameOf(room!),
  purpose: purpose!,
  imports: words(imports!),
  start: nameOf(start!),
}));

t.test('every room is on the map, once, with the imports of its list', async t => {
  const names = rooms.map(({ name }) => name);
  t.strictSame(names.toSorted(), roomNames().toSorted());
  for (const { name, imports, start } of rooms) {
    t.strictSame(
      imports,
      allowedImports(name).filter(target => names.includes(target)),
      name,
    );
    t.ok(
      start.startsWith(`${name}/`) && existsSync(projectPath('harness', start)),
      `${name} starts at ${start}`,
    );
  }
});

t.test('a room stands above all that it imports', async t => {
  const place = new Map(rooms.map(({ name }, index) => [name, index]));
  for (const { name, imports } of rooms)
    for (const target of imports)
      t.ok(place.get(target)! > place.get(name)!, `${name} stands above ${target}`);
});

t.test('every file and folder that the map names exists', async t => {
  const names = [...map.matchAll(/`([^`\s]+)`/g)]
    .map(([, name]) => name!)
    .filter(name => name.includes('/') || /\.(?:ts|md)$/.test(name));
  t.ok(names.length > 50);
  for (const name of names) {
    const places = [
      projectPath('harness', name),
      projectPath(name),
      ...rooms.map(room => roomPath(room.name, name)),
    ];
    t.ok(places.some(existsSync), name);
  }
});

t.test('the map shows where usual additions go, and the path of a sample, file by file', async t => {
  const additions = [
    'a counter of the kernel',
    'a report format',
    'a crash title',
    'a QEMU option',
    'a correction for multiple tests',
  ];
  for (const what of additions) {
    const [, entry] = map.match(new RegExp(`^- \\*\\*${what}\\*\\*: ((?:.|\\n  )+)`, 'm')) ?? [];
    t.match(entry, /`[\w./-]+\.ts`/, what);
  }
  const steps = [...map.matchAll(/^\d+\. ((?:.|\n {3,4})+)/gm)].map(([, step]) => step!);
  t.ok(steps.length > 8);
  t.match(steps[0], /yaml-source\.ts/);
  t.match(steps.at(-1), /run-exit-code\.ts/);
  for (const step of steps) t.match(step, /`[\w./-]+\.(?:ts|c)`/, step.slice(0, 60));
});

/** A wing is named without its room where the sentence is about the room. */
function roomPath(room: string, name: string): string {
  return join(projectPath('harness', room), name);
}
