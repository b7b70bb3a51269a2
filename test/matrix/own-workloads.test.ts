import t from 'tap';
import { loadMatrix } from '../../harness/matrix/load.ts';
import { addOwnWorkloads } from '../../harness/matrix/own-workloads.ts';
import { MatrixError } from '../../harness/matrix/source/diagnostic.ts';
import { fragments, oneKernel, workloads } from './fixture.ts';

const mine = 'version: 3\ndescription: Mine.\nrun: [sh, -c, "exit 0"]\ndeadline: { extra: 1s }\n';
const files = new Map([
  ['/home/me/tests/loads/mine.yaml', mine],
  ['/home/me/other.yaml', mine],
  ['/home/me/tests/broken.yaml', `${mine}sample: 1ms\n`],
]);

/** What a matrix in /home/me/tests/ may use, or what is wrong, as `file:line:column message`. */
async function known(text: string) {
  const read = async (path: string) => {
    const content = files.get(path);
    if (content === undefined) throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    return content;
  };
  const file = '/home/me/tests/m.yaml';
  return addOwnWorkloads(text, { file, home: '/home/me', workloads }, read).catch((error: unknown) => {
    if (!(error instanceof MatrixError)) throw error;
    return error.diagnostics.map(one => `${error.file}:${one.line}:${one.column} ${one.message}`);
  });
}

t.test('a matrix brings workloads along', async t => {
  const text = `${oneKernel}workloads: { mine: loads/mine.yaml, another: ~/other.yaml }\nworkload: mine\n`;
  const all = await known(text);
  if (Array.isArray(all)) return t.fail(all.join('\n'));
  t.same([...all.keys()], [...workloads.keys(), 'mine', 'another'], 'beside those of modstorm');
  t.match(all.get('mine'), { name: 'mine', version: 3 });
  t.equal(all.get('another')?.name, 'another', 'its name is what the matrix calls it, whatever the file');
  const matrix = loadMatrix(text, { file: 'm.yaml', workloads: all, fragments });
  t.equal(matrix.cells[0]?.workload.name, 'mine');
  t.same(await known(oneKernel), workloads);
});

t.test('what is wrong with them is told at its place', async t => {
  t.match(await known(`${oneKernel}workloads: { mine: nowhere.yaml, gone: no.yaml }\n`), [
    /m\.yaml:2:20 the workload mine cannot be read: \/home\/me\/tests\/nowhere\.yaml \(ENOENT\)/,
    /m\.yaml:2:40 the workload gone cannot be read/,
  ]);
  t.match(await known(`${oneKernel}workloads: { stress-ng: loads/mine.yaml }\n`), [
    /m\.yaml:2:14 the workload stress-ng already exists/,
  ]);
  t.match(await known(`${oneKernel}workloads: { broken: broken.yaml }\n`), [/broken\.yaml:5:1 .*sample/]);
  // What has no sound shape is for loadMatrix, which tells it with all else.
  t.same(await known(`${oneKernel}workloads: [loads/mine.yaml]\n`), workloads);
  t.same(await known(`${oneKernel}workloads: { '../x': loads/mine.yaml, mine: 3 }\n`), workloads);
  t.same(await known('kernels: ['), workloads);
  t.same(await known(`${oneKernel}vcpus: 1\nvcpus: 2\n`), workloads);
});
