import fc from 'fast-check';
import t from 'tap';
import { escapeOutput, escapeTail, escapeText } from '../harness/escape.ts';

t.test('what a terminal would obey is shown instead', async t => {
  for (const [hostile, shown] of [
    ['\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'],
    ['a\r\nb\tc\0', 'a\\r\\nb\\tc\\x00'],
    ['\x7f\x9b31m', '\\x7f\\x9b31m'],
    ['\u202etxt.exe\u2066', '\\u202etxt.exe\\u2066'],
    ['\u200b\u2028\ufeff', '\\u200b\\u2028\\ufeff'],
    ['\ud800x', '\\ud800x'],
    ['Bär 模块 😀 \\n', 'Bär 模块 😀 \\n'],
  ] as const) {
    t.equal(escapeText(hostile), shown);
  }
  t.equal(escapeText('a\n\tb\r', { multiline: true }), 'a\n\tb\\r');
});

t.test('what is too long is cut', async t => {
  t.equal(escapeText('abcdef', { length: 6 }), 'abcdef');
  t.equal(escapeText('abcdefg', { length: 6 }), 'abcde…');
  t.equal(escapeText('\x1b\x1b\x1b', { length: 10 }), '\\x1b\\x1b…');
  t.equal(escapeText('a😀😀', { length: 3 }), 'a…', 'no half of a pair is left');
  t.equal(escapeText('x'.repeat(5000)).length, 2000);
  t.strictSame(escapeTail(['1', '2', '3\x07', '4'.repeat(9)], 2, 6), ['3\\x07', '44444…']);
});

t.test('property: one line, bounded, and nothing left to escape', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 60 }), (text, length) => {
      const shown = escapeText(text, { length });
      const codes = [...shown].map(character => character.codePointAt(0)!);
      const safe = codes.every(code => code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && code !== 0x202e);
      return safe && shown.length <= length && !/\p{Surrogate}/u.test(shown);
    }),
  );
});

t.test(
  'property: nothing that is printed is obeyed, and a JSON document stays the same document',
  async () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
        const label = { [text]: [text, value] };
        const document = `${JSON.stringify(label, null, 2)}\n`;
        const printed = escapeOutput(document);
        return (
          !hostile.test(escapeOutput(text).replaceAll(/[\n\t]/g, '')) &&
          sameJson(JSON.parse(printed), document)
        );
      }),
    );
  },
);

const hostile = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function sameJson(value: unknown, document: string): boolean {
  return JSON.stringify(value) === JSON.stringify(JSON.parse(document));
}

t.test('what needs no escape is printed as it is', async t => {
  const text = 'Bär 模块 😀 \\n\n\t\\x1b\n';
  t.equal(escapeOutput(text), text);
  t.equal(
    escapeOutput('a\x1b]0;x\x07\u202eb\r\u{e0041}'),
    'a\\u001b]0;x\\u0007\\u202eb\\u000d\\udb40\\udc41',
  );
});
