import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

for (const version of [1, 2, 3]) {
  t.test(
    `the plugin compiles for version ${version} of QEMU's interface, and needs what QEMU has`,
    async t => {
      const folder = t.testdir();
      await runProgram('make', ['-C', projectPath('guests', 'plugin'), `O=${folder}`, `API=${version}`]);
      const plugin = join(folder, 'instructions.so');
      t.ok(existsSync(plugin));
      const { stdout } = await runProgram('nm', ['--dynamic', plugin]);
      const symbols = (kind: string) =>
        stdout.split('\n').flatMap(line => {
          const [symbol, found] = line.trim().split(' ').reverse();
          return found === kind && symbol?.startsWith('qemu_plugin_') ? [symbol] : [];
        });
      t.same([...symbols('D'), ...symbols('T')].sort(), ['qemu_plugin_install', 'qemu_plugin_version']);
      t.equal(
        symbols('U').includes('qemu_plugin_u64_get'),
        version > 1,
        'counters of each vCPU came with version 2',
      );
    },
  );
}
