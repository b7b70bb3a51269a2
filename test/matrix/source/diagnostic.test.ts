import { existsSync } from 'node:fs';
import t from 'tap';
import { MatrixError, renderDiagnostics } from '../../../harness/matrix/source/diagnostic.ts';
import { nearest, suggest } from '../../../harness/matrix/source/nearest.ts';
import { projectPath } from '../../../harness/project.ts';
import { complaints, load, oneKernel, readProject, yamlFiles } from '../fixture.ts';

const folder = 'test/fixtures/matrices';

t.test('every broken matrix is told as its golden text has it', t => {
  const files = yamlFiles(folder);
  t.ok(files.length >= 12, 'the fixtures are there');
  for (const file of files) {
    const golden = `${folder}/${file.replace(/yaml$/, 'txt')}`;
    t.ok(existsSync(projectPath(golden)), `${golden} is there`);
    try {
      load(readProject(`${folder}/${file}`), file);
      t.fail(`${file} must be refused`);
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      t.equal(error.message, readProject(golden), file);
      t.equal(error.code, 'MATRIX_INVALID');
      t.equal(error.fault, 'user');
      t.equal(error.file, file);
    }
  }
  t.end();
});

t.test('carets stay under their word, and a terminal is never driven', t => {
  const long = `${'x'.repeat(500)}BAD`;
  const text = `ok\n${long}\n\u001b[31m\tred`;
  const far = renderDiagnostics('f', text, [{ message: 'm', line: 2, column: 501, length: 3 }]).split('\n');
  const column = far[1]!.indexOf('BAD');
  t.equal(far[2]!.indexOf('^^^'), column);
  t.ok(far[1]!.length < 120, 'a long line is cut');
  const rendered = renderDiagnostics('f', text, [{ message: 'a\u001b[2Jb', line: 3, column: 7, length: 99 }]);
  t.notMatch(rendered, '\u001b');
  t.match(rendered, 'a\\x1b[2Jb');
  t.match(rendered, /\n {5} \| {7}\^\^\^$/, 'no caret beyond the line');
  const many = Array.from({ length: 60 }, (_, index) => ({
    message: `m${index}`,
    line: 1,
    column: 1,
    length: 1,
  }));
  t.match(renderDiagnostics('f', text, many), /\.\.\. and 10 more$/);
  t.equal(renderDiagnostics('f', '', [{ message: 'm', line: 1, column: 1, length: 1 }]), 'f:1:1: m');
  t.end();
});

t.test('files that are not worth reading', t => {
  t.match(complaints(`# ${'x'.repeat(1024 * 1024)}`), [/^1:1 the file has more than 1048576 bytes/]);
  t.match(complaints('['.repeat(20_000)), [/^1:[0-9]+ the file is nested too deeply/]);
  t.match(complaints(''), [/^1:1 this must be a map, not empty/]);
  t.match(complaints('just text'), [/^1:1 this must be a map, not text/]);
  t.match(complaints('- a'), [/^1:1 this must be a map, not a list/]);
  t.match(complaints('? [a]\n: b'), [/must be strings/]);
  t.match(complaints('kernels: {}'), [/^1:10 there is no kernel$/]);
  t.match(complaints(`a: &a x\nb: [${'*a, '.repeat(101)}]`), [/more than 100 aliases/]);
  t.match(complaints('kernels: &a { lts: *a }'), [/./], 'an alias to what holds it');
  t.match(complaints('kernels: !!js/function x'), [/tag/i]);
  t.match(complaints('kernels: { __proto__: { debian: linux-source-6.12 } }'), [/./]);
  t.end();
});

t.test('an alias is told where it is written out', t => {
  const text = `${oneKernel}axes:\n  config: &c [stats, nope]\nexclude:\n  - { config: *c }\n`;
  t.same(complaints(text), ['3:22 there is no config fragment "nope"']);
  t.end();
});

t.test('words that are meant', t => {
  t.equal(nearest('confg', ['config', 'kernel']), 'config');
  t.equal(nearest('vpcus', ['vcpus', 'cpu']), 'vcpus', 'neighbours swapped count once');
  t.equal(nearest('KERNEL', ['kernel']), 'kernel');
  t.equal(nearest('zebra', ['kernel', 'config']), undefined);
  t.equal(nearest('', []), undefined);
  t.equal(suggest('zebra', ['a', 'b']), 'Known: a, b.');
  t.equal(suggest('zebra', []), 'There is none to choose from.');
  t.match(
    suggest(
      'zebra',
      Array.from({ length: 30 }, (_, index) => `item${index}`),
    ),
    /and 10 more\.$/,
  );
  t.end();
});
