import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { projectPath } from '../harness/project.ts';

/** Room → rooms it may import. `root` are the files of harness/ itself. */
const pure = ['root'];
const mayImport: Record<string, string[]> = {
  root: [],
  matrix: [...pure],
  statistics: [...pure],
  measurement: [...pure, 'matrix'],
  plan: [...pure, 'matrix'],
  process: [...pure],
  store: [...pure, 'process', 'matrix', 'plan', 'measurement', 'kernel', 'machine', 'image'],
  host: [...pure, 'process', 'store'],
  kernel: [...pure, 'process', 'host', 'store', 'matrix'],
  image: [...pure, 'process', 'host', 'store', 'kernel', 'matrix'],
  channel: [...pure, 'process'],
  machine: [...pure, 'process', 'channel', 'measurement'],
  judgement: [...pure, 'matrix', 'plan', 'measurement', 'statistics', 'store'],
  trial: [
    ...pure,
    'judgement',
    'matrix',
    'plan',
    'process',
    'host',
    'store',
    'kernel',
    'image',
    'channel',
    'machine',
    'measurement',
    'statistics',
    'judgement',
    'progress',
  ],
  progress: [...pure, 'matrix', 'plan', 'measurement'],
  report: [...pure, 'matrix', 'plan', 'measurement', 'statistics', 'judgement', 'store'],
  bisect: [
    ...pure,
    'judgement',
    'matrix',
    'plan',
    'process',
    'host',
    'store',
    'kernel',
    'image',
    'machine',
    'measurement',
    'statistics',
    'trial',
    'progress',
  ],
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

/** Every import and re-export of a file, by TypeScript's own parser. */
function importsOf(path: string): Import[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      found.push({ from: path, to: (node.moduleSpecifier as ts.StringLiteral).text, typeOnly });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target && ts.isStringLiteral(target)) found.push({ from: path, to: target.text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const harness = projectPath('harness');

function roomOf(path: string): string {
  const parts = relative(harness, path).split('/');
  return parts.length === 1 ? 'root' : parts[0]!;
}

const imports = sourceFiles(harness).flatMap(importsOf);

t.test('data flows down: no room imports one above it', async t => {
  for (const { from, to } of imports) {
    if (!to.startsWith('.')) continue;
    const room = roomOf(from);
    const target = roomOf(resolve(dirname(from), to));
    if (room === target || room === 'cli' || relative(harness, from) === 'main.ts') continue;
    t.ok(mayImport[room]?.includes(target), `${relative(harness, from)} (${room}) imports ${to} (${target})`);
  }
});

t.test('only harness/process/ starts programs', async t => {
  for (const { from, to } of imports) {
    if (to === 'execa' || to === 'node:child_process')
      t.equal(roomOf(from), 'process', `${relative(harness, from)} imports ${to}`);
  }
});

t.test('zx stays under guests/', async t => {
  t.notOk(
    imports.some(({ to }) => to === 'zx' || to.startsWith('zx/')),
    'no file of harness/ imports zx',
  );
});

t.test('the statistics room could be published alone', async t => {
  for (const { from, to } of imports) {
    if (roomOf(from) !== 'statistics' || to.startsWith('./')) continue;
    t.ok(['simple-statistics', '../errors.ts'].includes(to), `${relative(harness, from)} imports ${to}`);
  }
});

t.test('no cycles between files', async t => {
  const graph = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (typeOnly || !to.startsWith('.')) continue;
    graph.set(from, [...(graph.get(from) ?? []), resolve(dirname(from), to)]);
  }
  const state = new Map<string, 'open' | 'done'>();
  const cycle = (node: string, path: string[]): string[] | undefined => {
    if (state.get(node) === 'done') return undefined;
    if (state.get(node) === 'open') return [...path, node];
    state.set(node, 'open');
    for (const next of graph.get(node) ?? []) {
      const found = cycle(next, [...path, node]);
      if (found) return found;
    }
    state.set(node, 'done');
    return undefined;
  };
  for (const node of graph.keys())
    t.equal(
      cycle(node, [])
        ?.map(path => relative(harness, path))
        .join(' -> '),
      undefined,
    );
});
