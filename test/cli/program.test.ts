import { CommanderError } from 'commander';
import t from 'tap';
import { chosenFormat, parseAmount, parseCount, parseLevel } from '../../harness/cli/options.ts';
import { allCommands, parseCommandLine as parse } from '../fakes/command-line.ts';

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

t.test('what shapes a commit message is refused with another format', async t => {
  t.equal(chosenFormat({ format: 'commit', style: 'perf', top: 0, plot: true }), 'commit');
  for (const options of [{ style: 'perf' as const }, { top: 3 }])
    t.throws(() => chosenFormat(options), { code: 'FORMAT_UNFIT', hint: /--format commit/ });
  t.throws(() => chosenFormat({ plot: true, format: 'json' }), {
    code: 'FORMAT_UNFIT',
    hint: /--format terminal/,
  });
  t.equal(chosenFormat({ plot: true }), 'terminal');
  t.match(await parse('report', 'latest', '--format', 'commit', '--style', 'pipe', '--top', '0'), {
    options: { style: 'pipe', top: 0 },
  });
  await t.rejects(parse('report', 'latest', '--style', 'excel'), CommanderError);
  t.throws(() => chosenFormat({ format: 'commit', origin: 'x' }), {
    code: 'FORMAT_UNFIT',
    hint: /--format kcidb/,
  });
  t.match(await parse('report', 'latest', '--format', 'kcidb', '--origin', 'my_lab'), {
    options: { origin: 'my_lab' },
  });
  await t.rejects(parse('report', 'latest', '--origin', 'My Lab'), CommanderError);
  await t.rejects(parse('report', 'latest', '--top', '-1'), CommanderError);
});

t.test('baselines are named alike wherever they are', async t => {
  for (const words of [
    ['compare', 'a', 'b'],
    ['history'],
    ['baseline', 'list'],
    ['baseline', 'save', 'x', 'y'],
  ])
    t.match(
      await parse(...words, '--baselines', 'there'),
      { options: { baselines: 'there' } },
      words.join(' '),
    );
});

t.test(
  'what shows a run or a comparison takes the same options; every command that reads runs knows where they are',
  async t => {
    const longs = (name: string) =>
      allCommands()
        .find(command => command.name() === name)!
        .options.map(({ long }) => long);
    for (const name of ['run', 'report', 'compare'])
      for (const option of [
        '--format',
        '--json',
        '--all',
        '--plot',
        '--style',
        '--top',
        '--origin',
        '--results',
      ])
        t.ok(longs(name).includes(option), `${name} ${option}`);
    for (const name of ['history', 'save', 'status', 'log', 'why', 'calibrate', 'step'])
      t.ok(longs(name).includes('--results'), name);
    for (const name of ['save', 'list', 'show', 'remove', 'history', 'plan', 'build', 'doctor', 'inspect'])
      t.ok(longs(name).includes('--json'), name);
  },
);

t.test('an option means the same in every command', async t => {
  const meanings = new Map<string, Set<string>>();
  for (const command of allCommands()) {
    for (const { long, flags } of command.options)
      meanings.set(long!, (meanings.get(long!) ?? new Set()).add(flags));
  }
  for (const [option, flags] of meanings) t.equal(flags.size, 1, `${option}: ${[...flags].join(', ')}`);
});
