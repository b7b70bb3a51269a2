import { readFileSync } from 'node:fs';
import t from 'tap';
import { LedgerMaker } from '../../harness/measurement/trace/ledger.ts';
import { projectPath } from '../../harness/project.ts';
import { mutatedLines } from '../fakes/mutated-lines.ts';

t.test('a million mutated lines are read without an error, in bounded memory', async t => {
  const storm = readFileSync(projectPath('test/golden/traces/6.12-storm.txt'), 'utf8');
  const maker = new LedgerMaker();
  for (const line of mutatedLines(storm, 1_000_000, 11)) maker.add(line);
  const { attempts, events } = maker.finish();
  t.ok(events > 100_000);
  t.ok(attempts.length > 1000 && attempts.length < events);
  t.ok(process.memoryUsage().rss < 500e6, 'less than 500 MB');
});
