import fc from 'fast-check';
import t from 'tap';
import { type FormatName, formatNames, loadExporter } from '../../harness/report/formats.ts';
import { hostileRun, hostileText, troubledRuns } from '../fakes/hostile-run.ts';
import { bencherSchema, githubActionBenchmarkSchema, kcidbSchema } from '../fixtures/schemas/time-series.ts';

/** Pieces that mean something to one reader or another, and the characters that they are made of. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        hostileText,
        '\x1b]8;;http://x\x07',
        '\u202e\u2066\u200f',
        '</testcase><!--',
        ']]>',
        '&#x0;',
        '::add-mask::x',
        '\n::error::x\n',
        '```\n',
        '<script>',
        '[x](javascript:x)',
        '@user #1',
        ' # SKIP',
        '\nBail out!',
        'not ok 1\n  ---\n',
        '"} 1 1700000000000\n',
        '\\',
        '\\"',
        '\n-- \n',
        'commit deadbeefdeadbeef',
        '__proto__',
        'constructor',
        '\ud800',
        '\uffff',
        '\u2028',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map(pieces => pieces.join(''));

const parsed = (schema: { parse(value: unknown): unknown }) => (text: string) =>
  schema.parse(JSON.parse(text)) !== undefined;

/** What each face holds beside what all hold; each has a test of its own in test/report/formats. */
const checks: Partial<Record<FormatName, (text: string) => boolean>> = {
  json: text => JSON.parse(text).version === 1,
  commit: text =>
    /^(?:(?: {2}[\x21-\x7e](?:[\x20-\x7e]{0,68}[\x21-\x7e])?| {4,}[\x21-\x7e][\x20-\x7e]*)?\n)+$/.test(text),
  github: text =>
    text.split('\n').every(line => line === '' || /^::(?:error|warning|notice) title=[^:,]*::/.test(line)),
  junit: text =>
    !/<(?!\/?(?:testsuites?|testcase|properties|property|failure|error|skipped|system-out)\b|\?xml)/.test(
      text,
    ),
  tap: text => !/^\s*bail out!/im.test(text),
  ktap: text => text.split('\n').every(line => /^(?: {2})?(?:KTAP|1\.\.|ok |not ok |# |$)/.test(line)),
  bencher: parsed(bencherSchema),
  'github-action-benchmark': parsed(githubActionBenchmarkSchema),
  kcidb: parsed(kcidbSchema),
  openmetrics: text =>
    text.split('\n').every(line => /^(?:# (?:HELP|TYPE|EOF)|modstorm_\w*\{.*\} [\d.e+-]+$|$)/.test(line)),
};

/** Control characters, and those that hide or turn text round. */
const dangerous = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;

t.test('whatever names and texts hold, every face stays what it is', async t => {
  const exporters = await Promise.all(
    formatNames.map(async name => ({ name, exporter: await loadExporter(name) })),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(hostile, text => {
        const report = hostileRun(text);
        for (const { name, exporter } of exporters) {
          const shown = exporter.run(report);
          const all = `${shown}${exporter.summary?.run(report, 1e6) ?? ''}`;
          // JSON writes control characters as escapes, and keeps the others for the program that reads it.
          if (name !== 'json' && dangerous.test(all))
            throw new Error(`${name}: ${JSON.stringify(dangerous.exec(all))}`);
          if (checks[name]?.(shown) === false)
            throw new Error(`${name} is broken: ${JSON.stringify(shown.slice(0, 3000))}`);
        }
      }),
      { numRuns: 40, seed: 20261126 },
    ),
  );
});

/** Time series have no words: what was not measured is absent there. */
const wordless: ReadonlySet<FormatName> = new Set(['bencher', 'github-action-benchmark']);

/** What a face must say of a run, in its own words. */
const told: Record<string, RegExp> = {
  'no finished trials': /not[ _-]run|no boot of this cell passed|"notRun": 3|NOT_ENOUGH|"status": "MISS"/i,
  interrupted: /interrupted|not[ _]run|no boot of this cell passed|"status": "MISS"/i,
  'one trial a cell':
    /NOT[ _]ENOUGH|fewer than 5 boots|too few boots|outcome="passed"} 1\n|the only boot|"status": "SKIP"/,
  'everything crashed': /crashed|no boot of this cell passed|"status": "FAIL"/i,
  'all metrics missing':
    /nothing measured|no metric was measured|"metrics": \{\}|outcome="passed"} 3\n|no module statistics/i,
};

/** Metrics that the runs with this trouble did not measure: whatever a face says of them would be invented. */
const unmeasured = ['no finished trials', 'everything crashed', 'all metrics missing'];

t.test('what a run lacks is said by every face, and no number is invented', async t => {
  const runs = troubledRuns();
  t.strictSame(Object.keys(told), Object.keys(runs));
  for (const name of formatNames) {
    const exporter = await loadExporter(name);
    for (const [trouble, report] of Object.entries(runs)) {
      const text = `${exporter.run(report)}${exporter.summary?.run(report, 1e6) ?? ''}`;
      const plain = text.replaceAll(/base64,[^"]*/g, '');
      if (!wordless.has(name)) t.match(plain, told[trouble]!, `${name}: ${trouble}`);
      t.notMatch(plain, /NaN|undefined|\[object/, `${name}: ${trouble}`);
      if (!unmeasured.includes(trouble)) continue;
      t.notMatch(plain, /wasted[^\n]*\d (?:B|KiB|MiB)|boot s +\d/, `${name}: ${trouble}: no value`);
      if (wordless.has(name)) t.match(plain, /^(?:\{\}|\[\])\n$/, `${name}: ${trouble}: nothing`);
    }
  }
});
