import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { projectPath } from '../harness/project.ts';

const harness = projectPath('harness');

/** Every call in the TypeScript of harness/: the name that is called, and the file. */
function calls(): { name: string; file: string; parent: string | undefined }[] {
  const found: { name: string; file: string; parent: string | undefined }[] = [];
  for (const file of readdirSync(harness, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join(harness, file), 'utf8');
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const parent = ts.isCallExpression(node.parent) ? nameOf(node.parent) : undefined;
        found.push({ name: nameOf(node), file, parent });
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
