import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { projectPath } from '../harness/project.ts';
import { allowedImports, findCycle, roomNames } from './documents/rooms.ts';

const harness = projectPath('harness');

interface Import {
  from: string;
  /** A path of the project, the name of a package, or `node` for a module of Node. */
  to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

/** Every import and re-export of a file, those of types too, by TypeScript's own parser. */
function importsOf(path: string): Import[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: Import[] = [];
  const add = (target: string): void => {
    const to = target.startsWith('.') ? resolve(dirname(path), target) : packageOf(target);
    found.push({ from: path, to });
  };
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
      add((node.moduleSpecifier as ts.StringLiteral).text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target && ts.isStringLiteral(target)) add(target.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function packageOf(target: string): string {
  if (target.startsWith('node:')) return 'node';
  const parts = target.split('/');
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

/** The room of a file; undefined for the files of harness/ itself, which every room may import. */
function roomOf(path: string): string | undefined {
  const parts = relative(harness, path).split('/');
  return parts.length === 1 ? undefined : parts[0];
}

const imports = sourceFiles(harness).flatMap(importsOf);
const rooms = roomNames();

/** What a room imports from outside, each with the files that do. */
function outsideImports(room: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (roomOf(from) !== room) continue;
    const target = to.startsWith('/') ? roomOf(to) : to;
    if (target === undefined || target === room) continue;
    found.set(target, [...(found.get(target) ?? []), relative(harness, from)]);
  }
  return found;
}

for (const room of rooms) {
  t.test(`${room} imports what its imports.list allows, and all of that`, async t => {
    const allowed = allowedImports(room);
    const used = outsideImports(room);
    for (const [target, files] of used)
      t.ok(allowed.includes(target), `${files.join(', ')} may import ${target}`);
    for (const target of allowed)
      t.ok(used.has(target), `${room}/imports.list allows ${target}, which is still imported`);
    t.strictSame([...new Set(allowed)].sort(), allowed, 'sorted, each once');
  });
}

t.test('rooms lie above one another: none imports one that needs it', async t => {
  const graph = new Map(
    rooms.map(room => [room, allowedImports(room).filter(target => rooms.includes(target))]),
  );
  t.equal(findCycle(graph)?.join(' -> '), undefined);
});

t.test('no cycles between files, those of types included', async t => {
  const graph = new Map<string, string[]>();
  for (const { from, to } of imports)
    if (to.startsWith('/')) graph.set(from, [...(graph.get(from) ?? []), to]);
  t.equal(
    findCycle(graph)
      ?.map(path => relative(harness, path))
      .join(' -> '),
    undefined,
  );
});

t.test('the statistics room could be published alone', async t => {
  for (const { from, to } of imports) {
    if (roomOf(from) !== 'statistics' || !to.startsWith('/') || roomOf(to) === 'statistics') continue;
    t.equal(
      relative(harness, to),
      'errors.ts',
      `${relative(harness, from)} imports ${relative(harness, to)}`,
    );
  }
});

t.test('zx stays under guests/', async t => {
  t.notOk(
    imports.some(({ to }) => to === 'zx'),
    'no file of harness/ imports zx',
  );
});
