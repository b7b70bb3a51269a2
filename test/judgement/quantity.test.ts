import t from 'tap';
import { formatQuantity } from '../../harness/judgement/quantity.ts';

t.test('values in their unit, exact where they are small', async t => {
  t.equal(formatQuantity(14588526272n, 'bytes'), '13.59 GiB');
  t.equal(formatQuantity(1.5, 'bytes'), '1.5 B', 'a mean of bytes has a fraction');
  t.equal(formatQuantity(-2048, 'bytes'), '-2 KiB');
  t.equal(formatQuantity(23.99e9, 'ns'), '24.0 s');
  t.equal(formatQuantity(36.5, 'per_second'), '36.5 /s');
  t.equal(formatQuantity(0.76421, 'ratio'), '0.7642');
});
