import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { printResults } from '../../harness/cli/print-results.ts';
import { fakeContext } from '../fakes/command-context.ts';

const printed = { text: '::notice::x\n', summary: (room: number) => `room for ${room}\n` };

t.test('a summary goes where GitHub looks for it, after what is there', async t => {
  const file = join(t.testdir(), 'summary.md');
  writeFileSync(file, 'before\n');
  const context = fakeContext();
  context.environment = { GITHUB_STEP_SUMMARY: file };
  await printResults(printed, context);
  t.equal(context.output, '::notice::x\n');
  t.equal(readFileSync(file, 'utf8'), `before\nroom for ${900 * 1024 - 7}\n`);
});

t.test('without that place a reader sees both, and other formats have one text', async t => {
  const both = fakeContext();
  await printResults(printed, both);
  t.equal(both.output, `::notice::x\n\nroom for ${900 * 1024}\n`);
  const one = fakeContext();
  await printResults({ text: 'x\n' }, one);
  t.equal(one.output, 'x\n');
});
