import { chmodSync, copyFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../harness/project.ts';
import type { Fault } from './fault.ts';
import type { Lab } from './lab.ts';

const smoke = projectPath('matrices', 'smoke.yaml');

/** A file that a command gets, and is not what it should be. */
const odd: Record<string, (lab: Lab, path: string) => void> = {
  'a FIFO': (lab, path) => lab.host('mkfifo', path),
  '/dev/zero': (_, path) => symlinkSync('/dev/zero', path),
  'a folder': (_, path) => mkdirSync(path),
  'not there': () => undefined,
  empty: (_, path) => writeFileSync(path, ''),
  binary: (_, path) => writeFileSync(path, Buffer.alloc(100_000, 0x9b)),
  'two gigabytes of nothing': (_, path) => {
    writeFileSync(path, '');
    truncateSync(path, 2 ** 31);
  },
};

const matrix = (patch: string) =>
  `kernels:\n  lts: { debian: linux-source-6.12, patches: ['${patch}'] }\nvcpus: 1\nmemory: 512MiB\nworkload: { stress-ng: { module: xfs } }\ntrials: 1\n`;

/** Commands that read a file, with the codes that they may answer. */
const readers: Record<string, { words: (lab: Lab, path: string) => string[]; codes: RegExp; exit: number }> =
  {
    'plan MATRIX': { words: (_, path) => ['plan', path], codes: /\[MATRIX_/, exit: 2 },
    'compare FILE': {
      words: (_, path) => ['compare', path, path],
      codes: /\[(COMPARE_|FILE_|STATS_|INSPECT_)/,
      exit: 2,
    },
    'inspect FILE': { words: (_, path) => ['inspect', path], codes: /\[INSPECT_/, exit: 2 },
    'compare --values FILE': {
      words: (_, path) => ['compare', '--values', '--class', 'count', path, path],
      codes: /\[VALUE/,
      exit: 2,
    },
  };

const names: Record<string, string> = {
  'blanks in its name': 'a b  c.yaml',
  'a leading dash': '-x.yaml',
  '200 characters': `${'x'.repeat(195)}.yaml`,
  'Unicode in its name': '模块 grün 😀.yaml',
  'a quote and a newline in its name': "a'b\nc.yaml",
};

export const inputFaults: Fault[] = [
  ...Object.entries(readers).flatMap(([command, { words, codes, exit }]) =>
    Object.entries(odd).map(
      ([what, make]): Fault => ({
        name: `${command}: the file is ${what}`,
        provoke: lab => {
          const path = join(lab.empty(), 'input');
          make(lab, path);
          return lab.modstorm(words(lab, path));
        },
        exit,
        says: codes,
      }),
    ),
  ),
  ...(['a FIFO', '/dev/zero', 'a folder', 'not there'] as const).map(
    (what): Fault => ({
      name: `build: a patch of the kernel is ${what}`,
      provoke: lab => {
        const folder = lab.empty();
        odd[what]!(lab, join(folder, 'x.patch'));
        writeFileSync(join(folder, 'm.yaml'), matrix(join(folder, 'x.patch')));
        return lab.modstorm(['build', join(folder, 'm.yaml')]);
      },
      exit: 2,
      code: 'KERNEL_PATCH_UNREADABLE',
    }),
  ),
  ...Object.entries(names).map(
    ([what, name]): Fault => ({
      name: `plan: a matrix with ${what}`,
      provoke: lab => {
        const folder = lab.empty();
        copyFileSync(smoke, join(folder, name));
        return lab.modstorm(['plan', '--', name], { folder });
      },
      exit: 0,
    }),
  ),
  {
    name: 'plan: a workload with a pattern that takes exponential time',
    provoke: lab => {
      const folder = lab.empty();
      const parameter = "{ type: string, default: x, pattern: '(a+)+', description: x }";
      writeFileSync(
        join(folder, 'w.yaml'),
        `version: 1\ndescription: x\ndesign: fixed-work\nparameters:\n  text: ${parameter}\nrun: ['true']\ndeadline: { extra: 1s }\n`,
      );
      writeFileSync(
        join(folder, 'm.yaml'),
        `kernels: { lts: { debian: linux-source-6.12 } }\nvcpus: 1\nmemory: 512MiB\nworkloads: { w: w.yaml }\nworkload: { w: { text: '${'a'.repeat(60)}!' } }\ntrials: 1\n`,
      );
      return lab.modstorm(['plan', 'm.yaml'], { folder });
    },
    exit: 2,
    code: 'MATRIX_INVALID',
  },
  {
    name: 'report: the run may not be read by this user',
    needsRoot: true,
    provoke: lab => {
      const { results, run } = lab.copy();
      chmodSync(lab.folder, 0o755);
      chmodSync(join(run, 'run.json'), 0o600);
      const before = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      return lab.modstorm(['report', 'latest', '--results', results], { before });
    },
    exit: 3,
    code: 'FILE_MISSING',
  },
  ...['/dev/full', '/nonexistent/x', '/'].map(
    (file): Fault => ({
      name: `--debug ${file}`,
      provoke: lab => lab.modstorm(['--debug', file, 'plan', 'smoke']),
      exit: file === '/dev/full' ? 0 : 2,
      ...(file !== '/dev/full' && { code: 'DEBUG_FILE' }),
    }),
  ),
  {
    name: '--debug: a FIFO',
    provoke: lab => {
      const path = join(lab.empty(), 'fifo');
      lab.host('mkfifo', path);
      return lab.modstorm(['--debug', path, 'plan', 'smoke']);
    },
    exit: 2,
    code: 'DEBUG_FILE',
  },
];
