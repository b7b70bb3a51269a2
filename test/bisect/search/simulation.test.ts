import t from 'tap';
import { modstorm, rivals, simulate } from '../simulation/table.ts';
import { kinds } from '../simulation/world.ts';

const named = (text: string) => kinds.find(({ name }) => name.includes(text))!;

t.test('the search names a right commit, or none, whatever the data are like', t => {
  // What belongs to a build deceives every scheme, ours too: README.md has the figures.
  for (const kind of kinds.filter(({ name }) => !name.includes('each build'))) {
    const { correct, wrong } = simulate(modstorm, kind, 96, kind === named('no change') ? 4 : 16);
    t.equal(wrong, 0, `${kind.name}: none wrong`);
    const least = kind === named('no change') ? 0 : kind === named('0 to .3') ? 80 : 96;
    t.ok(correct >= least, `${kind.name}: ${correct.toFixed(0)} % right, at least ${least}`);
  }
  t.end();
});

t.test('it costs what it is said to cost', t => {
  const limits = { deterministic: [11, 48], '3 sd': [11, 68], '1.5 sd': [11.5, 140] };
  for (const [name, [builds, boots]] of Object.entries(limits)) {
    const row = simulate(modstorm, named(name), 96, 25);
    t.ok(
      row.builds <= builds! && row.boots <= boots!,
      `${name}: ${row.builds.toFixed(1)} builds, ${row.boots.toFixed(0)} boots`,
    );
  }
  t.end();
});

t.test('the worlds are as hard as they are meant to be', t => {
  const [plain, best] = rivals.map(rival => simulate(rival, named('2 sd'), 96, 50));
  t.ok(plain!.wrong > 30, `one boot a step is wrong in ${plain!.wrong} %`);
  t.ok(best!.correct > plain!.correct, `best of 11 is right in ${best!.correct} %`);
  for (const rival of rivals) {
    const { correct } = simulate(rival, named('deterministic'), 96, 5);
    t.equal(correct, 100, `${rival.name} finds what has no noise`);
  }
  t.end();
});
