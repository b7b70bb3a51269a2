import t from 'tap';
import { CrashWatch } from '../../harness/machine/crash-watch.ts';
import type { Crash } from '../../harness/measurement/crashes/crash.ts';

t.test('crashes are found as the console grows', t => {
  const recognise = (lines: readonly string[]): Crash[] =>
    lines.flatMap((line, index) => {
      if (!/^(WARNING|panic)/.test(line)) return [];
      const fatal = line.startsWith('panic');
      const evidence = lines.slice(index, fatal ? undefined : index + 2);
      return [{ class: fatal ? 'panic' : 'warning', title: evidence.slice(0, 2).join(' '), evidence, fatal }];
    });
  const titles = (watch: CrashWatch) => watch.crashes.map(each => each.title);
  const watch = new CrashWatch(recognise);
  watch.push(['boot', 'WARNING']);
  t.same(titles(watch), ['WARNING']);
  watch.push(['one', 'between', 'WARNING', 'two']);
  t.same(titles(watch), ['WARNING one', 'WARNING two'], 'a title may still grow');
  t.equal(watch.fatal, undefined);
  watch.push(Array.from({ length: 5000 }, () => 'noise'));
  watch.push(['panic', 'now']);
  watch.push(['trace', 'end']);
  t.same(watch.fatal?.evidence, ['panic', 'now', 'trace', 'end']);
  t.same(titles(watch), ['WARNING one', 'WARNING two', 'panic now']);
  t.end();
});
