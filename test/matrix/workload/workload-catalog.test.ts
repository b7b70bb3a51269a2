import t from 'tap';
import { joinWorkloads, WorkloadCatalog } from '../../../harness/matrix/workload/workload-catalog.ts';
import { parseWorkload } from '../../../harness/matrix/workload/workload-file.ts';

const workload = (name: string, program: string) =>
  parseWorkload(`version: 1\nrun: [${program}]\ndeadline: { extra: 1s }\n`, { file: `${name}.yaml` });

t.test('a workload is parsed when it is first asked for, and once', async t => {
  const parsed: string[] = [];
  const catalog = new WorkloadCatalog(
    ['one', 'two'].map(name => [
      name,
      () => {
        parsed.push(name);
        return workload(name, 'p');
      },
    ]),
  );
  t.ok(catalog.has('two'));
  t.notOk(catalog.has('three'));
  t.same([...catalog.keys()], ['one', 'two']);
  t.same(parsed, [], 'names need no parsing');
  t.equal(catalog.get('two')?.name, 'two');
  t.equal(catalog.get('two'), catalog.get('two'));
  t.equal(catalog.get('three'), undefined);
  t.same(parsed, ['two']);
  t.same(
    [...catalog.values()].map(({ name }) => name),
    ['one', 'two'],
  );
  t.same(parsed, ['two', 'one']);
});

t.test('a workload with an error is reported by whoever asks for it', async t => {
  const catalog = new WorkloadCatalog([
    ['good', () => workload('good', 'p')],
    ['bad', () => parseWorkload('version: [', { file: 'bad.yaml' })],
  ]);
  t.equal(catalog.get('good')?.name, 'good');
  t.throws(() => catalog.get('bad'), { code: 'MATRIX_INVALID' });
  t.throws(() => [...catalog.values()], { code: 'MATRIX_INVALID' });
});

t.test('of two catalogs the first counts', async t => {
  const catalog = (program: string, ...names: string[]) =>
    new Map(names.map(name => [name, workload(name, program)]));
  const joined = joinWorkloads(catalog('mine', 'a', 'b'), catalog('other', 'b', 'c'));
  t.same([...joined.keys()].sort(), ['a', 'b', 'c']);
  t.same(
    ['a', 'b', 'c'].map(name => joined.get(name)?.run[0]),
    ['mine', 'mine', 'other'],
  );
});
