import { appendFileSync, chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './fault.ts';

/** Words that run a program with so much memory for its data. */
const memory = (bytes: number) => ['prlimit', `--data=${bytes}`];
const halfGigabyte = memory(512 * 2 ** 20);

/** Words that run a program as a user who owns nothing. */
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** A line of 200 MB, in pieces that a string can hold. */
function appendLongLine(path: string, begin: string): void {
  appendFileSync(path, begin);
  for (let piece = 0; piece < 20; piece++) appendFileSync(path, Buffer.alloc(10_000_000, 0x61));
  appendFileSync(path, '\n');
}

/** Commands that read a run, which a small machine must also do. */
const readers: Record<string, (results: string) => string[]> = {
  report: results => ['report', 'latest', '--results', results],
  compare: results => ['compare', 'latest', 'latest', '--results', results],
  history: results => ['history', results],
};

/** Limits of the host and of its user. */
export const hostFaults: Fault[] = [
  ...Object.entries(readers).map(
    ([name, words]): Fault => ({
      name: `512 MB of memory, ${name}`,
      provoke: lab => {
        const { results } = lab.copy();
        return lab.modstorm(words(results), { before: halfGigabyte });
      },
      exit: 0,
    }),
  ),
  {
    name: '512 MB of memory, a run with a guest of 384 MiB',
    provoke: lab => lab.smoke(lab.at('results'), { before: halfGigabyte }),
    exit: 3,
    says: /QEMU (exited|died)|cannot set up guest memory|GUEST_TOO_LARGE/,
  },
  ...(['report', 'history'] as const).map(
    (name): Fault => ({
      name: `a line of 200 MB in the journal, ${name}`,
      provoke: lab => {
        const { results, run } = lab.copy();
        appendLongLine(join(run, 'journal.ndjson'), '{"version":1,"trial":"');
        return lab.modstorm(readers[name]?.(results) ?? []);
      },
      exit: name === 'report' ? 3 : 2,
      says: /journal\.ndjson:\d+ is not JSON/,
    }),
  ),
  {
    name: 'a line of 200 MB in a stats text, inspect',
    provoke: lab => {
      const path = join(lab.empty(), 'stats');
      appendLongLine(path, '      Total KMOD allocations  ');
      return lab.modstorm(['inspect', path]);
    },
    exit: 2,
    says: /\[INSPECT_/,
  },
  {
    name: 'a line of 200 MB in a matrix, plan',
    provoke: lab => {
      const path = join(lab.empty(), 'm.yaml');
      appendLongLine(path, 'kernels: ');
      return lab.modstorm(['plan', path]);
    },
    exit: 2,
    says: /\[MATRIX_/,
  },
  {
    name: 'the results are on a read-only disk, report',
    needsRoot: true,
    provoke: async lab => {
      const { results } = lab.copy();
      return lab.readOnly(results, () => lab.modstorm(readers['report']?.(results) ?? []));
    },
    exit: 0,
  },
  {
    name: 'the results are on a read-only disk, history',
    needsRoot: true,
    provoke: async lab => {
      const { results } = lab.copy();
      return lab.readOnly(results, () => lab.modstorm(['history', results]));
    },
    exit: 0,
  },
  {
    name: 'the results are on a read-only disk, run',
    needsRoot: true,
    provoke: async lab => {
      const { results } = lab.copy();
      return lab.readOnly(results, () => lab.smoke(results));
    },
    exit: 3,
    code: 'RUN_FOLDER_FAILED',
  },
  {
    name: 'an ordinary user with the cache of another, run',
    needsRoot: true,
    provoke: async lab => {
      const cache = lab.copyCache();
      await lab.smoke(lab.at('first'), { environment: { MODSTORM_CACHE: cache } });
      const folder = lab.empty();
      chmodSync(lab.folder, 0o755);
      for (const name of ['home', 'tmp', 'results']) {
        mkdirSync(join(folder, name));
        chmodSync(join(folder, name), 0o777);
      }
      return lab.smoke(join(folder, 'results'), {
        environment: { HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp'), MODSTORM_CACHE: cache },
        before: nobody,
        folder,
      });
    },
    exit: 0,
  },
  {
    name: 'an ordinary user without any cache, run',
    needsRoot: true,
    provoke: lab => {
      const folder = lab.empty();
      chmodSync(lab.folder, 0o755);
      const cache = join(folder, 'cache');
      mkdirSync(cache);
      return lab.smoke(join(folder, 'results'), {
        environment: { HOME: folder, TMPDIR: '/tmp', MODSTORM_CACHE: cache },
        before: nobody,
        folder,
      });
    },
    exit: 3,
  },
];
