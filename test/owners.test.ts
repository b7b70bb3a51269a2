import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { projectPath } from '../harness/project.ts';

const harness = projectPath('harness');

interface Call {
  name: string;
  /** The method belongs to something: `file.readFile()`. */
  object: string | undefined;
  file: string;
  /** The call that takes the result as an argument. */
  parent: string | undefined;
}

/** Every call in the TypeScript of harness/. */
function calls(): Call[] {
  const found: Call[] = [];
  for (const file of readdirSync(harness, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join(harness, file), 'utf8');
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const parent = ts.isCallExpression(node.parent) ? nameOf(node.parent) : undefined;
        const { expression } = node;
        const object = ts.isPropertyAccessExpression(expression)
          ? expression.expression.getText()
          : undefined;
        found.push({ name: nameOf(node), object, file, parent });
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  }
  return found;
}

function nameOf({ expression }: ts.CallExpression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : '';
}

// A stream or socket whose error event nobody hears ends the process in the middle of a run.
t.test('no stream is without an owner', async t => {
  const all = calls();
  t.ok(all.length > 1000, 'the sources were read');
  for (const name of ['createWriteStream', 'pipe', 'compose', 'createConnection', 'createInterface'])
    t.same(
      // The `pipe` of the schemas is zod's.
      all.filter(call => call.name === name && call.file !== 'store/schema.ts').map(({ file }) => file),
      [],
      `${name}: files/background-file.ts writes behind the back`,
    );
  const readers = new Set(['pipeline', 'readStream']);
  t.same(
    all.filter(({ name, parent }) => name === 'createReadStream' && !readers.has(parent ?? '')),
    [],
    'a stream that is read goes to whoever awaits its end',
  );
  t.same(
    all.filter(({ name }) => name === 'createServer').map(({ file }) => file),
    ['channel/listener.ts', 'machine/qmp.ts'],
    'servers and their sockets: both hear the error event',
  );
});

// readFile of a FIFO waits in a thread of its own, and not even the end of the process is done before it.
t.test('files are read by files/regular-file.ts', async t => {
  const readers = calls().filter(({ name, object }) => name === 'readFile' && object === undefined);
  t.same(
    [...new Set(readers.map(({ file }) => file))].sort(),
    ['machine/delay-loop.ts', 'process/leftover.ts'],
    'these read /proc, and a config of the cache',
  );
});
