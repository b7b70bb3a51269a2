import t from 'tap';
import type { LogLine } from '../../../harness/measurement/kernel-log/log-line.ts';
import { eachLogLine } from '../../../harness/measurement/kernel-log/log-lines.ts';

function lastLine(text: string): LogLine {
  const line = [...eachLogLine(text)].at(-1);
  if (!line) throw new Error('the text has no line');
  return line;
}

t.test('log line: what stands before a message', async t => {
  const text = 'BUG: soft lockup - CPU#1 stuck for 22s!';
  const forms: [string, string | undefined, number | undefined][] = [
    ['', undefined, undefined],
    ['[   12.345678] ', undefined, 12.345678],
    ['<4>[   12.345678] ', undefined, 12.345678],
    ['[   12.345678][  T123] ', 'T123', 12.345678],
    ['[   12.345678][    C1] ', 'C1', 12.345678],
    ['kern  :warn  : [   12.345678] ', undefined, 12.345678],
    ['Nov 21 03:12:07 build7 kernel: [   12.345678] ', undefined, 12.345678],
    ['Nov 21 03:12:07 build7 kernel: ', undefined, undefined],
    ['2026-11-21T02:50:57.123456+0000 build7 kernel: ', undefined, undefined],
    ['[Sat Nov 21 02:50:57 2026] ', undefined, undefined],
    ['4,912,12345678,-,caller=C1;', 'C1', 12.345678],
    ['> > [   12.345678] ', undefined, 12.345678],
    ['** 3 printk messages dropped ** [   12.345678] ', undefined, 12.345678],
    ['\t  [   12.345678] ', undefined, 12.345678],
    ['  > | [   12.345678][  T123] ', 'T123', 12.345678],
    ['[   12.345678 <    0.000012>] ', undefined, 12.345678],
    ['[<    0.000012>] ', undefined, undefined],
    ['[Sat Nov 21 02:50:57 2026 <    0.000012>] ', undefined, undefined],
    ['[Nov21 02:50] ', undefined, undefined],
    ['[  +0.000012] ', undefined, undefined],
    ['2026-11-21T02:50:57,123456+00:00 ', undefined, undefined],
    ['kern  :warn  : 2026-11-21T02:50:57,123456+00:00 ', undefined, undefined],
    ['kern  :warn  : [Nov21 02:50] ', undefined, undefined],
    ['[   12.345678] build7 kernel: ', undefined, 12.345678],
    ['[   12.345678 <    0.000012 >] build7 kernel: ', undefined, 12.345678],
    ['Sat 2026-11-21 02:50:57 UTC build7 kernel: ', undefined, undefined],
    ['Sat 2026-11-21 02:50:57.123456 +0530 build7 kernel: ', undefined, undefined],
    ['1795229457.123456 build7 kernel: ', undefined, undefined],
    ['Nov 21 03:12:07 kernel: ', undefined, undefined],
    ['kernel: ', undefined, undefined],
    ['Thu Dec 28 17:32:12 2017 kern.warn kernel: [   12.345678] ', undefined, 12.345678],
    ['2023-01-28T13:02:16.434346+01:00   [   12.345678] ', undefined, 12.345678],
    ['07:17,707: [   12.345678] ', undefined, 12.345678],
    ['2026-11-26T10:00:00.0000000Z [   12.345678] ', undefined, 12.345678],
    ['[2026-11-26 10:00:00] [   12.345678] ', undefined, 12.345678],
    ['[2026-11-26T10:00:00.123Z] [   12.345678] ', undefined, 12.345678],
    ['2026-11-26T10:00:00.123456Z 00O [   12.345678] ', undefined, 12.345678],
    ['123:[   12.345678] ', undefined, 12.345678],
    ['dmesg.txt:123:[   12.345678] ', undefined, 12.345678],
    ['M\u00e4r 03 10:00:00 host kernel: ', undefined, undefined],
    ['m\u00e4rs 03 10:00:00 host kernel: [   12.345678] ', undefined, 12.345678],
    ['26 nov. 10:00:00 host kernel: ', undefined, undefined],
    ['11\u6708 26 10:00:00 host kernel: ', undefined, undefined],
    ['\u043d\u043e\u044f 26 10:00:00 host kernel: ', undefined, undefined],
    ['<4>1 2026-11-26T10:00:00.123Z host kernel - - - ', undefined, undefined],
    ['<4>1 2026-11-26T10:00:00.123Z host kernel - - - [   12.345678] ', undefined, 12.345678],
    ['[Do Nov 26 10:00:00 2026] ', undefined, undefined],
    ['[ 0.04 ][ T0 ] ', 'T0', 0.04],
    ['[   12.345678@1] ', undefined, 12.345678],
    ['[   12.345678,3] ', undefined, 12.345678],
    ['web-1  | [   12.345678] ', undefined, 12.345678],
    ['# [   12.345678] ', undefined, 12.345678],
    ['[10:00:00.123] [   12.345678] ', undefined, 12.345678],
    ['Nov 26 10:00:00 [   12.345678] ', undefined, 12.345678],
    ['> [   12.345678] <4>', undefined, 12.345678],
    ['\x1b[32m[   12.345678] \x1b[0m\x1b[31m', undefined, 12.345678],
  ];
  for (const [prefix, caller, time] of forms) {
    const line = lastLine(`${prefix}${text}\r`);
    t.equal(line.text, text, prefix);
    t.equal(line.caller, caller, prefix);
    t.equal(line.time, time, prefix);
    t.equal(line.marked, prefix === '' ? undefined : true, prefix);
  }
  for (const other of [
    '2026-11-21T02:50:57.123Z no message of a kernel',
    '2026-11-21 02:50:57,123 neither',
    'Nov 21 03:12:07 build7 systemd[1]: Started',
    '  indented',
  ]) {
    t.equal(lastLine(other).marked, undefined, other);
  }
  t.same(lastLine('  indented'), { text: '  indented', line: 1 });
  t.same(
    [...eachLogLine('a\n\nb')].map(({ text, line }) => [text, line]),
    [
      ['a', 1],
      ['', 2],
      ['b', 3],
    ],
  );
});
