import { readFile } from 'node:fs/promises';
import t from 'tap';
import type { BuildError } from '../../harness/errors.ts';
import { extractBuildFailure } from '../../harness/kernel/compiler-errors.ts';
import {
  decompressionFragments,
  fragmentsOfCell,
  listFragments,
  loadFragments,
} from '../../harness/kernel/fragments.ts';
import { parseKconfig, symbolsOfCondition } from '../../harness/kernel/kconfig-symbol.ts';
import {
  findDropped,
  mergeFragments,
  parseConfig,
  parseFragment,
  renderConfig,
} from '../../harness/kernel/kernel-config.ts';
import { projectPath } from '../../harness/project.ts';

const fixture = (name: string) => readFile(projectPath('test', 'fixtures', 'kernel', name), 'utf8');

t.test('a fragment is parsed with the place of each option', async t => {
  const text =
    '# comment\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C="x=y"\n\n# where known: from 6.12 on\nCONFIG_D=m\n\nCONFIG_E=256\n';
  t.same(
    parseFragment(text, 'f.config').map(option => [
      option.name,
      option.value,
      option.line,
      option.whereKnown,
    ]),
    [
      ['CONFIG_A', 'y', 2, false],
      ['CONFIG_B', 'n', 3, false],
      ['CONFIG_C', '"x=y"', 4, false],
      ['CONFIG_D', 'm', 7, true],
      ['CONFIG_E', '256', 9, false],
    ],
  );
  t.throws(() => parseFragment('CONFIG_A=y\nMODULE_STATS=y\n', 'my.config'), {
    code: 'KERNEL_FRAGMENT_INVALID',
    message: /^my\.config:2: "MODULE_STATS=y"/,
  });
  t.same([...parseConfig('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=n\n')], [['CONFIG_A', 'y']]);
});

t.test('fragments may change the base, but must agree with each other', async t => {
  const base = parseFragment('CONFIG_HZ_100=y\nCONFIG_SMP=y\n', 'base.config');
  const fast = parseFragment('# CONFIG_HZ_100 is not set\nCONFIG_HZ_1000=y\n', 'fast.config');
  t.equal(
    renderConfig(mergeFragments(base, fast)),
    '# CONFIG_HZ_100 is not set\nCONFIG_HZ_1000=y\nCONFIG_SMP=y\n',
  );
  const other = parseFragment('\nCONFIG_HZ_1000=n\n', 'other.config');
  t.throws(() => mergeFragments(base, [...fast, ...other]), {
    code: 'KERNEL_FRAGMENTS_CONFLICT',
    message: 'CONFIG_HZ_1000 is y in fast.config:2 and n in other.config:2',
  });
  t.equal(mergeFragments(base, [...fast, ...fast]).size, 3);
  const a = parseFragment('# where known: x\nCONFIG_X=y\n', 'a.config');
  const b = parseFragment('CONFIG_X=y\n', 'b.config');
  t.equal(
    mergeFragments([], [...a, ...b]).get('CONFIG_X')?.whereKnown,
    false,
    'a firm wish wins over a soft one',
  );
});

t.test('what Kconfig did not take over is found', async t => {
  const text =
    'CONFIG_A=y\nCONFIG_M=m\n# CONFIG_OFF is not set\nCONFIG_DROPPED=y\n\n# where known: sometimes\nCONFIG_NEW=y\nCONFIG_OLD=y\n';
  const merged = mergeFragments([], parseFragment(text, 'f.config'));
  const resulting = parseConfig('CONFIG_A=y\nCONFIG_M=y\nCONFIG_OTHER=y\n');
  const dropped = findDropped(merged, resulting, name => name === 'CONFIG_OLD');
  t.same(
    dropped.map(({ requested, resulting: value }) => [requested.name, value]),
    [
      ['CONFIG_M', 'y'],
      ['CONFIG_DROPPED', 'n'],
      ['CONFIG_OLD', 'n'],
    ],
  );
});

t.test('the fragments of a cell', async t => {
  const cell = (
    config: string,
    compression: 'none' | 'gzip' | 'zstd',
    decompress: 'user' | 'kernel',
    numaNodes = 1,
  ) => fragmentsOfCell({ config, compression, decompress, numaNodes });
  t.same(cell('plain', 'none', 'user'), []);
  t.same(cell('stats+dups', 'zstd', 'user'), ['dups', 'stats']);
  t.same(cell('dups+stats', 'none', 'kernel'), ['dups', 'stats']);
  t.same(cell('stats', 'gzip', 'kernel'), ['compress-gzip', 'decompress', 'stats']);
  t.same(cell('stats+decompress', 'none', 'user'), ['compress-zstd', 'decompress', 'stats']);
  t.same(cell('stats+decompress', 'gzip', 'user'), ['compress-gzip', 'decompress', 'stats']);
  t.same(cell('stats', 'none', 'user', 2), ['numa', 'stats']);
  t.same(
    fragmentsOfCell({ config: 'stats', compression: 'none', decompress: 'user', numaNodes: 1 }, [
      'coldplug',
      'stats',
    ]),
    ['coldplug', 'stats'],
  );
  t.same(decompressionFragments('xz', 'kernel'), ['decompress', 'compress-xz']);
});

t.test('in-kernel decompression in both forms of Kconfig', async t => {
  for (const algorithm of ['GZIP', 'XZ', 'ZSTD']) {
    const merged = await loadFragments(decompressionFragments(algorithm.toLowerCase() as 'gzip', 'kernel'));
    const chosen = `CONFIG_MODULE_DECOMPRESS=y\nCONFIG_MODULE_COMPRESS_${algorithm}=y\n`;
    // What a kernel made of them, without the options of the base.
    const lacking = (resulting: string, known: string[]) =>
      findDropped(merged, parseConfig(resulting), name => known.includes(name))
        .map(({ requested }) => requested.name)
        .filter(name => name.startsWith('CONFIG_MODULE_') && name.includes('COMPRESS'));
    t.same(lacking(chosen, []), [], `${algorithm}: up to 6.11 the algorithm is the choice itself`);
    const newForm = ['CONFIG_MODULE_COMPRESS', 'CONFIG_MODULE_COMPRESS_ALL'];
    t.same(
      lacking(`CONFIG_MODULE_COMPRESS=y\n${chosen}`, newForm),
      [],
      'from 6.12 on it hangs below another',
    );
    t.same(lacking(chosen, newForm), ['CONFIG_MODULE_COMPRESS'], 'which is then needed');
    t.same(
      lacking(`CONFIG_MODULE_COMPRESS=y\nCONFIG_MODULE_COMPRESS_ALL=y\n${chosen}`, newForm),
      ['CONFIG_MODULE_COMPRESS_ALL'],
      'the build leaves its modules as they are',
    );
    t.same(lacking('CONFIG_MODULE_COMPRESS_NONE=y\n', []), [
      'CONFIG_MODULE_DECOMPRESS',
      `CONFIG_MODULE_COMPRESS_${algorithm}`,
    ]);
  }
});

t.test('every fragment that is shipped can be read, alone and with statistics', async t => {
  const names = await listFragments();
  for (const name of ['plain', 'stats', 'dups', 'dups-trace', 'decompress', 'coldplug'])
    t.ok(names.includes(name), name);
  t.notOk(names.includes('base'));
  for (const name of names) {
    const merged = await loadFragments(name === 'stats' ? ['stats'] : ['stats', name]);
    t.equal(merged.get('CONFIG_MODULE_STATS')?.value, 'y', name);
    t.equal(merged.get('CONFIG_DEBUG_FS')?.value, 'y', name);
  }
  await t.rejects(loadFragments(['../base']), { code: 'KERNEL_FRAGMENT_UNKNOWN', hint: /dups-trace/ });
  await t.rejects(loadFragments(['__proto__']), { code: 'KERNEL_FRAGMENT_UNKNOWN' });
  const own = t.testdir({
    'mine.config': 'CONFIG_KASAN=y\n',
    'wrong.config': '# CONFIG_MODULE_STATS is not set\n',
  });
  const merged = await loadFragments(['stats', 'mine'], { mine: `${own}/mine.config` });
  t.equal(merged.get('CONFIG_KASAN')?.value, 'y');
  await t.rejects(loadFragments(['stats', 'wrong'], { wrong: `${own}/wrong.config` }), {
    code: 'KERNEL_FRAGMENTS_CONFLICT',
    message: /^CONFIG_MODULE_STATS is y in stats\.config:\d+ and n in .*wrong\.config:1$/,
  });
});

t.test('Kconfig tells what an option depends on', async t => {
  const text = await fixture('Kconfig.module');
  t.same(parseKconfig(text, 'kernel/module/Kconfig', 'MODULE_STATS'), [
    {
      name: 'MODULE_STATS',
      place: 'kernel/module/Kconfig:38',
      dependsOn: ['MODULES', 'MODULE_DEBUG', 'DEBUG_FS'],
      selectable: true,
    },
  ]);
  t.same(parseKconfig(text, 'f', 'NOT_THERE'), []);
  const menu =
    'menu "x"\n\tdepends on NET && \\\n\t\tPCI\nconfig A\n\tbool\n\thelp\n\t  if only\n\t  depends on luck\n\n\t  config A\n\tdepends on B || C=n\nendmenu\nconfig D\n\tdepends on E\n';
  t.same(parseKconfig(menu, 'f', 'A'), [
    { name: 'A', place: 'f:4', dependsOn: ['NET && PCI', 'B || C=n'], selectable: false },
  ]);
  t.same(parseKconfig(menu, 'f', 'D')[0]?.dependsOn, ['E']);
  t.same(symbolsOfCondition('NET && !X86_64 || FOO=m'), ['NET', 'X86_64', 'FOO']);
});

t.test('of a failed build only the errors are shown', async t => {
  const lines = (await fixture('make-failure.txt')).split('\n');
  const failure = extractBuildFailure(lines);
  t.match(failure.title, /^\/home\/user\/linux\/kernel\/module\/stats\.c:100:8: error: /);
  t.match(failure.evidence, /100 \| static LIST_HEAAD\(dup_failed_modules\);/);
  t.match(failure.evidence, /\*\*\* .*kernel\/module\/stats\.o\] Error 1/);
  t.notMatch(failure.evidence, / {2}CC /);
  t.ok(failure.evidence.split('\n').length <= 41);
  const linker = [
    '  LD      vmlinux',
    "ld: kernel/module/main.o: in function `load_module':",
    "main.c:(.text+0x12): undefined reference to `try_add_failed_module'",
    'make[2]: *** [scripts/Makefile.vmlinux:34: vmlinux] Error 1',
  ];
  t.match(extractBuildFailure(linker).title, /undefined reference to `try_add_failed_module'/);
  t.match(
    extractBuildFailure(['/bin/sh: 1: flex: not found', 'make[1]: *** [x] Error 127']).title,
    /flex: not found/,
  );
  t.match(
    extractBuildFailure([
      'crypto/Kconfig:1449: can\'t open file "arch/arm/crypto/Kconfig"',
      'make: *** [x] Error 1',
    ]).title,
    /can't open file/,
  );
  t.equal(
    extractBuildFailure(['make: *** [Makefile:1: x] Killed']).title,
    'make: *** [Makefile:1: x] Killed',
  );
  t.equal((extractBuildFailure([]) as { title: string }).title, 'make printed nothing');
});

t.test('errors say what to do', async t => {
  try {
    await loadFragments(['no-such']);
    t.fail('must throw');
  } catch (error) {
    t.match((error as BuildError).hint, /configs: in the matrix/);
  }
});
