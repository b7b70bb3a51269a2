import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { checkSources, formatSources } from '../../guests/check.ts';

const folder = await mkdtemp(join(tmpdir(), 'modstorm-sources-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const folders = { formatted: [folder], tidied: [folder] };
const file = join(folder, 'some.c');

t.test('what is out of form is told, and brought into form', async t => {
  await writeFile(file, 'int twice(int number);\nint twice( int number ) { return number+number; }\n');
  const problems = await checkSources(folders);
  t.match(problems, [/some\.c:2:.*clang-formatted/]);
  t.equal(problems.length, 1);
  await formatSources(folders);
  t.equal(
    await readFile(file, 'utf8'),
    'int twice(int number);\nint twice(int number)\n{\n\treturn number + number;\n}\n',
  );
  t.strictSame(await checkSources(folders), []);
});

t.test('what clang-tidy finds is told with its name', async t => {
  await writeFile(
    file,
    '#include <stdlib.h>\n\nint *lost(void);\nint *lost(void)\n{\n\tint *kept = malloc(sizeof(*kept));\n\n' +
      '\tfree(kept);\n\treturn kept;\n}\n',
  );
  t.match(await checkSources(folders), [/some\.c:9:.*after it is freed.*\[clang-analyzer-unix\.Malloc/s]);
});
