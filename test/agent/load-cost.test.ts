import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { runProgram, startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

const sources = projectPath('guests', 'agent');
const sanitizers = [
  '-std=gnu11',
  '-D_GNU_SOURCE',
  '-O1',
  '-g',
  '-Wall',
  '-Wextra',
  '-Werror',
  `-I${sources}`,
];
sanitizers.push('-fsanitize=address,undefined', '-fno-sanitize-recover=all');

const folder = await mkdtemp(join(tmpdir(), 'modstorm-load-cost-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

/** Prints the symbols of the file on its standard input, or `none`. */
const driver = `
#include <stdio.h>
#include "common/module-symbols.h"
int main(void)
{
	static unsigned char file[1 << 20];
	size_t length = fread(file, 1, sizeof(file), stdin);
	struct module_symbols symbols;

	if (module_symbols_count(&symbols, file, length))
		printf("%zu %zu", symbols.all, symbols.undefined);
	else
		printf("none");
	return 0;
}
`;

t.test('symbols of an object file are counted as readelf counts them', async t => {
  await writeFile(join(folder, 'driver.c'), driver);
  const program = join(folder, 'driver');
  const files = [join(folder, 'driver.c'), join(sources, 'common', 'module-symbols.c')];
  await runProgram('gcc', [...sanitizers, '-o', program, ...files]);
  const object = join(folder, 'driver.o');
  await runProgram('gcc', ['-c', `-I${sources}`, '-o', object, join(folder, 'driver.c')]);
  const { stdout } = await runProgram('readelf', ['--symbols', '--wide', object]);
  const rows = stdout.split('\n').filter(line => /^ *[1-9]\d*: /.test(line));
  const undefinedRows = rows.filter(line => line.includes(' UND '));
  t.ok(undefinedRows.length >= 3 && rows.length > undefinedRows.length, stdout);

  const bytes = await readFile(object);
  const count = async (input: Buffer): Promise<string> => (await runProgram(program, [], { input })).stdout;
  t.equal(await count(bytes), `${rows.length} ${undefinedRows.length}`);
  t.equal(await count(Buffer.from('')), 'none');
  t.equal(await count(Buffer.from('no module')), 'none');
  for (const cut of [40, 64, 200, bytes.length - 64 * 3])
    t.equal(await count(bytes.subarray(0, cut)), 'none');
  const wild = Buffer.from(bytes);
  wild.writeBigUInt64LE(2n ** 64n - 32n, 0x28);
  t.equal(await count(wild), 'none', 'section headers beyond the end');
});

t.test('what load-cost refuses, before the kernel is asked for anything', async t => {
  await runProgram('make', ['-s', '-C', sources, `O=${folder}`, 'sanitized']);
  const program = join(folder, 'load-cost');
  await runProgram('ln', ['-s', join(folder, 'agent-sanitized'), program]);
  const modules = join(folder, 'modules');
  await mkdir(modules);
  await writeFile(join(modules, 'plain.ko'), 'no module');
  await writeFile(join(modules, 'packed.ko.gz'), gzipSync('no module'));
  await writeFile(join(modules, 'modules.dep'), 'plain.ko:\npacked.ko.gz:\n');
  const cases: [words: string, code: number, says: RegExp][] = [
    ['', 2, /--module is missing[\s\S]*usage:/],
    ['--module x', 2, /--output is missing/],
    ['--module x --output y z', 2, /only options are accepted/],
    ['--module x --output y --rounds 0', 2, /`0` is not a number from 1 to 1000/],
    ['--module x --output y --memory-rounds 1001', 2, /from 0 to 1000/],
    ['--module x --output y --call both', 2, /neither init nor finit/],
    ['--module thing --output y', 1, /modules\.dep has no module thing/],
    ['--module plain --output y --decompress kernel', 1, /is not compressed/],
  ];
  for (const [words, code, says] of cases) {
    const argv = [...words.split(' ').filter(Boolean), '--modules', modules];
    const result = await startProgram(program, argv, { accept: 'any' }).done;
    t.equal(result.code, code, `${words}: ${result.stderr}`);
    t.match(result.stderr, says, words);
    t.notMatch(result.stderr, /Sanitizer|runtime error/, words);
  }
  const loader = join(folder, 'modules-load');
  await runProgram('ln', ['-s', join(folder, 'agent-sanitized'), loader]);
  const bare = await startProgram(loader, ['16'], { accept: 'any' }).done;
  t.match(bare, { code: 2, stderr: /^usage: modules-load THREADS/ });
});
