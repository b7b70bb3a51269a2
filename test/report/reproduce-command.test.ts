import t from 'tap';
import { readMatrix } from '../../harness/cli/inputs.ts';
import { filterCells } from '../../harness/plan/filter.ts';
import { runProgram } from '../../harness/process/program.ts';
import { reproduceCommand } from '../../harness/report/report-model.ts';
import { fakeRun } from '../fakes/run-fixture.ts';
import { yamlFiles } from '../matrix/fixture.ts';

t.test('the command behind a failed boot selects its cell and no other, in every matrix', async t => {
  for (const file of yamlFiles('matrices')) {
    const { matrix } = await readMatrix(`matrices/${file}`);
    const run = fakeRun({ matrixFile: `matrices/${file}` });
    run.matrix.varied = matrix.varied;
    for (const cell of matrix.cells.slice(0, 12)) {
      const command = reproduceCommand(run, cell);
      // A shell takes the command apart, as one that it is pasted into does.
      const { stdout } = await runProgram('sh', ['-c', `printf '%s\\n' ${command}`]);
      const words = stdout.split('\n');
      const filters = words.flatMap((word, index) => (word === '--filter' ? (words[index + 1] ?? []) : []));
      t.strictSame(filterCells(matrix, filters), [cell], `${file}: ${cell.label}`);
    }
  }
});
