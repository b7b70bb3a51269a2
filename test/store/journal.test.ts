import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import { Journal, readJournal } from '../../harness/store/journal.ts';
import { JournalReplay, replayJournal } from '../../harness/store/journal-content.ts';
import { fakeCell, fakePlan, fakeRecord } from '../fakes/run-fixture.ts';

const plan = fakePlan([fakeCell('c1', 'stats', 2), fakeCell('c2', 'stats', 8)], 3);
const facts = { run: 'r', plan };
const records = plan.trials.map((trial, index) => fakeRecord(trial, { failed_becoming: index }));

async function write(path: string, list: readonly TrialRecord[]): Promise<void> {
  await using journal = await Journal.create(path, facts);
  await Promise.all(list.map(record => journal.append(record)));
}

t.test('records come back as they were, in the order of the calls', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  await write(path, records);
  const content = await readJournal(path, facts);
  t.strictSame(content.records, records);
  t.match(content, {
    header: { journal: 'modstorm', version: 1, run: 'r', planDigest: plan.digest },
    superseded: 0,
  });
  t.equal(content.torn, undefined);
  t.equal(readFileSync(path, 'utf8').split('\n').length, records.length + 2, 'one line each, and the header');
});

t.test('a torn last line is reported, and cut off before the next record', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  await write(path, records.slice(0, 2));
  const whole = readFileSync(path);
  // Any cut within the last line, down to its first byte.
  const lastStart = whole.lastIndexOf('\n', whole.length - 2) + 1;
  for (const cutAt of [lastStart + 1, lastStart + 20, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, cutAt));
    const torn = await readJournal(path, facts);
    t.strictSame(torn.torn, { line: 3, bytes: cutAt - lastStart });
    t.strictSame(torn.records, records.slice(0, 1));
    const { journal, content } = await Journal.resume(path, facts);
    t.equal(content.records.length, 1);
    await journal.append(records[2]!);
    await journal.close();
    t.strictSame((await readJournal(path, facts)).records, [records[0], records[2]]);
  }
  writeFileSync(path, Buffer.concat([whole, Buffer.alloc(4096)]));
  t.match(
    await readJournal(path, facts),
    { torn: { line: 4, bytes: 4096 } },
    'the zeros that ext4 leaves after a power cut',
  );
});

t.test('a damaged line in the middle is an error that names file, line and fix', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  await write(path, records.slice(0, 3));
  const lines = readFileSync(path, 'utf8').split('\n');
  const damage = (line: number, text: string) => {
    writeFileSync(path, lines.map((old, index) => (index + 1 === line ? text : old)).join('\n'));
    return readJournal(path, facts);
  };
  const bad = (record: object) => JSON.stringify({ ...records[1], ...record });
  for (const [text, message] of [
    [lines[2]!.slice(0, 40), /journal\.ndjson:3 is not JSON/],
    ['null', /:3 is not a trial record: expected object, received null/],
    ['[]', /:3 is not a trial record: expected object, received array/],
    [bad({ version: 2 }), /:3 has version 2/],
    [bad({ version: '1' }), /:3 is not a trial record: version: expected 1/],
    [bad({ trial: '../../x' }), /:3 is not a trial record: trial: is not an ID/],
    [bad({ trial: 'c9-001' }), /:3 has the trial c9-001, which plan\.json does not have/],
    [bad({ cell: 'c9' }), /:3 has the cell c9, but plan\.json has c2/],
    [bad({ repetition: 1e300 }), /:3 is not a trial record: repetition: Too big/],
    [bad({ repetition: 2 }), /:3 has repetition 2, but plan\.json has 1/],
    [bad({ order: null }), /:3 is not a trial record: order: expected number, received null/],
    [bad({ outcome: { kind: 'great' } }), /:3 is not a trial record: outcome.*: is not a known outcome/],
    [bad({ outcome: { kind: 'timeout', phase: 'nap', reason: '' } }), /:3 .* outcome\.phase/],
    [bad({ findings: undefined }), /:3 is not a trial record: findings: expected array, received undefined/],
    [bad({ findings: [null] }), /:3 is not a trial record: findings\[0\]: expected object, received null/],
    [bad({ metrics: { a: null } }), /:3 is not a trial record: metrics\.a: is not a number/],
    [bad({ metrics: { a: '1.5' } }), /:3 is not a trial record: metrics\.a: is not a number/],
    [bad({ metrics: { a: -1 } }), /:3 .* metrics\.a: is -1, and nothing that is measured is negative/],
    [bad({ metrics: { a: 1e300 } }), /:3 .* metrics\.a: is 1e\+300, and nothing .* reaches 2\^64/],
    [bad({ metrics: { a: '18446744073709551616' } }), /:3 .* reaches 2\^64/],
    [bad({ durationNs: -1 }), /:3 .* durationNs: Too small/],
    [bad({ bootNs: 1e300 }), /:3 .* bootNs: Too big/],
    [bad({ metrics: { 'a b': 1 } }), /:3 is not a trial record: metrics\["a b"\]: .* not a plain name/],
    [
      bad({}).replace('"metrics":{', '"metrics":{"__proto__":1,'),
      /:3 .* metrics: has a member named __proto__/,
    ],
    [bad({}).replace('"metrics":{', '"metrics":{"a":1e999,'), /:3 .* metrics\.a: is not a number/],
  ] as const) {
    await t.rejects(damage(3, text), { code: 'JOURNAL_DAMAGED', message, hint: /sed -i 3d/ });
  }
  await t.rejects(damage(1, '{}'), { code: 'JOURNAL_DAMAGED', message: /:1 is not a journal header/ });
  await t.rejects(damage(1, '{"journal":"modstorm","version":2}'), { message: /:1 has version 2/ });
  await t.rejects(damage(1, '{"journal":"modstorm","version":1}'), { message: /:1 .* run: expected string/ });
  writeFileSync(path, '');
  await t.rejects(readJournal(path, facts), { message: /:1 is not a header/ });
  await t.rejects(readJournal(`${path}.gone`, facts), { code: 'JOURNAL_MISSING' });
});

t.test('one writer at a time, and only for its own plan', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  const journal = await Journal.create(path, facts);
  await t.rejects(Journal.resume(path, facts), { code: 'LOCK_HELD' });
  await t.rejects(Journal.create(path, facts), { code: 'LOCK_HELD' });
  await journal.close();
  await t.rejects(Journal.create(path, facts), { code: 'JOURNAL_EXISTS' });
  const other = { ...plan, digest: 'e'.repeat(64) };
  await t.rejects(Journal.resume(path, { ...facts, plan: other }), { code: 'JOURNAL_OTHER_PLAN' });
  await t.rejects(readJournal(path, { ...facts, plan: other }), {
    code: 'JOURNAL_OTHER_PLAN',
    message: /dddd.* eeee/,
  });
  const { journal: again } = await Journal.resume(path, facts);
  await again.close();
});

t.test('of two records for one trial the last counts', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  const lost = fakeRecord(plan.trials[0]!, {}, { kind: 'infrastructure', reason: 'QEMU died' });
  await write(path, [lost, records[1]!, records[0]!]);
  const content = await readJournal(path, facts);
  t.strictSame(content.records, [records[1], records[0]]);
  t.equal(content.superseded, 1);
});

t.test('a run that died before its journal had a header can be resumed', async t => {
  const folder = t.testdir({ torn: '{"journal":"mod' });
  for (const name of ['torn', 'missing']) {
    const { journal, content } = await Journal.resume(join(folder, name), facts);
    t.strictSame(content.records, []);
    await journal.append(records[0]!);
    await journal.close();
    t.strictSame((await readJournal(join(folder, name), facts)).records, [records[0]], name);
  }
});

t.test('no record with a number that JSON would turn into null is written', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  await using journal = await Journal.create(path, facts);
  await t.rejects(
    journal.append(fakeRecord(plan.trials[0]!, { a: Number.NaN })),
    /c1-001: metrics\.a: is not a number/,
  );
  await journal.append(fakeRecord(plan.trials[0]!, { big: '18446744073709551615' }));
  t.equal(
    (await readJournal(path, facts)).records[0]?.metrics['big'],
    '18446744073709551615',
    'all digits survive',
  );
});

t.test(
  'property: cut anywhere, a journal gives the records before the cut or says that it has no header',
  async t => {
    const path = join(t.testdir(), 'journal.ndjson');
    await write(path, records);
    const whole = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(whole.length), cutAt => {
        const part = whole.subarray(0, cutAt);
        const newlines = part.toString('utf8').split('\n').length - 1;
        if (newlines === 0) {
          t.throws(() => replayJournal(part, 'j', plan), { code: 'JOURNAL_DAMAGED' });
          return true;
        }
        const content = replayJournal(part, 'j', plan);
        return (
          content.records.length === newlines - 1 && content.bytes + (content.torn?.bytes ?? 0) === cutAt
        );
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 8 }), cuts => {
        const replay = new JournalReplay('j', plan);
        const places = [0, ...cuts.sort((one, other) => one - other), whole.length];
        for (const [index, place] of places.entries())
          replay.add(whole.subarray(place, places[index + 1] ?? whole.length));
        t.strictSame(replay.finish(), replayJournal(whole, 'j', plan), 'in pieces it is the same');
      }),
    );
    appendFileSync(path, '\n');
    await t.rejects(readJournal(path, facts), { message: /:8 is not JSON/ }, 'an empty line is damage too');
  },
);

t.test('a record names its run and carries a checksum: nothing foreign or changed is believed', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  await write(path, records.slice(0, 3));
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  const changed = async (line: string, message: RegExp) => {
    writeFileSync(path, [...lines.slice(0, 2), line, ...lines.slice(3)].join('\n'));
    await t.rejects(readJournal(path, facts), { code: 'JOURNAL_DAMAGED', message }, String(message));
    await t.rejects(Journal.resume(path, facts), { code: 'JOURNAL_DAMAGED', message });
  };
  await changed(lines[2]!.replace('"failed_becoming":1', '"failed_becoming":9'), /:3 was changed/);
  await changed(lines[2]!.replace('"metrics":{', '"metrics":{"failed_becoming":7,'), /:3 was changed/);
  await changed(JSON.stringify(records[1]), /:3 carries no checksum/);
  const foreign = join(t.testdir({}), 'foreign.ndjson');
  await using journal = await Journal.create(foreign, { run: 'other', plan });
  await journal.append(records[1]!);
  await changed(readFileSync(foreign, 'utf8').split('\n')[1]!, /:3 belongs to another run, "other"/);
  await t.rejects(readJournal(foreign, facts), { code: 'JOURNAL_OTHER_RUN' });
});

t.test('journals of versions that sealed no record are read, and go on as they are', async t => {
  const path = join(t.testdir(), 'journal.ndjson');
  const header = { journal: 'modstorm', version: 1, run: 'r', planDigest: plan.digest };
  writeFileSync(path, [header, records[0]].map(line => `${JSON.stringify(line)}\n`).join(''));
  {
    const { journal } = await Journal.resume(path, facts);
    await using _ = journal;
    await journal.append(records[1]!);
  }
  t.strictSame((await readJournal(path, facts)).records, records.slice(0, 2));
});
