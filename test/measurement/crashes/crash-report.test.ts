import t from 'tap';
import type { Crash } from '../../../harness/measurement/crashes/crash.ts';
import { findCrashes, worstCrash } from '../../../harness/measurement/crashes/crash-report.ts';
import { inspectText } from '../../../harness/measurement/inspection.ts';
import { consoleFixtures } from '../console-fixture.ts';
import { findCrash } from '../log-reading.ts';

t.test('console logs: crash title and class, findings, duplicate requests', async t => {
  const fixtures = consoleFixtures();
  t.ok(fixtures.length >= 45);
  for (const { name, expected, log } of fixtures) {
    const crash = findCrash(log);
    t.equal(crash?.title ?? 'none', expected['TITLE'], name);
    t.equal(crash?.class ?? 'none', expected['CLASS'], name);
    t.equal(crash?.fatal === true ? 'yes' : 'no', expected['FATAL'], name);
    const inspection = inspectText(log);
    if (inspection.kind !== 'log') throw new Error(`${name} is no stats text`);
    t.equal(inspection.findings.map(({ code }) => code).join(' '), expected['FINDINGS'] ?? '', name);
    const requests = inspection.duplicateRequests.requests.map(request => `${request.name} ${request.count}`);
    t.equal(requests.join(', '), expected['DUPLICATES'] ?? '', name);
  }
});

t.test('the crash of a log to know first', async t => {
  const warning: Crash = { class: 'warning', title: 'WARNING in a', evidence: [], fatal: false };
  const stall: Crash = {
    class: 'rcu-stall',
    title: 'INFO: rcu detected stall in b',
    evidence: [],
    fatal: false,
  } as const;
  const oops: Crash = { class: 'oops', title: 'divide error in c', evidence: [], fatal: true };
  t.equal(worstCrash([]), null);
  t.equal(worstCrash([warning, stall]), stall);
  t.equal(worstCrash([warning, stall, oops]), oops);
  const flood = findCrashes('BUG: scheduling while atomic: a/1/2\n'.repeat(100_000));
  t.equal(flood.length, 64, 'a guest that floods is bounded');
  t.ok(findCrashes(`BUG: ${'x'.repeat(1e6)}`)[0]!.title.length <= 170);
});

/** Breaks the lines of a text at blanks, as mail programs do. */
function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map(line => line.replace(new RegExp(`(?=.{${width + 1}})(.{1,${width}}) `, 'g'), '$1\n'))
    .join('\n');
}

t.test('crash titles survive what posting does to a log', async t => {
  const forms: Record<string, (line: string) => string> = {
    quoted: line => `> ${line}`,
    coloured: line => `\x1b[33m${line}\x1b[0m`,
    'empty lines between': line => `${line}\n`,
    'a CI service': line => `2026-11-26T10:00:00.0000000Z ${line}`,
    'cat -A': line => `${line}$`,
  };
  for (const { name, expected, log } of consoleFixtures()) {
    for (const [form, render] of Object.entries(forms)) {
      const posted = log.split('\n').map(render).join('\n');
      t.equal(findCrash(posted)?.title ?? 'none', expected['TITLE'], `${name}, ${form}`);
    }
  }
  const long = consoleFixtures().filter(({ log }) => /^\[.*(?:KCSAN|WARNING: CPU).{40}/m.test(log));
  t.ok(long.length > 5);
  for (const { name, expected, log } of long)
    t.equal(findCrash(wrapped(log, 72))?.title ?? 'none', expected['TITLE'], `${name}, broken at 72`);
});

t.test('what belongs to one report is told once', async t => {
  const reboot = consoleFixtures().find(({ name }) => name.includes('rebooted-twice'));
  t.equal(findCrashes(reboot?.log ?? '').length, 1, 'the decompressor and the kernel it starts');
  const broken = '[   11.0] INFO: task x\ny:77 blocked for more than 120 seconds.\n[   11.1]  demo+0x1/0x2\n';
  t.match(findCrashes(broken), [{ title: 'INFO: task hung in demo' }]);
  t.equal(findCrashes(broken).length, 1, 'the second half of a broken header');
});
