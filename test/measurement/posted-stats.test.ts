import t from 'tap';
import { inspectText } from '../../harness/measurement/inspection.ts';
import { golden } from './console-fixture.ts';
import { codes, readStats } from './posted-text-reading.ts';

/** Stats in the forms in which people post them, made for these tests. */
const whole = golden('6.12', 'stats.txt');
const commit = golden('commit-df3e764d8e5c-8-vcpu-after.stats.txt');
const files = golden('6.12', 'counters.txt')
  .trim()
  .split('\n')
  .map(line => line.split(' ') as [string, string]);

t.test('posted stats: two texts are never mixed', async t => {
  const hosts = readStats(
    'hostA:\nMods ever loaded 131\n\nhostB:\nMods failed on becoming 8052\nVirtual mem wasted bytes 20358550424\n',
  );
  t.same(hosts.stats.counters, { failed_becoming: 8052n });
  t.equal(hosts.stats.wastedBytes, 20358550424n);
  t.match(hosts.stats.findings, [
    { code: 'MULTIPLE_STATS', message: /holds 2 stats, beginning on lines 2, 5/ },
    { code: 'STATS_INCOMPLETE' },
  ]);
  const session = (first: string, second: string) =>
    `root@big ~ # grep wasted stats\n${first}root@big ~ # cat stats\n${second}`;
  const one = ' Virtual mem wasted bytes       14588526272\n';
  for (const text of [session(one, commit), session(commit, one)]) {
    const { stats } = readStats(text);
    t.same(stats.counters, readStats(commit).stats.counters, 'the whole one');
    t.same(
      stats.findings.map(({ code }) => code),
      ['MULTIPLE_STATS'],
    );
  }
  const answered = whole
    .replace('Total module size', 'Total module size')
    .split('\n')
    .map(line => `> ${line}`);
  answered.splice(5, 0, '', 'That is a lot.', '');
  t.same(codes(answered.join('\n')), [], 'an answer within the quoted text is no end of it');
});

t.test('posted stats: a text that was cut is not believed where it was', async t => {
  for (const text of [whole, commit, golden('commit-df3e764d8e5c-255-vcpu-before.stats.txt')]) {
    const right = readStats(text).stats;
    for (let end = text.indexOf('\n') + 1; end < text.length; end += text === whole ? 1 : 3) {
      const { counters, wastedBytes, averages, duplicates } = readStats(text.slice(0, end)).stats;
      const isRight =
        Object.entries(counters).every(([name, value]) => right.counters[name as 'modcount'] === value) &&
        (wastedBytes === undefined || wastedBytes === right.wastedBytes) &&
        Object.entries(averages).every(([label, value]) => right.averages[label] === value) &&
        duplicates.every((row, index) => JSON.stringify(row) === JSON.stringify(right.duplicates[index]));
      if (!isRight) t.fail(`cut at ${end}`);
    }
  }
  const number = readStats(whole.slice(0, whole.indexOf('1108431920') + 3)).stats;
  t.equal(number.counters.invalid_becoming_bytes, undefined);
  t.match(number.findings[0], { code: 'STATS_CUT', severity: 'warning', message: /Failed becoming bytes/ });
  t.match(codes(whole.slice(0, whole.indexOf('Failed kmod') + 8)), ['STATS_CUT', 'STATS_INCOMPLETE']);
  const reason = commit.slice(0, commit.lastIndexOf('Becoming & Load') + 'Becoming'.length);
  t.match(codes(reason), ['LIST_TRUNCATED']);
  t.equal(readStats(reason).stats.duplicates.at(-1)?.name, 'virtio_pci', 'the row before is the last');
  for (const text of [whole, commit]) t.same(codes(text.trimEnd()), [], 'no newline alone is no cut');
  const squeezed = reason.replace(/[ \t]+/g, ' ');
  t.match(readStats(squeezed).stats.findings, [
    { code: 'LIST_TRUNCATED', message: /reason of \w+, which may be truncated: spaces were squeezed/ },
  ]);
  t.same(codes(`${commit.replace(/[ \t]+/g, ' ').trimEnd()}\n`), [], 'a newline ends a reason');
  const small = (becoming: number, load: number, rows: string) =>
    `Mods ever loaded 9\nMods failed on kread 0\nMods failed on decompress 0\nMods failed on becoming ${becoming}\nMods failed on load ${load}\nTotal module size 9\nTotal mod text size 9\nFailed kread bytes 0\nFailed decompress bytes 0\nFailed becoming bytes 9\nFailed kmod bytes ${load}\nVirtual mem wasted bytes ${9 + load}\nDuplicate failed modules:\nmodule-name How-many-times Reason\n${rows}`;
  const whether = (text: string) => [codes(text), readStats(text).stats.duplicates.map(({ name }) => name)];
  t.same(
    whether(small(5, 2, 'a 3 Becoming\nb 4 Becoming')),
    [['LIST_TRUNCATED'], ['a']],
    'the sums tell of a cut',
  );
  t.same(whether(small(7, 0, 'a 3 Becoming\nb 4 Becoming')), [[], ['a', 'b']], 'the sums tell of none');
});

t.test('posted stats: a table that lacks failures is said to', async t => {
  const [head, table] = commit.split('Duplicate failed modules:\n') as [string, string];
  t.same(codes(commit), []);
  t.same(codes(head), ['TABLE_INCOMPLETE'], 'cut before the table');
  const rows = `${head}Duplicate failed modules:\n${table.split('\n').slice(0, 9).join('\n')}\n`;
  t.same(codes(rows), ['TABLE_INCOMPLETE'], 'cut between two rows');
  t.match(readStats(rows).stats.findings[0]?.message, /has \d\d of 99 failed loads/);
  t.same(codes(files.map(line => `${line.join(':')}\n`).join('')), [], 'the single files have no table');
});

t.test('posted stats: several machines in one text', async t => {
  const grown = whole.replace('loaded\t27', 'loaded\t30');
  const of = (host: string, text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map(line => `${host}: ${line}`);
  const [a, b] = [of('a', whole), of('b', grown)];
  const mixed = `${a.flatMap((line, at) => [line, b[at]]).join('\n')}\n`;
  const inspection = readStats(mixed);
  t.equal(inspection.stats.counters.modcount, 30n);
  t.equal(inspection.stats.duplicates.length, 1);
  t.same(codes(mixed)[0], 'MULTIPLE_STATS');
  t.equal(inspection.difference, undefined, 'two machines are no two moments');
  t.match(readStats(`${a.join('\n')}\n`), { undone: [{ what: 'name of a machine before every line' }] });
  t.ok(readStats(`${[...a, ...of('a', grown)].join('\n')}\n`).difference, 'but twice the same machine');
});

t.test('posted stats: diffs in every form', async t => {
  const before = '-         Mods ever loaded\t27\n';
  const after = '+         Mods ever loaded\t30\n';
  const head = '--- a\n+++ b\n@@ -1,2 +1,2 @@\n';
  const same = '       Mods failed on load\t0\n';
  const forms: Record<string, string> = {
    'diff -u': head + before + after + same,
    'in colour': `\x1b[1m${head}\x1b[m\x1b[31m${before}\x1b[m\x1b[32m${after}\x1b[m${same}`,
    quoted: (head + before + after + same).replace(/^(?=.)/gm, '> '),
    'in a page': `<pre>${head + before + after + same}</pre>`,
    'words of git': `@@ -1,2 +1,2 @@\n         Mods ever loaded\t[-27-]{+30+}\n${same}`,
    wdiff: `Mods ever loaded [-27-] {+30+}\n${same}`,
  };
  for (const [form, text] of Object.entries(forms)) {
    const { difference } = readStats(text);
    t.match(difference?.counters[0], { name: 'modcount', before: 27n, after: 30n, change: 3n }, form);
  }
});

t.test('posted texts: what programs say instead of one', async t => {
  const hint = (text: string) => {
    try {
      inspectText(text);
    } catch (error) {
      return (error as { hint?: string }).hint;
    }
    return undefined;
  };
  t.match(hint('cat: /sys/kernel/debug/modules/stats: Permission denied\n'), /as root/);
  t.match(hint('dmesg: read kernel buffer failed: Operation not permitted\n'), /as root/);
  t.match(hint('cat: /sys/kernel/debug/modules/stats: No such file or directory\n'), /CONFIG_MODULE_STATS/);
  t.match(hint('-- No entries --\n'), /journalctl found nothing/);
  t.match(hint('PATH=/bin\n'), /^Expected/);
});

t.test('posted stats: labels of the first versions of the patch', async t => {
  const { stats } = readStats(
    'Modules loaded       67\n        Total module size       11464704\n       Failed kread bytes       890064\n      Invalid kread bytes       890064\n        Invalid mod bytes       890064\n         Average mod size       171115\nFailed modules:\n                kvm_intel\n                      kvm\n',
  );
  t.same(stats.counters, { total_mod_size: 11464704n, invalid_kread_bytes: 890064n });
  t.same(
    stats.unknown.map(({ label }) => label),
    ['Modules loaded', 'Invalid kread bytes', 'Invalid mod bytes'],
  );
  t.match(
    stats.findings.find(({ code }) => code === 'NAMES_WITHOUT_COUNTS'),
    { message: /lists 2 failed modules/ },
  );
  t.equal(
    readStats('Modules loaded 67\nInvalid kread bytes 0\n').stats.unknown.length,
    2,
    'known ones need not be there',
  );
});

t.test('posted stats: containers', async t => {
  const right = readStats(whole).stats;
  const heads = files
    .map(([name, value]) => `==> /sys/kernel/debug/modules/${name} <==\n${value}\n`)
    .join('\n');
  const named = files.map(([name, value]) => `modules/${name}:${value}`).join('\n');
  const lines = whole.trimEnd().split('\n');
  const rows = lines.slice(0, 16).map(line => `| ${line.trim().replace(/\s+(\d+)$/, ' | $1')} |`);
  const forms: Record<string, string> = {
    'head *': `${heads}\n==> /sys/kernel/debug/modules/stats <==\n${whole}`,
    'more *': files.map(([name, value]) => `::::::::::::::\n${name}\n::::::::::::::\n${value}\n`).join(''),
    'paste <(ls) <(cat *)': files.map(([name, value]) => `${name}\t${value}\n`).join(''),
    'grep -r . modules': `${named}\n${lines.map(line => `modules/stats:${line}`).join('\n')}\n`,
    'a table of Markdown': `| counter | value |\n|---|---:|\n${rows.join('\n')}\n\n${whole.slice(whole.indexOf('Duplicate'))}`,
    'a drawn table': `┌───┬───┐\n${rows.map(row => row.replaceAll('|', '│')).join('\n')}\n└───┴───┘\n\n${whole.slice(whole.indexOf('Duplicate'))}`,
    'a wrapped table': whole
      .replace(/\t( *Becoming)\n/, '\nBecoming\n')
      .replace('Virtual mem wasted bytes\t', 'Virtual mem wasted\nbytes '),
    JSON: `{${files.map(([name, value]) => `"${name}": ${value}`).join(', ')}}\n`,
    'thousands apart': whole.replace('1108431920', '1,108,431,920'),
    'cat -A': `${lines.map(line => line.replaceAll('\t', '^I')).join('$\n')}$\n`,
    'one line': whole.replaceAll('\n', ' '),
  };
  for (const [form, text] of Object.entries(forms)) {
    const { stats } = readStats(text);
    t.same(stats.counters, right.counters, form);
    t.same(stats.findings, [], form);
  }
  for (const form of ['head *', 'grep -r . modules', 'a wrapped table', 'cat -A'])
    t.same(readStats(forms[form] ?? '').stats.duplicates, right.duplicates, form);
});

t.test('posted stats: two moments are a difference', async t => {
  const later = whole.replace('Mods ever loaded\t27', 'Mods ever loaded\t30').replaceAll('670', '700');
  const [old, now] = [whole, later].map(text => text.trimEnd().split('\n')) as [string[], string[]];
  const changed = old.flatMap((line, index) => (line === now[index] ? [] : [index]));
  const forms: Record<string, string> = {
    'diff -u': `--- a\n+++ b\n@@ -1,19 +1,19 @@\n${old.map((line, index) => (line === now[index] ? ` ${line}` : `-${line}\n+${now[index]}`)).join('\n')}\n`,
    diff: changed.map(index => `${index + 1}c${index + 1}\n< ${old[index]}\n---\n> ${now[index]}`).join('\n'),
    'diff -y': old
      .map((line, index) => `${line}\t${line === now[index] ? ' ' : '|'}\t${now[index]}`)
      .join('\n'),
    'diff -c': `*** a\n--- b\n***************\n*** 1,19 ****\n${old.map(line => `! ${line}`).join('\n')}\n--- 1,19 ----\n${now.map(line => `! ${line}`).join('\n')}\n`,
    paste: old.map((line, index) => `${line}\t${now[index]}`).join('\n'),
    'a table': 'Mods ever loaded | 27 | 30\nMods failed on becoming | 670 | 700\n',
    arrows: 'Mods ever loaded 27 -> 30\nMods failed on becoming 670 -> 700\n',
    'one after the other': `before:\n${whole}\nafter:\n${later}`,
  };
  for (const [form, text] of Object.entries(forms)) {
    const { difference } = readStats(`${text}\n`);
    t.match(
      difference?.counters.filter(({ change }) => change !== 0n),
      [
        { name: 'modcount', before: 27n, after: 30n, change: 3n },
        { name: 'failed_becoming', before: 670n, after: 700n, change: 30n },
      ],
      form,
    );
  }
  t.same(readStats(forms['diff -u'] ?? '').difference?.duplicates, [
    { name: 'xfs', before: 670, after: 700 },
  ]);
  const fell = readStats(`Mods ever loaded 30 27\n`).difference;
  t.match(fell?.findings, [{ code: 'COUNTER_FELL', severity: 'invalid' }]);
});
