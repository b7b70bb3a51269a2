import t from 'tap';
import { counterChange, readCounters } from '../../../harness/measurement/module-stats/counters.ts';
import { checkTextAgainstFiles, wastedBytes } from '../../../harness/measurement/module-stats/cross-check.ts';

t.test('counters: the single files of debugfs', async t => {
  const reading = readCounters({
    modcount: '-2\n',
    total_mod_size: ' 7 ',
    failed_kreads: 'no',
    bogus: '1',
    invalid_mod_bytes: '-4',
  });
  t.same(reading.counters, {
    modcount: 2n ** 32n - 2n,
    total_mod_size: 7n,
    invalid_mod_bytes: 2n ** 64n - 4n,
  });
  t.same(
    reading.findings.map(({ code }) => code),
    ['OUT_OF_RANGE', 'UNKNOWN_COUNTER', 'CORRUPT'],
  );
  t.equal(counterChange('modcount', 2n ** 32n - 2n, 3n), 5n, 'an atomic_t wraps');
  t.equal(counterChange('total_mod_size', 9n, 3n), undefined, 'an atomic_long_t does not');
  t.equal(wastedBytes({ invalid_kread_bytes: 1n }), undefined, 'missing is not zero');
  t.match(checkTextAgainstFiles({ modcount: 3n, failed_kreads: 1n }, { modcount: 2n, failed_kreads: 2n }), [
    { code: 'TEXT_FILES_DIFFER', severity: 'note' },
    { code: 'TEXT_FILES_DIFFER', severity: 'warning' },
  ]);
});
