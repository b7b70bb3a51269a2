import t from 'tap';
import { decodeBytes } from '../../../harness/measurement/text/encoding.ts';
import { normaliseText } from '../../../harness/measurement/text/normalise.ts';
import { originalLine } from '../../../harness/measurement/text/source-text.ts';
import { golden } from '../console-fixture.ts';

const esc = String.fromCharCode(0x1b);

t.test('normalised texts: what was posted, what the kernel printed, and what was undone', async t => {
  const line = '[    1.000000] hello';
  const forms: [form: string, given: string, text: string, undone: string][] = [
    ['byte order mark', `\ufeff${line}`, line, 'byte order mark'],
    ['quoted-printable', 'CR2=3D0 and a=\nb=20\n=E2=82=AC', 'CR2=0 and ab \n€', 'mail transfer encoding'],
    [
      'header of a mail',
      `Content-Transfer-Encoding: quoted-printable\n\nx=3D1`,
      'Content-Transfer-Encoding: quoted-printable\n\nx=1',
      'mail transfer encoding',
    ],
    [
      'base64',
      `Content-Transfer-Encoding: base64\n\n${Buffer.from(`${line}\n`).toString('base64')}`,
      `Content-Transfer-Encoding: base64\n\n${line}\n`,
      'mail transfer encoding',
    ],
    [
      'entities',
      '&lt;4&gt;[ 1.0] a &amp;amp; b&#39;s &quot;c&quot;&nbsp;d',
      `<4>[ 1.0] a & b's "c" d`,
      'HTML',
    ],
    ['line breaks of HTML', 'a<br>\nb<br/>c', 'a\nb\nc', 'HTML'],
    ['a page', '<html><pre>a\n<b>b</b></pre><script>x()</script></html>', 'a\nb\n\n', 'HTML'],
    ['colours', `${esc}[01;31m${esc}[Ka${esc}[m${esc}[K`, 'a', 'terminal sequences'],
    ['a title', `${esc}]0;x${String.fromCharCode(7)}a`, 'a', 'terminal sequences'],
    ['cursor', `a${esc}[2;1Hb${esc}[3Cc`, 'a\nb   c', 'terminal sequences'],
    ['a backspace', 'ab\bc', 'ac', 'control characters'],
    ['a backspace before nothing', 'ab\b', 'ab', 'control characters'],
    ['a spinner', '/\b-\b\b \ba', 'a', 'control characters'],
    ['C1', '\u009b31ma', 'a', 'terminal sequences'],
    ['ESC of less', 'ESC[31maESC[m', 'a', 'spelled-out ESC, terminal sequences'],
    ['ESC of cat -v', '^[[31ma^[[m', 'a', 'spelled-out ESC, terminal sequences'],
    ['ESC of C', '\\x1b[31ma\\033[m\\u001b[0m', 'a', 'spelled-out ESC, terminal sequences'],
    ['ESC of rsyslog', '#033[31ma#033[m', 'a', 'spelled-out ESC, terminal sequences'],
    ['colours without ESC', '[0;32m  OK  [0m a [1.0] b', '  OK   a [1.0] b', 'colours'],
    ['overstruck', 'N\bNA\bA', 'NA', 'control characters'],
    ['carriage returns', '1%\r2%\ra\r\nb', '1%\n2%\na\nb', 'carriage returns within lines'],
    ['cat -A', 'a^Ib$\nM-bM-^BM-,^M$', 'a\tb\n€', 'cat -A marks'],
    ['cat -T', 'x^I1', 'x\t1', 'cat -A marks'],
    ['syslog', 'a#011b#012c', 'a\tb\nc', 'syslog escapes'],
    ['a string', 'a\\nb\\tc\\n"d\\"', 'a\nb\tc\n"d"', 'backslash escapes'],
    [
      'typography',
      '\u2018a\u2019\u00a0\u201cb\u201d \u2013\u200b',
      '\'a\' "b" -',
      'typographic spaces and quotes',
    ],
    ['grep -n', '7:a\n8:b', 'a\nb', 'line numbers'],
    ['cat -n', '     1\ta\n     2\tb', 'a\nb', 'line numbers'],
    ['grep in a file', 'x/dmesg.txt:a\nx/dmesg.txt:b', 'a\nb', 'file names'],
    [
      'dmesg --json',
      '{"dmesg": [{"pri":4,"time":1.5,"msg":"a"}, {"pri":4,"time":2,"caller":"T7","msg":"b\\nc"}]}',
      '[    1.500000] a\n[    2.000000][T7] b\n[    2.000000][T7] c\n',
      'JSON',
    ],
    [
      'journalctl -o json',
      '{"_TRANSPORT":"kernel","MESSAGE":"a \\"b}","_SOURCE_MONOTONIC_TIMESTAMP":"1500000"}\n{"SYSLOG_IDENTIFIER":"app","_TRANSPORT":"stdout","MESSAGE":[98,117,103]}',
      '[    1.500000] a "b}\napp: bug\n',
      'JSON',
    ],
    [
      'json-pretty',
      '{\n  "MESSAGE" : "a",\n  "_TRANSPORT" : "kernel"\n}\n{\n  "MESSAGE" : "b",\n  "_TRANSPORT" : "kernel"\n}',
      'kernel: a\nkernel: b\n',
      'JSON',
    ],
    ['containers', '{"log":"a\\n","stream":"stdout"}\n{"log":"b\\n"}', 'a\nb\n', 'JSON'],
    [
      'LAVA',
      '- {"dt": "2026-11-26T10:00:00", "lvl": "target", "msg": "a"}\nno JSON',
      'a\nno JSON\n',
      'log of LAVA',
    ],
    [
      'LAVA in YAML',
      "- {dt: '2026-11-26T10:00:00', lvl: target, msg: 'it''s a'}\n- {dt: x, lvl: info, msg: b}\n- {dt: x, lvl\n",
      "it's a\nlava-info: b\n- {dt: x, lvl\n",
      'log of LAVA',
    ],
    ['JSON that a mail quotes', '> {\n>   "dmesg": [ { "msg": "a" } ]\n> }\n', 'a\n', 'quote marks, JSON'],
    [
      'JSON that was cut',
      '{\n "dmesg": [\n  {\n "pri": 4, "time": 1, "msg": "a {"\n },\n {\n "pri": 4, "msg": "b',
      '[    1.000000] a {\n',
      'JSON that was cut',
    ],
    ['a list of lines', '["a", "b \\"c\\""]', 'a\nb "c"\n', 'JSON'],
    ['indentation', '    a\n     b\n\n    c\n', 'a\n b\n\nc\n', 'indentation'],
    ['comments', '# a\n#\n# b\n', 'a\n\nb\n', '"#" before every line'],
    ['initials', 'LC> a\nLC>  b\nLC> c\n', 'a\n b\nc\n', '"LC>" before every line'],
    ['pytest', 'E       a\nE        b\nE       c\n', 'a\n b\nc\n', '"E" before every line'],
    [
      'a program that logged it all',
      'Nov 26 10:00:00 host collect[1]: a\nNov 26 10:00:01 host collect[1]:  b\nNov 26 10:00:01 host collect[1]: c\n',
      'a\n b\nc\n',
      'name of a program that logged it',
    ],
    [
      'blanks that do not break in numbers',
      '1\u202f234\u00a0567 8\u00a09\n',
      '1234567 8 9\n',
      'typographic spaces and quotes',
    ],
    ['wide digits', '\uff11\uff12\n', '12\n', 'typographic spaces and quotes'],
    [
      'thousands',
      'Total module size  11 464 704\nMods ever loaded  27 30\nVirtual mem wasted bytes  890 064\n',
      'Total module size  11464704\nMods ever loaded  27 30\nVirtual mem wasted bytes  890064\n',
      'separators of thousands',
    ],
    ['addresses', 'Mods failed on load 192.168.100.200x\n', 'Mods failed on load 192.168.100.200x\n', ''],
    [
      'journal export',
      '__CURSOR=s=1\n_TRANSPORT=kernel\n_SOURCE_MONOTONIC_TIMESTAMP=1500000\nMESSAGE=a\n\n__CURSOR=s=2\n_TRANSPORT=kernel\nMESSAGE\n\x05\0\0\0\0\0\0\0hello\n',
      '[    1.500000] a\nkernel: hello\n',
      'journal export format',
    ],
  ];
  for (const [form, given, text, undone] of forms) {
    const source = normaliseText(given);
    t.equal(source.text, text, form);
    t.equal(source.undone.map(({ what }) => what).join(', '), undone, form);
  }
});

t.test('normalised texts: a clean text stays byte for byte what it was', async t => {
  for (const file of ['6.12/dmesg.txt', '6.12-dups-trace/dmesg.txt', '6.12/stats.txt', '6.12/counters.txt']) {
    const text = golden(...file.split('/'));
    t.strictSame(normaliseText(text), { text, undone: [] }, file);
  }
  for (const text of [
    '[    0.000000] Command line: nr_cpus=64 console=ttyS0,115200 quiet',
    '======================================================\nWARNING: possible circular locking\n=====',
    'Call Trace:\n <TASK>\n ? foo+0x1/0x2\n </TASK>\n<IRQ>',
    'a <b and c> d & e; x=10 y=20\n',
    'driver [1.0] loaded in [001] {x}\n',
  ])
    t.strictSame(normaliseText(text), { text, undone: [] });
});

t.test('normalised texts: lines keep the numbers that people see', async t => {
  const source = normaliseText('a=3D\nlong li=\nne\n\nb');
  t.equal(source.text, 'a=\nlong line\n\nb');
  t.same(
    [1, 2, 3, 4].map(line => originalLine(source, line)),
    [1, 2, 4, 5],
  );
  const split = normaliseText('a<br>b\nc<br>');
  t.same(
    [1, 2, 3].map(line => originalLine(split, line)),
    [1, 1, 2],
  );
});

t.test('normalised texts: the bound of machines counts machines, not their stats', async t => {
  const stats = (host: string) => `${host}: Mods ever loaded 1\n`;
  const twoHosts = normaliseText(stats('a').repeat(1024) + stats('b'));
  t.same(twoHosts.undone, [{ what: 'names of machines before every line', count: 2 }]);
  const manyHosts = Array.from({ length: 1025 }, (_, index) => stats(`host${index}`)).join('');
  t.same(normaliseText(manyHosts), { text: manyHosts, undone: [] });
});

t.test('bytes as text', async t => {
  const text = '[    1.000000] Linux version 6.12\n';
  const swap = (bytes: Buffer) => bytes.swap16();
  t.equal(decodeBytes(Buffer.from(`\ufeff${text}`, 'utf16le')).text, text, 'PowerShell');
  t.equal(decodeBytes(swap(Buffer.from(`\ufeff${text}`, 'utf16le'))).text, text);
  t.equal(decodeBytes(Buffer.from(text, 'utf16le')).text, text, 'without a mark');
  t.equal(decodeBytes(swap(Buffer.from(text, 'utf16le'))).text, text);
  t.strictSame(decodeBytes(Buffer.from(text)), { text, undone: [] });
  t.equal(decodeBytes(Buffer.from([0x61, 0xff, 0x62])).text, 'a\ufffdb');
});
