import t from 'tap';
import { type InspectedFile, pairFiles } from '../../harness/measurement/inspected-files.ts';
import { inspectText } from '../../harness/measurement/inspection.ts';
import { golden } from './console-fixture.ts';

function file(name: string, text: string): InspectedFile {
  return { name, inspection: inspectText(text) };
}

const stats = golden('6.12', 'stats.txt');
const before = file('before', stats);
const after = file('after', stats.replace(/(Mods ever loaded\s+)27/, '$129'));
const log = file('log', golden('6.12', 'dmesg.txt'));
const columns = file('columns', 'Mods ever loaded | 27 | 30\n');

t.test('two stats texts are two moments, whatever lies between them', async t => {
  t.match(pairFiles([before, log, columns, after]), {
    before: 'before',
    after: 'after',
    difference: { counters: [{ name: 'modcount', before: 27n, after: 29n, change: 2n }] },
  });
  t.same(pairFiles([before, before])?.difference?.duplicates, []);
});

t.test('no difference, and why', async t => {
  const refusal = (...files: InspectedFile[]) => {
    const pair = pairFiles(files);
    t.equal(pair?.difference, null);
    return pair?.refusal;
  };
  t.match(refusal(after, before), /^modcount fell/);
  t.equal(refusal(before, log), 'log is a kernel log, not a stats text');
  t.equal(refusal(log, before), 'log is a kernel log, not a stats text');
  t.equal(refusal(columns, before), 'columns itself holds two readings');
  t.equal(
    refusal(file('one', 'Mods ever loaded 27\n'), file('two', 'Mods failed on load 1\n')),
    'the texts have no counter in common',
  );
});

t.test('neither a difference nor a refusal where nobody asked for one', async t => {
  t.equal(pairFiles([before]), undefined);
  t.equal(pairFiles([log, log]), undefined);
  t.equal(pairFiles([before, log, log]), undefined);
  t.equal(pairFiles([before, after, after]), undefined, 'which two?');
});
