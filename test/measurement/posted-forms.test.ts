import t from 'tap';
import { type Inspection, inspectText } from '../../harness/measurement/inspection.ts';
import { decodeBytes } from '../../harness/measurement/text/encoding.ts';
import type { SourceText } from '../../harness/measurement/text/source-text.ts';
import { golden } from './console-fixture.ts';

/** Seconds, level and message of one log, which every form below must give back. */
const records: readonly [seconds: number, level: number, message: string][] = [
  [0, 5, 'Linux version 6.12.95 (mod@storm) (gcc (Debian 14.2.0-19) 14.2.0, GNU ld 2.44) #1 SMP'],
  [12.345678, 4, 'module: module-autoload: duplicate request for module tun'],
  [12.345679, 4, 'module: module-autoload: duplicate request for module fs-xfs'],
  [36.9, 4, 'vmalloc_node_range for size 8192 failed: Address range restricted to 0xffffffffc0000000'],
  [142.1, 1, '=================================================================='],
  [142.1, 1, 'BUG: KASAN: slab-out-of-bounds in guilty+0x1e4/0x2b0 [demo]'],
  [142.2, 1, 'Write of size 8 at addr ffff88810b667d68 by task x/3'],
  [142.3, 1, 'Call Trace:'],
  [142.3, 1, ' <TASK>'],
  [142.4, 1, ' dump_stack_lvl+0x5d/0x80'],
  [142.4, 1, ' guilty+0x1e4/0x2b0 [demo]'],
  [142.5, 1, ' innocent+0x1e4/0x2b0'],
  [142.5, 1, ' </TASK>'],
  [150, 3, 'xfs: exports duplicate symbol foo (owned by kernel)'],
];
const messages = records.map(([, , message]) => message);
const stamp = (seconds: number) => `[${seconds.toFixed(6).padStart(12)}]`;
const dmesg = records.map(([seconds, , message]) => `${stamp(seconds)} ${message}`);
const text = (lines: readonly string[], newline = '\n') => lines.map(line => line + newline).join('');
const before = (prefix: string, lines: readonly string[] = dmesg) =>
  text(lines.map(line => `${prefix}${line}`));
const numbered = (prefix: (line: number) => string) =>
  text(dmesg.map((line, index) => `${prefix(index + 1)}${line}`));
const each = (render: (seconds: number, level: number, message: string) => string) =>
  text(records.map(([seconds, level, message]) => render(seconds, level, message)));
const json = (record: (seconds: number, level: number, message: string) => object) =>
  records.map(([seconds, level, message]) => record(seconds, level, message));
const escaped = (line: string) =>
  line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const levels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];
const E = '\x1b';

/** Breaks lines at blanks, as a mail program does that sends `width` characters in a line. */
function wrapped(lines: readonly string[], width: number, end = ''): string[] {
  return lines.flatMap(line => {
    const parts: string[] = [];
    let rest = line;
    for (
      let at = rest.lastIndexOf(' ', width);
      rest.length > width && at > 0;
      at = rest.lastIndexOf(' ', width)
    ) {
      parts.push(rest.slice(0, at) + end);
      rest = rest.slice(at + 1);
    }
    return [...parts, rest];
  });
}

function quotedPrintable(source: string): string {
  return source
    .split('\n')
    .map(line => line.replaceAll('=', '=3D').replace(/(?!$).{70}(?<!=|=3)/g, '$&=\n'))
    .join('\n');
}

const base64 = Buffer.from(text(dmesg)).toString('base64').replace(/.{76}/g, '$&\n');
const utf16 = Buffer.from(text(dmesg, '\r\n'), 'utf16le');

const forms: Record<string, string | SourceText> = {
  dmesg: text(dmesg),
  'dmesg -r': each((seconds, level, message) => `<${level}>${stamp(seconds)} ${message}`),
  'dmesg -x': each((s, level, message) => `kern  :${levels[level]?.padEnd(6)}: ${stamp(s)} ${message}`),
  'dmesg -x -t': each((_, level, message) => `kern  :${levels[level]?.padEnd(6)}: ${message}`),
  'dmesg -T': before('[Thu Nov 26 10:00:00 2026] ', messages),
  'dmesg -T of other languages': before('[木 11月 26 10:00:00 2026] ', messages),
  'dmesg -t': text(messages),
  'dmesg -d': each((s, _, message) => `[${s.toFixed(6).padStart(12)} <    0.000001>] ${message}`),
  'dmesg -e': before('[  +0.000001] ', messages),
  'dmesg in colour': each((s, _, message) => `${E}[32m${stamp(s)} ${E}[0m${E}[33m${message}${E}[0m`),
  'dmesg --time-format iso': before('2026-11-26T10:00:00,123456+01:00 ', messages),
  'dmesg -J': JSON.stringify({ dmesg: json((time, pri, msg) => ({ pri, time, msg })) }, null, 3),
  'dmesg -J in one line': JSON.stringify({ dmesg: json((time, pri, msg) => ({ pri, time, msg })) }),
  'dmesg -J -x': JSON.stringify({
    dmesg: json((time, pri, msg) => ({ fac: 'kern', pri: levels[pri], time, msg })),
  }),
  'dmesg -J that a mail quotes': before(
    '> ',
    JSON.stringify({ dmesg: json((time, pri, msg) => ({ pri, time, msg })) }, null, 3).split('\n'),
  ),
  callers: each((s, _, message) => `${stamp(s)}[    T1] ${message}`),
  'callers with names': each((s, _, message) => `${stamp(s)}[ T1234/modprobe] ${message}`),
  'Android, pstore': each(
    (s, level, message) => `<${level}>${stamp(s)}  [0:      swapper/0:    1] ${message}`,
  ),
  'Android, another vendor': each((s, _, message) => `${stamp(s)} [T1234@C1] ${message}`),
  'Android, logcat': before('11-26 10:00:00.123     0     0 W kernel  : ', messages),
  'carriage returns': text(dmesg, '\r\n'),
  'two carriage returns': text(dmesg, '\r\r\n'),
  'no newlines': text(dmesg, '\r'),
  'zero bytes': text(dmesg, '\0\n'),
  syslog: before('Nov 26 10:00:00 host kernel: '),
  'syslog without stamps': before('Nov 26 10:00:00 host kernel: ', messages),
  'syslog, ISO': before('2026-11-26T10:00:00.123456+01:00 host kernel: '),
  'syslog, RFC 5424': before('<4>1 2026-11-26T10:00:00.123Z host kernel - - - '),
  'journalctl -o short-full': before('Thu 2026-11-26 10:00:00 CET host kernel: ', messages),
  'journalctl -o short-iso': before('2026-11-26T10:00:00+0100 host kernel: ', messages),
  'journalctl -o short-monotonic': each((s, _, message) => `${stamp(s)} host kernel: ${message}`),
  'journalctl -o short-unix': before('1764010000.123456 host kernel: ', messages),
  'journalctl without host': before('Nov 26 10:00:00 kernel: ', messages),
  'journalctl -o json': text(
    json((_, __, MESSAGE) => ({ _TRANSPORT: 'kernel', MESSAGE })).map(one => JSON.stringify(one)),
  ),
  'journalctl -o json-pretty': json((_, __, MESSAGE) => ({ _TRANSPORT: 'kernel', MESSAGE }))
    .map(one => JSON.stringify(one, null, '\t'))
    .join('\n'),
  'journalctl -o export': each(
    (s, _, message) =>
      `__CURSOR=s=1\n_SOURCE_MONOTONIC_TIMESTAMP=${Math.round(s * 1e6)}\n_TRANSPORT=kernel\nMESSAGE=${message}\n`,
  ),
  'journalctl -o export without time': each(
    (_, __, message) => `__CURSOR=s=1\n_TRANSPORT=kernel\nMESSAGE=${message}\n`,
  ),
  'services between': each((s, _, message) => `${stamp(s)} ${message}\n[${E}[0;32m  OK  ${E}[0m] Started x.`),
  'containers of Docker': text(dmesg.map(line => JSON.stringify({ log: `${line}\n`, stream: 'stdout' }))),
  Kubernetes: before('2026-11-26T10:00:00.000000000Z stdout F '),
  'GitHub Actions': `\ufeff${before('2026-11-26T10:00:00.0000000Z ')}`,
  'gh run view': before('build\tRun tests\t2026-11-26T10:00:00.0000000Z '),
  GitLab: before('2026-11-26T10:00:00.000000Z 01O '),
  LAVA: text(dmesg.map(msg => `- ${JSON.stringify({ dt: '2026-11-26T10:00:00', lvl: 'target', msg })}`)),
  'LAVA in YAML': text(dmesg.map(line => `- {dt: '2026-11-26T10:00:00', lvl: target, msg: '${line}'}`)),
  TuxRun: before('2026-11-26T10:00:00.123456 target: '),
  ts: before('Nov 26 10:00:00 '),
  'logging of Python': before('2026-11-26 10:00:00,123 INFO console: '),
  'logging of Python, without stamps': before('2026-11-26 10:00:00,123 INFO console: ', messages),
  'logging of Python, with dashes': before('2026-11-26 10:00:00,123 - labgrid - DEBUG - '),
  'a logger': before('10:00:00 INFO  [console] | '),
  minicom: `${E}[?7h${E}[2J${E}[1;1H${text(dmesg, `${E}[K\r\n`)}${E}[24;1H CTRL-A Z for help | 115200 8N1${E}[m`,
  screen: dmesg.map(line => `${E}[24;1H\n${E}[23;1H${line}${E}[K`).join(''),
  script: `Script started on 2026-11-26 10:00:00\n${E}]0;root@host\x07# dmesg\r\n${text(dmesg, '\r\n')}# exit\r\n`,
  'cat -A': text(dmesg, '$\n'),
  'cat -A of carriage returns': text(dmesg, '^M$\n'),
  'cat -n': numbered(line => `${String(line).padStart(6)}\t`),
  'grep -n -C': numbered(line => `${line * 7}${line % 3 ? '-' : ':'}`),
  'grep -Hn': numbered(line => `dmesg.txt:${line * 7}:`),
  'grep of several files': numbered(line => `/var/log/kern.log.${line % 2}:`),
  'grep in colour': before(`${E}[35m${E}[Kkern.log${E}[m${E}[K${E}[36m${E}[K:${E}[m${E}[K`),
  'a quote': before('> '),
  'a quote of a quote': before('> > '),
  'a quote with initials': before('LC> '),
  'bars before every line': before('| '),
  comments: before('# '),
  'comments without stamps': before('# ', messages),
  'added lines of a patch': before('+'),
  pytest: before('E       '),
  'indented, without stamps': before('    ', messages),
  'wrapped at 65': text(wrapped(dmesg, 65)),
  'wrapped at 72': text(wrapped(dmesg, 72)),
  'wrapped at 72 and quoted': before('> ', wrapped(dmesg, 70)),
  'format=flowed': `Content-Type: text/plain; format=flowed\n\n${text(wrapped(dmesg, 70, ' '))}`,
  'format=flowed and quoted': `Content-Type: text/plain; format=flowed\n\n${before('> ', wrapped(dmesg, 66, ' '))}`,
  'quoted-printable': `Content-Transfer-Encoding: quoted-printable\n\n${quotedPrintable(`a = b\n${text(dmesg)}`)}`,
  'quoted-printable, its header lost': quotedPrintable(`root=/dev/vda\n${text(dmesg)}`),
  'quoted-printable and flowed': `Content-Transfer-Encoding: quoted-printable\n\n${quotedPrintable(text(wrapped(dmesg, 66, ' ')))}`,
  base64: `Content-Transfer-Encoding: base64\n\n${base64}\n`,
  'a page': `<html><body><pre>${escaped(text(dmesg))}</pre></body></html>`,
  'a page with <br>': `<div>${dmesg.map(line => escaped(line).replaceAll(' ', '&nbsp;')).join('<br/>')}</div>`,
  'a page with rows': `<table>${dmesg.map((line, at) => `<tr><td>${at}</td><td>${escaped(line)}</td></tr>`).join('\n')}</table>`,
  Markdown: `I see\n\n\`\`\`\n${text(dmesg)}\`\`\`\n`,
  'a string': JSON.stringify(text(dmesg)),
  'a list of lines': JSON.stringify(dmesg),
  'UTF-16 with its mark': decodeBytes(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])),
  'UTF-16, big-endian': decodeBytes(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()])),
  'UTF-16 without its mark': decodeBytes(utf16),
  'Latin 1': decodeBytes(Buffer.from(`Gr\xfc\xdfe\n${text(dmesg)}`, 'latin1')),
  'blanks that do not break': text(dmesg).replaceAll(' ', '\u00a0'),
  'empty lines between': text(dmesg, '\n\n'),
  netconsole: each((s, level, message) => `${level},1,${Math.round(s * 1e6)},-;${message}`),
  'netconsole with release': each(
    (s, level, message) => `6.12.95,${level},1,${Math.round(s * 1e6)},-;${message}`,
  ),
  kmsg: each(
    (s, level, message) => `${level},1,${Math.round(s * 1e6)},-,caller=T1;${message}\n DEVICE=+module:x`,
  ),
  'behind a prompt': before('host login: '),
  'behind words': before('Starting services ...'),
  'a record behind another': text(
    dmesg.flatMap((line, at) => (at % 2 ? [] : [line + (dmesg[at + 1] ?? '')])),
  ),
  'guests of Xen': before('(d1) '),
  'names of containers': before('storm-1  | '),
  'decode_stacktrace.sh': text(
    dmesg.map(line =>
      line
        .replace('guilty+0x1e4/0x2b0 [demo]', 'guilty (drivers/demo/demo.c:12 (discriminator 3)) demo')
        .replace('dump_stack_lvl+0x5d/0x80', 'dump_stack_lvl (lib/dump_stack.c:122)'),
    ),
  ),
};

t.test('a log in every form in which it may be posted', async t => {
  for (const [form, given] of Object.entries(forms)) {
    const inspection = inspectText(given);
    t.equal(inspection.kind, 'log', form);
    if (inspection.kind !== 'log') continue;
    const { releases, crashes, duplicateRequests, findings } = inspection;
    t.same(
      {
        releases,
        crashes: crashes.map(({ title }) => title),
        requests: duplicateRequests.requests.map(({ name, count }) => `${count} ${name}`),
        findings: findings.map(({ code }) => code),
      },
      {
        releases: ['6.12.95'],
        crashes: ['KASAN: slab-out-of-bounds Write in guilty'],
        requests: ['1 fs-xfs', '1 tun'],
        findings: ['VMAP_EXHAUSTED', 'MODULE_REFUSED'],
      },
      form,
    );
  }
});

const stats = golden('commit-df3e764d8e5c-8-vcpu-after.stats.txt');
const statsLines = stats.trimEnd().split('\n');
const table = stats.slice(stats.indexOf('Duplicate failed modules'));
const counters = statsLines.flatMap(line => {
  const [, label, value] = /^\s*([A-Z][A-Za-z ]+?)\s{2,}(\d+)$/.exec(line) ?? [];
  return label !== undefined && value !== undefined ? [[label, value] as const] : [];
});
const rendered = (render: (label: string, value: string) => string) =>
  `${text(counters.map(([label, value]) => render(label, value)))}${table}`;
const grouped = (mark: string) => stats.replace(/\d+$/gm, value => value.replace(/\B(?=(\d{3})+$)/g, mark));

const statsForms: Record<string, string | SourceText> = {
  'tabs to blanks': stats.replace(/ {2,}/g, ' '),
  'carriage returns': text(statsLines, '\r\n'),
  'commas in numbers': grouped(','),
  'points in numbers': grouped('.'),
  'apostrophes in numbers': grouped("'"),
  'blanks in numbers': grouped(' '),
  'blanks that do not break in numbers': grouped('\u202f'),
  'wide digits': stats.replace(/\d/g, digit => String.fromCharCode(0xff10 + Number(digit))),
  hexadecimal: rendered((label, value) => `${label}  0x${BigInt(value).toString(16)}`),
  'a quote': before('> ', statsLines),
  'a quote with initials': before('LC> ', statsLines),
  'a session': `root@big ~ # cat /sys/kernel/debug/modules/stats\n${stats}root@big ~ # \n`,
  'a log': before('[   12.345678] ', statsLines),
  'a program that logged it': before('Nov 26 10:00:00 host collect[12]: ', statsLines),
  'grep -n': text(statsLines.map((line, at) => `${at + 1}:${line}`)),
  'cat -n': text(statsLines.map((line, at) => `${String(at + 1).padStart(6)}\t${line}`)),
  indented: before('    ', statsLines),
  'a page with <br>': text(
    statsLines.map(line => line.replaceAll('&', '&amp;').replaceAll(' ', '&nbsp;')),
    '<br>\n',
  ),
  'quoted-printable': `Content-Transfer-Encoding: quoted-printable\n\n${quotedPrintable(stats)}`,
  'UTF-16': decodeBytes(Buffer.from(`\ufeff${stats}`, 'utf16le')),
  colons: rendered((label, value) => `${label}: ${value}`),
  'comma separated': rendered((label, value) => `"${label}","${value}"`),
  'an object of JSON': `{\n${rendered((label, value) => `  "${label}": "${value}",`).replace('Duplicate', '}\nDuplicate')}`,
  'a table of Markdown': `| a | b |\n|---|---|\n${rendered((label, value) => `| ${label} | ${value} |`)}`,
  'a list of Markdown': rendered((label, value) => `* **${label}**: ${value}`),
  'values in lines of their own': rendered((label, value) => `${label}\n${value}`),
  'with what they come to': rendered(
    (label, value) => `${label} ${value} (${(Number(value) / 2 ** 20).toFixed(1)} MiB)`,
  ),
  'empty lines between': text(statsLines, '\n\n'),
  'all in one line': `${statsLines.map(line => line.trim()).join(' ')}\n`,
  'wrapped rows': text(wrapped(statsLines, 48)),
  'a string': JSON.stringify(stats),
};

t.test('stats in every form in which they may be posted', async t => {
  const wanted = statsOf(inspectText(stats));
  for (const [form, given] of Object.entries(statsForms)) t.same(statsOf(inspectText(given)), wanted, form);
});

function statsOf(inspection: Inspection): unknown {
  if (inspection.kind !== 'stats') return inspection.kind;
  const { counters, wastedBytes, duplicates } = inspection.stats;
  return { counters, wastedBytes, duplicates };
}
