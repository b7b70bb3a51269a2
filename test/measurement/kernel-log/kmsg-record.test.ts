import t from 'tap';
import {
  kmsgLines,
  lostRecords,
  parseKmsgRecord,
} from '../../../harness/measurement/kernel-log/kmsg-record.ts';

t.test('records of /dev/kmsg', async t => {
  const raw =
    '6,339,5140900,-,caller=T12;NET: Registered \\xf0\\x9f\\x90\\xa7 \\x5c\\x0asecond\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n';
  t.same(parseKmsgRecord(raw), {
    level: 6,
    facility: 0,
    sequence: 339,
    timeUs: 5140900,
    caller: 'T12',
    text: 'NET: Registered 🐧 \\\nsecond',
    properties: { SUBSYSTEM: 'acpi', DEVICE: '+acpi:PNP0A03:00' },
  });
  t.match(parseKmsgRecord('30,1,2,c;udevd[1]: hi'), { level: 6, facility: 3 });
  for (const junk of ['', ';', 'a,b,c,d;e', '6,339,5140900', '99999999999,1,1,-;x'])
    t.equal(parseKmsgRecord(junk), undefined);
  t.same(
    [...kmsgLines([raw, 'no record'])].map(({ text, line }) => [text, line]),
    [
      ['NET: Registered 🐧 \\', 1],
      ['second', 2],
      ['no record', 3],
    ],
  );
  const records = ['6,1,1,-;a', '6,2,1,-;a', '6,5,1,-;a'].map(record => parseKmsgRecord(record)!);
  t.equal(lostRecords(records), 2);
});
