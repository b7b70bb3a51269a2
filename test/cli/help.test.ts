import t from 'tap';
import { type HelpOptions, helpCommand } from '../../harness/cli/commands/help.ts';
import { readTopic, topicNames } from '../../harness/cli/help/help-topic.ts';
import { parseMarkdown, plainInline, sectionOf } from '../../harness/cli/help/markdown.ts';
import { topicText } from '../../harness/cli/help/topic-text.ts';
import { defineProgram } from '../../harness/cli/program.ts';
import { commitStyles } from '../../harness/report/export-options.ts';
import { formatNames } from '../../harness/report/formats.ts';
import { fakeContext } from '../fakes/command-context.ts';
import { allCommands } from '../fakes/command-line.ts';

const program = defineProgram(async () => undefined);

function help(words: string[], options: HelpOptions = {}): string {
  const context = fakeContext();
  context.columns = 80;
  t.equal(helpCommand(words, options, program, context), 0);
  return context.output;
}

t.test('commands, topics, and the list of both', async t => {
  const list = help([]);
  for (const name of [...topicNames, 'run', 'history']) t.match(list, new RegExp(`^ {2}${name} `, 'm'), name);
  t.match(help(['report']), /^Usage: modstorm report \[options\] <run>/);
  t.match(help(['baseline', 'save']), /^Usage: modstorm baseline save /);
  const both = help(['bisect']);
  t.match(both, /^Usage: modstorm bisect [\s\S]*\nHow a search works\n/, 'a command that is a topic is both');
  t.throws(() => help(['verdict']), { code: 'HELP_UNKNOWN', hint: 'Did you mean verdicts?' });
  t.throws(() => help(['zzzzzzzz']), { code: 'HELP_UNKNOWN', hint: /^Topics: matrix, / });
});

t.test('every topic is a text of the project and fits its terminal, but for code', async t => {
  for (const name of topicNames) {
    const blocks = readTopic(name).filter(({ kind }) => kind !== 'code');
    t.ok(topicText(blocks).length > 300, name);
    for (const columns of [40, 80, 200]) {
      const lines = topicText(blocks, columns).split('\n');
      t.strictSame(
        lines.filter(line => line.length > columns),
        [],
        `${name} at ${columns}`,
      );
    }
  }
  t.match(help(['workloads']), /^Writing your own workload\n/, 'a part of a text');
  t.notMatch(help(['metrics']), 'Writing your own workload', 'ends where the next part begins');
  t.throws(() => sectionOf([], 'none'), RangeError);
});

t.test('the text about formats names each', async t => {
  const text = help(['formats']);
  for (const name of [...formatNames, ...commitStyles]) t.match(text, new RegExp(`\\b${name}\\b`), name);
});

t.test(
  'the manual page has every command, option and topic; no line of a text is a command of roff',
  async t => {
    const page = help([], { man: true });
    const macros = /^\.(?:TH|SH|SS|PP|TP|IP|B|I|RS|RE|EX|EE)(?: |$)/;
    t.strictSame(
      page.split('\n').filter(line => /^[.']/.test(line) && !macros.test(line)),
      [],
    );
    t.notMatch(page, /[^\n\x20-\x7e]/, 'ASCII');
    t.notMatch(
      page,
      /\\(?![efBIR&-]|\(dq|\(bu|\[u[0-9A-F]{4,6}\]|f[BIR])/,
      'every backslash begins a known escape',
    );
    const plain = page.replaceAll('\\-', '-');
    for (const command of allCommands())
      for (const { flags } of command.options)
        t.ok(plain.includes(`.B ${flags}\n`), `${command.name()} ${flags}`);
    for (const name of topicNames) t.ok(plain.includes(`.SH ${name.toUpperCase()}\n`), name);
  },
);

t.test('what our texts use of Markdown', async t => {
  const text = [
    '<!-- generated -->',
    '# A *title*',
    'One',
    'two [file](x.md), [web](https://x.org), [ref][r], `a*b*c` and **bold**.',
    '',
    '- item',
    '  goes on',
    '1. first',
    '| a | b |',
    '|---|---|',
    '| `x\\|y` | 2 |',
    '```sh',
    '# no heading',
    '```',
    '[r]: https://x.org',
    '## B',
  ].join('\n');
  t.strictSame(parseMarkdown(text), [
    { kind: 'heading', level: 1, text: 'A *title*' },
    {
      kind: 'paragraph',
      text: 'One two [file](x.md), [web](https://x.org), [ref][r], `a*b*c` and **bold**.',
    },
    { kind: 'item', mark: '-', text: 'item goes on' },
    { kind: 'item', mark: '1.', text: 'first' },
    { kind: 'table', head: ['a', 'b'], rows: [['`x\\|y`', '2']] },
    { kind: 'code', lines: ['# no heading'] },
    { kind: 'heading', level: 2, text: 'B' },
  ]);
  t.equal(
    plainInline('One [file](x.md), [web](https://x.org), [ref][r], `a*b*c` and **bold**, `x\\|y`.'),
    'One file, web (https://x.org), ref, a*b*c and bold, x|y.',
  );
  t.strictSame(
    parseMarkdown('```\nopen'),
    [{ kind: 'code', lines: ['open'] }],
    'a fence that is never closed',
  );
});
