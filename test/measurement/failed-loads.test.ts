import t from 'tap';
import { checkFailedLoads, type LoadOutcomes, loadOutcomes } from '../../harness/measurement/failed-loads.ts';

const metrics = {
  failed_becoming: 83,
  failed_load: 16,
  failed_kread: 1,
  failed_decompress: 0,
  duplicates: 99,
  mods_loaded: 66,
};
const outcomes = loadOutcomes(metrics, 5);

const codes = (changes: Partial<LoadOutcomes>) =>
  checkFailedLoads({ ...outcomes, ...changes }).map(({ code, severity }) => `${severity} ${code}`);

t.test('the outcomes of loads, from metrics', async t => {
  t.same(outcomes, {
    failed: 100n,
    failedWhereDuplicatesDo: 99n,
    duplicates: 99n,
    loaded: 66n,
    succeeded: 5n,
  });
  const { failed_kread: _, mods_loaded: __, ...fewer } = metrics;
  t.match(loadOutcomes(fewer, undefined), { failed: undefined, loaded: undefined, succeeded: undefined });
  t.match(loadOutcomes({ ...metrics, duplicates: '9007199254740993' }, '1.5'), {
    duplicates: 9007199254740993n,
    succeeded: undefined,
  });
});

t.test('failures that are duplicates are believed', async t => {
  t.same(codes({}), [], 'the boot with 8 vCPUs of df3e764d8e5c');
  t.same(codes({ failed: 1411n, failedWhereDuplicatesDo: 1411n, duplicates: 1411n }), [], 'and with 255');
  t.same(codes({ loaded: 0n, succeeded: 0n }), [], 'the module was there before: duplicates only');
  t.same(codes({ failed: 0n, failedWhereDuplicatesDo: 0n, duplicates: 0n, loaded: 0n }), [], 'nothing asked');
  t.same(codes({ duplicates: undefined }), [], 'a table that was cut tells nothing');
  t.same(codes({ duplicates: undefined, loaded: 0n, succeeded: 0n }), []);
  t.same(codes({ duplicates: 200n }), [], 'loads that went on while the text was read');
});

t.test('a module that never loads is no result', async t => {
  const never = { failed: 3050n, failedWhereDuplicatesDo: 3050n, duplicates: 0n, loaded: 0n, succeeded: 0n };
  t.same(codes(never), ['invalid NOTHING_LOADED']);
  t.same(codes({ ...never, succeeded: undefined }), ['invalid NOTHING_LOADED']);
  t.same(
    codes({ ...never, failed: 1n, failedWhereDuplicatesDo: 0n }),
    ['invalid NOTHING_LOADED'],
    'one kread',
  );
  const unknown = { failed: undefined, failedWhereDuplicatesDo: undefined, duplicates: undefined };
  t.same(codes({ ...unknown, loaded: undefined, succeeded: 0n }), ['invalid NOTHING_LOADED'], 'no counters');
  t.same(codes({ ...unknown, loaded: undefined, succeeded: undefined }), []);
  t.same(codes({ ...never, loaded: 1n }), ['invalid FAILURES_NOT_DUPLICATES'], 'a dependency was loaded');
  t.match(
    checkFailedLoads({ ...outcomes, ...never })[0]?.message,
    /not one load of the workload succeeded: 3050 failed, and none as a duplicate/,
  );
});

t.test('failures that are not in the table', async t => {
  const of = (failures: bigint, duplicates: bigint) =>
    codes({ failed: failures, failedWhereDuplicatesDo: failures, duplicates });
  t.same(of(36n, 32n), ['note FAILURES_NOT_DUPLICATES'], 'four processes that a signal ended');
  t.same(of(3681n, 3665n), ['note FAILURES_NOT_DUPLICATES']);
  t.same(of(3681n, 3500n), ['note FAILURES_NOT_DUPLICATES'], 'less than a tenth');
  t.same(of(3681n, 3000n), ['invalid FAILURES_NOT_DUPLICATES']);
  t.same(of(17n, 0n), ['invalid FAILURES_NOT_DUPLICATES']);
});
