import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { inspectCommand } from '../../harness/cli/commands/inspect.ts';
import type { CommandContext } from '../../harness/cli/context.ts';
import { golden } from '../measurement/console-fixture.ts';

t.test('modstorm inspect FILE', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'modstorm-inspect-'));
  t.teardown(() => import('node:fs').then(({ rmSync }) => rmSync(folder, { recursive: true })));
  const file = join(folder, 'stats');
  writeFileSync(file, golden('commit-df3e764d8e5c-8-vcpu-after.pasted-from-web.txt'));
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
  t.equal(await inspectCommand(file, {}, context), 0);
  t.match(shown, /Virtual mem wasted bytes +237537176 +226\.53 MiB/);
  t.match(shown, /Duplicate modules: 99 failed loads of 24 modules/);
  t.match(shown, /irqbypass +6 +Becoming & Load/);
  shown = '';
  await inspectCommand(file, { json: true }, context);
  t.equal(JSON.parse(shown).counters.failed_becoming, 83);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(golden('6.12', 'dmesg.txt'), 'utf16le')]),
  );
  shown = '';
  await inspectCommand(file, {}, context);
  t.match(shown, /Duplicate requests: 11 for 1 name/, 'PowerShell wrote it as UTF-16');
  writeFileSync(
    file,
    '[    1.000000] BUG: evil \x1b[31m\u202e in here\n[    2.0] module: module-autoload: duplicate request for module \u202ex\n',
  );
  shown = '';
  await inspectCommand(file, {}, context);
  t.equal(/[\p{Cc}\p{Cf}]/u.exec(shown.replaceAll('\n', '')), null, 'nothing reaches the terminal raw');
  t.match(shown, /1 {2}\\u202ex/);
  writeFileSync(file, gzipSync(golden('6.12', 'dmesg.txt')));
  shown = '';
  await inspectCommand(file, {}, context);
  t.match(
    shown,
    /^Kernel log of Linux 6\.12\.95 \(275 lines\)\. Next: boot with module\.enable_dups_trace=1/,
    'gzip',
  );
  writeFileSync(file, gzipSync(golden('6.12', 'dmesg.txt')).subarray(0, 500));
  await t.rejects(inspectCommand(file, {}, context), {
    code: 'INSPECT_UNREADABLE',
    message: /cannot unpack/,
  });
  writeFileSync(file, '> Mods ever loaded | 27 | 30\n');
  shown = '';
  await inspectCommand(file, {}, context);
  t.match(shown, /^Module statistics of two moments \(1 line\)/);
  t.match(shown, /Undone before reading: quote marks \(1\)/);
  t.match(shown, /Change\n +Mods ever loaded +27 +30 +\+3\n/);
  await t.rejects(inspectCommand('/dev/zero', {}, context), {
    code: 'INSPECT_UNREADABLE',
    message: /no regular file/,
  });
  await t.rejects(inspectCommand(join(folder, 'none'), {}, context), {
    name: 'UsageError',
    code: 'INSPECT_UNREADABLE',
  });
  await t.rejects(inspectCommand(folder, {}, context), { name: 'UsageError', code: 'INSPECT_UNREADABLE' });
});
