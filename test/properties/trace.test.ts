import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { blameAttempts } from '../../harness/measurement/trace/blame.ts';
import { LedgerMaker, readLedger } from '../../harness/measurement/trace/ledger.ts';
import { sumAttempts } from '../../harness/measurement/trace/ledger-sums.ts';
import { projectPath } from '../../harness/project.ts';
import { mutatedLines } from '../fakes/mutated-lines.ts';

const storm = readFileSync(projectPath('test/golden/traces/6.12-storm.txt'), 'utf8');

/** A load as the kernel would trace it, and what it would count. */
const load = fc.record({
  bytes: fc.integer({ min: 1, max: 2 ** 31 }),
  fate: fc.constantFrom('loaded', 'merged', 'early', 'late'),
});

t.test('whatever the order of their events, loads add up', async t => {
  fc.assert(
    fc.property(fc.array(load, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (loads, choices) => {
      const scripts = loads.map(({ bytes, fate }, index) => {
        const events = [`sys_finit_module(fd: 3, uargs: 0, flags: 0)`];
        if (fate !== 'merged')
          events.push(`module_read: (a <- b) bytes=${bytes}`, 'module_lookup: (a) module="x"');
        if (fate === 'late' || fate === 'loaded') events.push('module_layout: (a)');
        if (fate === 'loaded') events.push('module_load: x ');
        events.push(
          `sys_finit_module -> ${fate === 'early' || fate === 'late' ? '0xffffffffffffffef' : '0x0'}`,
        );
        return events.map(text => `  a-${index + 10} [000] ..... 1.000000: ${text}`);
      });
      const lines: string[] = [];
      let open = scripts.filter(script => script.length > 0);
      while (open.length > 0) {
        const chosen = open[choices.next().value % open.length];
        lines.push(chosen?.shift() ?? '');
        open = open.filter(script => script.length > 0);
      }
      const { attempts } = readLedger(lines.join('\n'));
      const of = (fate: string) => loads.filter(one => one.fate === fate);
      const bytes = (some: readonly { bytes: number }[]) => some.reduce((sum, one) => sum + one.bytes, 0);
      const { counters, duplicates } = sumAttempts(attempts);
      assert.equal(attempts.length, loads.length);
      assert.equal(counters.modcount, of('loaded').length);
      assert.equal(counters.failed_becoming, of('early').length);
      assert.equal(counters.failed_load_modules, of('late').length);
      assert.equal(counters.invalid_becoming_bytes, bytes(of('early')));
      assert.equal(counters.invalid_mod_bytes, 2 * bytes(of('late')));
      assert.equal(duplicates.get('x')?.count ?? 0, of('early').length + of('late').length);
      assert.equal(attempts.filter(({ outcome }) => outcome === 'merged').length, of('merged').length);
    }),
  );
  t.pass('they do');
});

t.test('mutated lines are read without an error, and give sound attempts', async t => {
  const maker = new LedgerMaker();
  for (const line of mutatedLines(storm, 30_000, 7)) maker.add(line);
  const { attempts } = maker.finish();
  t.ok(attempts.length > 100, 'some calls survive');
  t.ok(attempts.every(({ bytes, durationNs }) => bytes >= 0 && durationNs >= 0));
  t.ok(blameAttempts(attempts).length > 0);
});
