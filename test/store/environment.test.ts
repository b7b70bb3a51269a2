import t from 'tap';
import { readHostEnvironment } from '../../harness/store/environment.ts';

t.test('the host: what it does not tell is left out', async t => {
  const files: Record<string, string> = {
    '/proc/cpuinfo':
      'processor\t: 0\nmodel name\t: AMD  EPYC 9R14\nflags\t\t: fpu hypervisor\n\nprocessor\t: 1\nmodel name\t: other\n',
    '/proc/meminfo': 'MemTotal:        8039968 kB\nMemFree: 1 kB\n',
    '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    '/proc/loadavg': '0.52 0.58 0.59 1/234 5678\n',
  };
  const source = {
    read: (path: string) => files[path],
    cores: 2,
    kernel: '6.1',
    architecture: 'x64',
    node: 'v20',
  };
  t.strictSame(readHostEnvironment(source), {
    cpuModel: 'AMD EPYC 9R14',
    cores: 2,
    memoryBytes: 8039968 * 1024,
    kernel: '6.1',
    architecture: 'x64',
    distribution: 'Debian GNU/Linux 12 (bookworm)',
    virtual: true,
    loadAverage: 0.52,
    node: 'v20',
  });
  const arm = {
    ...source,
    read: (path: string) =>
      path === '/proc/cpuinfo' ? 'CPU implementer : 0x41\nCPU part : 0xd0c\n' : undefined,
  };
  t.match(readHostEnvironment(arm), {
    cpuModel: 'arm implementer 0x41 part 0xd0c variant ?',
    memoryBytes: 0,
  });
  t.match(
    readHostEnvironment(),
    { cpuModel: /./, cores: Number, node: process.version },
    'and this one can be read',
  );
});
