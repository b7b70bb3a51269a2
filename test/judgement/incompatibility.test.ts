import t from 'tap';
import { findIncompatibilities } from '../../harness/judgement/incompatibility.ts';
import { pairAcross, pairWithin } from '../../harness/judgement/pairing.ts';
import { sideOfRun } from '../../harness/judgement/side.ts';
import { fakeCapabilities } from '../fakes/run-folder-fixture.ts';
import { cells, makeContent, makeSide } from './side-fixture.ts';

t.test('unlike facts are found, but for those that the axis explains and those nobody knows', async t => {
  const side = makeSide();
  const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
  t.strictSame(
    findIncompatibilities(pairs, side, side, 'config'),
    [],
    'dups against no dups is the comparison',
  );
  t.match(findIncompatibilities(pairs, side, side, 'vcpus'), [
    { fact: 'autoload_dups', pairs: [pairs[0]!.name] },
  ]);
  const { run, plan, records } = makeContent();
  const fewer = records.map(record =>
    record.cell === 'c'
      ? { ...record, capabilities: { ...fakeCapabilities(cells[2]!), cpusOnline: 1 } }
      : record,
  );
  const one = sideOfRun({ run, plan, records: fewer });
  t.match(findIncompatibilities(pairAcross(side, one).pairs, side, one), [
    { fact: 'cpus_online', base: '8', new: '1', pairs: ['config=stats vcpus=8'] },
  ]);
  const crashed = fewer.map(record =>
    record.cell === 'c' ? { ...record, outcome: { kind: 'failed' as const, reason: 'x' } } : record,
  );
  const dead = sideOfRun({ run, plan, records: crashed });
  t.strictSame(
    findIncompatibilities(pairAcross(side, dead).pairs, side, dead),
    [],
    'who never booted proved nothing',
  );
});
