import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './answer.ts';
import type { Fault } from './fault.ts';
import type { Lab } from './lab.ts';

/** Ways in which a file can be other than it was. */
const damages: Record<string, (lab: Lab, path: string) => void> = {
  'is a FIFO': (lab, path) => lab.host('mkfifo', path),
  'is /dev/zero': (_, path) => symlinkSync('/dev/zero', path),
  'is a link to itself': (_, path) => symlinkSync(path, path),
  'is a folder': (_, path) => mkdirSync(path),
  'is missing': () => undefined,
  'is empty': (_, path) => writeFileSync(path, ''),
  'is null': (_, path) => writeFileSync(path, 'null\n'),
  'is one bracket': (_, path) => writeFileSync(path, '{'),
  'is binary': (_, path) =>
    writeFileSync(path, Buffer.from(Array.from({ length: 4096 }, (_value, place) => place % 251))),
  'is a list nested 100 000 deep': (_, path) => writeFileSync(path, '['.repeat(100_000)),
  'is a sparse terabyte': (_, path) => {
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40);
  },
};

/** Edits that leave a file of JSON readable. */
const edits: Record<string, (text: string) => string> = {
  'was cut in half': text => text.slice(0, text.length / 2),
  'has a zero byte in it': text => `${text.slice(0, 60)}\0${text.slice(61)}`,
  'has a member named __proto__': text => text.replace('{', '{"__proto__":{"version":1},'),
  'is of another version': text => text.replaceAll(/"version": ?1/g, '"version":99'),
  'has a changed digit': text =>
    text.replace(/(\d)(\D*)$/, (_, digit, rest) => `${(Number(digit) + 1) % 10}${rest}`),
  'has a number of 1e300': text => text.replace(/": ?(\d+)(,|\n)/, '":1e300$2'),
  'has null for a text': text => text.replace(/": ?"[^"]*"/, '": null'),
  'has ../../etc/passwd for an id': text => text.replaceAll(/"[0-9a-f]{12}(-001)?"/g, '"../../etc/passwd"'),
};

const files = ['run.json', 'plan.json', 'journal.ndjson'] as const;
const named = /^modstorm: .*\[(FILE_|JOURNAL_|RUN_U|SYSTEM_CALL_FAILED)/m;

function damaged(
  file: string,
  damage: (lab: Lab, path: string) => void,
  words: (results: string) => string[],
) {
  return (lab: Lab): Promise<Answer> => {
    const { results, run } = lab.copy();
    const path = join(run, file);
    rmSync(path);
    damage(lab, path);
    return lab.modstorm(words(results));
  };
}

const report = (results: string) => ['report', 'latest', '--results', results];

export const storedFileFaults: Fault[] = [
  ...files.flatMap(file =>
    Object.entries(damages).map(([what, damage]): Fault => {
      // Without a run.json there is no run.
      const gone = file === 'run.json' && (what === 'is missing' || what === 'is a link to itself');
      return {
        name: `${file} ${what}, report`,
        provoke: damaged(file, damage, report),
        exit: gone ? 2 : 3,
        says: named,
      };
    }),
  ),
  ...files.flatMap(file =>
    Object.entries(edits).map(
      ([what, edit]): Fault => ({
        name: `${file} ${what}, report`,
        provoke: lab => {
          const { results, run } = lab.copy();
          const text = readFileSync(join(run, file), 'utf8');
          writeFileSync(join(run, file), edit(text));
          if (edit(text) === text) throw new Error(`${file} ${what}: nothing was changed`);
          return lab.modstorm(report(results));
        },
        // A last line without its end was torn by a crash, and is no record; of the header unknown members are left out.
        ...(file === 'journal.ndjson' && (what === 'was cut in half' || what.includes('__proto__'))
          ? { exit: 0 }
          : { exit: 3, says: named }),
      }),
    ),
  ),
  ...(['history', 'compare', 'resume'] as const).flatMap(command =>
    (['is a FIFO', 'is one bracket'] as const).map(
      (what): Fault => ({
        name: `journal.ndjson ${what}, ${command}`,
        provoke: damaged('journal.ndjson', damages[what]!, results =>
          command === 'history'
            ? ['history', results]
            : command === 'compare'
              ? ['compare', 'latest', 'latest', '--results', results]
              : ['run', '--resume', 'latest', '--results', results],
        ),
        // All runs of the folder are skipped, with the reason.
        exit: command === 'history' ? 2 : command === 'resume' && what === 'is one bracket' ? 0 : 3,
      }),
    ),
  ),
];
