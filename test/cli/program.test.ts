import { type Command, CommanderError } from 'commander';
import t from 'tap';
import { chosenFormat, parseAmount, parseCount, parseLevel } from '../../harness/cli/options.ts';
import { defineProgram } from '../../harness/cli/program.ts';

/** Parses a command line; says which command would run with which options, or how commander refuses it. */
async function parse(...words: string[]): Promise<{ name: string; options: Record<string, unknown> }> {
  const program = defineProgram(async () => {});
  let chosen: Command | undefined;
  program.hook('preAction', (_, command) => {
    chosen = command;
  });
  const silent = { writeOut: () => {}, writeErr: () => {} };
  for (const command of [program, ...allCommands(program)]) command.configureOutput(silent);
  await program.parseAsync(words, { from: 'user' });
  return { name: chosen!.name(), options: chosen!.opts() };
}

function allCommands(program: Command): Command[] {
  return program.commands.flatMap(command => [command, ...allCommands(command)]);
}

t.test('options become values of their kind', async t => {
  const words = ['--filter', 'vcpus=8', '--filter', 'config=stats', '--shard', '2/4', '--seed', '0'];
  t.match(await parse('plan', 'quick', ...words, '--repetitions', '5'), {
    name: 'plan',
    options: {
      filter: ['vcpus=8', 'config=stats'],
      shard: { index: 2, count: 4 },
      seed: 0,
      repetitions: 5,
      accel: 'auto',
    },
  });
  t.match(await parse('compare', 'a', 'b', '--alpha', '.01', '--at-least', '0'), {
    options: { alpha: 0.01, atLeast: 0, format: 'terminal' },
  });
});

t.test('a value that is none is refused', async t => {
  const wrong = [
    ['--seed', '-1'],
    ['--seed', ''],
    ['--seed', '4294967296'],
    ['--seed', '1.5'],
    ['--repetitions', '0'],
    ['--repetitions', 'many'],
  ];
  for (const words of wrong)
    await t.rejects(parse('plan', 'quick', ...words), CommanderError, words.join(' '));
  for (const shard of ['5/4', '0/4', '1', '1/2/3', 'a/b'])
    await t.rejects(parse('plan', 'quick', '--shard', shard), { code: 'SHARD_INVALID' }, shard);
  await t.rejects(parse('report', 'latest', '--format', 'pdf'), CommanderError);
  await t.rejects(parse('plan', 'quick', '--no-such-option'), CommanderError);
});

t.test('numbers from words', async t => {
  t.equal(parseCount('1'), 1);
  t.equal(parseCount('1000000'), 1e6);
  for (const text of ['0', '1000001', '1.5', ' ', 'x']) t.throws(() => parseCount(text), text);
  t.equal(parseLevel('0.001'), 0.001);
  for (const text of ['0', '1', '', 'x']) t.throws(() => parseLevel(text), text);
  t.equal(parseAmount('0'), 0);
  for (const text of ['-1', '', 'Infinity', 'x']) t.throws(() => parseAmount(text), text);
});

t.test('--json is short for --format json', async t => {
  t.equal(chosenFormat({}), 'terminal');
  t.equal(chosenFormat({ format: 'stats' }), 'stats');
  t.equal(chosenFormat({ format: 'terminal', json: true }), 'json');
});

t.test('an option means the same in every command', async t => {
  const program = defineProgram(async () => {});
  const meanings = new Map<string, Set<string>>();
  for (const command of allCommands(program)) {
    for (const { long, flags } of command.options)
      meanings.set(long!, (meanings.get(long!) ?? new Set()).add(flags));
  }
  for (const [option, flags] of meanings) t.equal(flags.size, 1, `${option}: ${[...flags].join(', ')}`);
});
