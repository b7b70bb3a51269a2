import t from 'tap';
import { summariseRegisters } from '../../harness/machine/hang-evidence.ts';

t.test('registers of each vCPU in one line, of many not all', t => {
  const many = Array.from({ length: 70 }, (_, index) => `CPU#${index}\nEIP=0000fff0 HLT=0\n`).join('\n');
  t.equal(summariseRegisters(many).length, 65);
  t.equal(summariseRegisters(many)[69 - 5], '… and 6 more');
  t.same(summariseRegisters('garbage'), []);
  t.end();
});
