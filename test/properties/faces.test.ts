import fc from 'fast-check';
import t from 'tap';
import { type FormatName, formatNames, loadExporter } from '../../harness/report/formats.ts';
import { hostileRun, hostileText } from '../fakes/hostile-run.ts';
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
