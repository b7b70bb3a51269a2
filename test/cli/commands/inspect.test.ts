import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { type InspectOptions, inspectCommand } from '../../../harness/cli/commands/inspect.ts';
import type { CommandContext } from '../../../harness/cli/context.ts';
import { folderLimit } from '../../../harness/cli/inspection-input.ts';
import { projectPath } from '../../../harness/project.ts';
import { golden } from '../../measurement/console-fixture.ts';

function makeFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'modstorm-inspect-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What the command shows of these files. */
async function inspect(sources: string[], options: InspectOptions = {}): Promise<string> {
  let shown = '';
  const context: CommandContext = {
    stdout: text => {
      shown += text;
    },
    stderr: () => undefined,
    environment: {},
    signal: new AbortController().signal,
    interruption: () => undefined,
    interactive: false,
  };
  t.equal(await inspectCommand(sources, options, context), 0);
  return shown;
}

t.test('modstorm inspect FILE', async t => {
  const folder = makeFolder(t);
  const file = join(folder, 'stats');
  writeFileSync(file, golden('commit-df3e764d8e5c-8-vcpu-after.pasted-from-web.txt'));
  let shown = await inspect([file]);
  t.match(shown, /Virtual mem wasted bytes +237537176 +226\.53 MiB/);
  t.match(shown, /Duplicate modules: 99 failed loads of 24 modules/);
  t.match(shown, /irqbypass +6 +Becoming & Load/);
  shown = await inspect([file], { json: true });
  t.equal(JSON.parse(shown).counters.failed_becoming, 83);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(golden('6.12', 'dmesg.txt'), 'utf16le')]),
  );
  shown = await inspect([file]);
  t.match(shown, /Duplicate requests: 11 for 1 name/, 'PowerShell wrote it as UTF-16');
  writeFileSync(
    file,
    '[    1.000000] BUG: evil \x1b[31m\u202e in here\n[    2.0] module: module-autoload: duplicate request for module \u202ex\n',
  );
  shown = await inspect([file]);
  t.equal(/[\p{Cc}\p{Cf}]/u.exec(shown.replaceAll('\n', '')), null, 'nothing reaches the terminal raw');
  t.match(shown, /1 {2}\\u202ex/);
  writeFileSync(file, gzipSync(golden('6.12', 'dmesg.txt')));
  shown = await inspect([file]);
  t.match(
    shown,
    /^Kernel log of Linux 6\.12\.95 \(275 lines\)\. Next: boot with module\.enable_dups_trace=1/,
    'gzip',
  );
  writeFileSync(file, gzipSync(golden('6.12', 'dmesg.txt')).subarray(0, 500));
  await t.rejects(inspect([file]), {
    code: 'INSPECT_UNREADABLE',
    message: /cannot unpack/,
  });
  writeFileSync(file, '> Mods ever loaded | 27 | 30\n');
  shown = await inspect([file]);
  t.match(shown, /^Module statistics of two moments \(1 line\)/);
  t.match(shown, /Removed before reading: quote marks \(1\)/);
  t.match(shown, /Change\n +Mods ever loaded +27 +30 +\+3\n/);
  await t.rejects(inspect(['/dev/zero']), {
    code: 'INSPECT_UNREADABLE',
    message: /not a regular file/,
  });
  await t.rejects(inspect([join(folder, 'none')]), {
    name: 'UsageError',
    code: 'INSPECT_UNREADABLE',
  });
});

t.test('several files: a block for each, and what grew between two stats texts', async t => {
  const folder = makeFolder(t);
  const [before, after, log] = [join(folder, 'b'), join(folder, 'a'), join(folder, 'log')];
  writeFileSync(before, golden('6.12', 'stats.txt').replace('670', '600'));
  writeFileSync(after, golden('6.12', 'stats.txt').replace(/(Mods ever loaded\s+)27/, '$130'));
  writeFileSync(log, golden('6.12', 'dmesg.txt'));
  const shown = await inspect([before, after]);
  t.match(shown, `==> ${before} <==\nModule statistics (`);
  t.match(shown, `\n\n==> ${after} <==\nModule statistics (`);
  t.match(
    shown,
    new RegExp(`\\n\\n==> from ${before} to ${after} <==\\nChange\\n +Mods ever loaded +27 +30 +\\+3\\n`),
  );
  t.match(await inspect([after, before]), /<==\nNo difference: modcount fell, .*two boots\n$/);
  t.match(await inspect([before, log]), `No difference: ${log} is a kernel log, not a stats text\n`);
  t.notMatch(await inspect([log, log]), /difference/i);
  const document = JSON.parse(await inspect([before, after, log], { json: true }));
  t.match(document, {
    version: 1,
    kind: 'files',
    files: [
      { name: before, kind: 'stats', counters: { modcount: 27 } },
      { name: after, kind: 'stats', counters: { modcount: 30 } },
      { name: log, kind: 'log' },
    ],
    difference: { before, after, change: { counters: { modcount: { before: 27, after: 30, change: 3 } } } },
    passedOver: [],
  });
  t.same(document.files[2], { name: log, ...JSON.parse(await inspect([log], { json: true })) });
  writeFileSync(after, 'PATH=/bin\n');
  await t.rejects(inspect([before, after]), {
    code: 'INSPECT_UNRECOGNISED',
    message: `${after}: the text is`,
  });
});

t.test('a folder: its regular files, and what cannot be read is named', async t => {
  const trial = projectPath('results/example/20261121T080743Z-smoke-bfc6/trials/c505dd4e3519-001');
  const shown = await inspect([trial]);
  t.match(shown, `==> ${trial}/console.log <==\nKernel log (3 lines)`);
  t.match(
    shown,
    new RegExp(`==> from ${trial}/stats-before.txt to ${trial}/stats-after.txt <==\\nChange\\n +Mods`),
  );
  t.match(shown, new RegExp(`\\nNot read\\n(.*\\n)* +${trial}/qemu.txt: the text is neither`));
  const folder = makeFolder(t);
  await t.rejects(inspect([folder]), {
    code: 'INSPECT_UNRECOGNISED',
    message: /no stats text and no kernel log/,
  });
  mkdirSync(join(folder, 'inner'));
  symlinkSync('/dev/zero', join(folder, 'link'));
  writeFileSync(join(folder, '\u202eevil'), 'x');
  writeFileSync(join(folder, 'dmesg'), golden('6.12', 'dmesg.txt'));
  const { files, passedOver } = JSON.parse(await inspect([folder], { json: true }));
  t.match(files, [{ name: join(folder, 'dmesg') }]);
  t.match(passedOver, [
    { name: join(folder, 'inner'), reason: /inner is a folder/ },
    { name: join(folder, 'link'), reason: /link is a character device/ },
    { name: join(folder, '\u202eevil'), reason: /neither/ },
  ]);
  t.equal(/[\p{Cc}\p{Cf}]/u.exec((await inspect([folder])).replaceAll('\n', '')), null);
  for (let index = 0; index < folderLimit; index++) writeFileSync(join(folder, `file-${index}`), '');
  await t.rejects(inspect([folder]), { code: 'INSPECT_TOO_LARGE', message: /260 files, more than 256/ });
});

t.test('the folder of debugfs: its counter files are one reading', async t => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'modcount'), '67\n');
  writeFileSync(join(folder, 'failed_becoming'), '83\n');
  writeFileSync(join(folder, 'invalid_becoming_bytes'), '237537176\n');
  const counters = JSON.parse(await inspect([folder], { json: true }));
  t.match(counters.files, [
    {
      name: `${folder} (counter files)`,
      kind: 'stats',
      counters: { modcount: 67, failed_becoming: 83, invalid_becoming_bytes: 237537176 },
    },
  ]);
  writeFileSync(join(folder, 'stats'), golden('6.12', 'stats.txt'));
  const { files } = JSON.parse(await inspect([folder], { json: true }));
  t.strictSame(
    files.map(({ name }: { name: string }) => name),
    [join(folder, 'stats')],
    'the same counters',
  );
});

t.test('xz and zstd are unpacked by their programs', async t => {
  const folder = makeFolder(t);
  const file = join(folder, 'log');
  for (const program of ['xz', 'zstd']) {
    const packed = execFileSync(program, ['-c'], { input: golden('6.12', 'dmesg.txt') });
    writeFileSync(file, packed);
    t.match(await inspect([file]), /^Kernel log of Linux 6\.12\.95 \(275 lines\)/, program);
    writeFileSync(file, packed.subarray(0, 500));
    await t.rejects(inspect([file]), {
      code: 'INSPECT_UNREADABLE',
      message: new RegExp(`cannot unpack ${file}: .*end`, 'i'),
      hint: /damaged or truncated/,
    });
  }
  const { PATH } = process.env;
  t.teardown(() => {
    process.env['PATH'] = PATH;
  });
  symlinkSync(execFileSync('which', ['setpriv'], { encoding: 'utf8' }).trim(), join(folder, 'setpriv'));
  process.env['PATH'] = folder;
  await t.rejects(inspect([file]), {
    code: 'INSPECT_UNREADABLE',
    message: /zstd is not installed/,
    hint: /package zstd/,
  });
});

t.test('a small file that unpacks to too much is refused, and its program ended', async t => {
  const file = join(makeFolder(t), 'bomb');
  execFileSync('sh', ['-c', `head -c 300M /dev/zero | zstd -q -o ${file}`]);
  await t.rejects(inspect([file]), { code: 'INSPECT_TOO_LARGE', message: /larger than 256 MiB/ });
});

t.test('what is known to be no text is named, with what makes one of it', async t => {
  const folder = makeFolder(t);
  const cases: [string, Buffer, RegExp, RegExp][] = [
    [
      'journal',
      Buffer.from('LPKSHHRH\0\0'),
      /journal is a journal of systemd, and no text/,
      /journalctl --file/,
    ],
    ['vmcore', Buffer.from('KDUMP   \x06\0'), /a dump of a kernel/, /makedumpfile/],
    ['program', Buffer.from('\x7fELF\x02'), /an ELF file/, /A text is needed/],
    ['zip', Buffer.from('PK\x03\x04'), /a ZIP archive/, /Unpack/],
    ['tar', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0')]), /a tar archive/, /Unpack/],
    [
      'tar.gz',
      gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0')])),
      /a tar archive/,
      /Unpack/,
    ],
    ['bz2', Buffer.from('BZh9'), /a bzip2 file/, /Unpack/],
    ['lz4', Buffer.from([4, 0x22, 0x4d, 0x18]), /an LZ4 file/, /Unpack/],
  ];
  for (const [name, content, message, hint] of cases) {
    writeFileSync(join(folder, name), content);
    await t.rejects(inspect([join(folder, name)]), { code: 'INSPECT_UNRECOGNISED', message, hint }, name);
  }
});

t.test('single counters that show waste are not "no problem"', async t => {
  const file = join(makeFolder(t), 'counters');
  const next = async (text: string) => {
    writeFileSync(file, text);
    return (await inspect([file])).split('\n')[0];
  };
  t.match(await next('failed_becoming 670\nmodcount 12\n'), /Next: capture a second text later/);
  t.match(await next('invalid_mod_bytes 4096\nmodcount 12\n'), /Next: capture a second text later/);
  t.notMatch(await next('failed_becoming 0\nmodcount 12\n'), /capture a second text/);
});
