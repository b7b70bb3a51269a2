import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './answer.ts';
import type { Fault } from './fault.ts';
import type { Lab } from './lab.ts';
import { qemuOfScript } from './running.ts';

/** From the package libfaketime: the clock of modstorm and of its programs jumps, and that of the host stays. */
const library = process.env['MODSTORM_FAKETIME'] ?? '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

const tellVersion = 'test "$1" = --version && exec /usr/bin/qemu-system-x86_64 --version';

/** A run whose clock jumps while its guest runs, which takes four seconds and then fails. */
function withJump(lab: Lab, offset: string): Promise<Answer> {
  const file = lab.at('clock');
  writeFileSync(file, '+0\n');
  return lab.smoke(lab.at('results'), {
    environment: {
      ...qemuOfScript(lab, `${tellVersion}\nsleep 4; echo over >&2; exit 1`),
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DISABLE_SHM: '1',
    },
    during: {
      after: /^Running /,
      act: () => setTimeout(() => writeFileSync(file, `${offset}\n`), 1000),
    },
  });
}

/** How long two harnesses share a cache and a results folder, in s. The longer, the more it shows. */
const sharedSeconds = Number(process.env['MODSTORM_FAULT_SECONDS'] ?? 30);

/** Pairs of runs that start at once in one results folder, again and again. Their guests fail at once, to have many runs. */
async function runPairs(lab: Lab): Promise<Answer> {
  const results = lab.at('results');
  const environment = qemuOfScript(lab, `${tellVersion}\necho no guest >&2; exit 1`);
  const until = Date.now() + sharedSeconds * 1000;
  for (let runs = 2; ; runs += 2) {
    const pair = await Promise.all([
      lab.smoke(results, { environment }),
      lab.smoke(results, { environment }),
    ]);
    const [one, two] = pair;
    if (pair.some(({ stderr }) => !stderr.includes('no guest'))) return one.exit === 3 ? two : one;
    const whole = readdirSync(results).filter(name =>
      ['run.json', 'plan.json', 'journal.ndjson'].every(file => existsSync(join(results, name, file))),
    );
    if (whole.length !== runs)
      return { ...one, exit: -1, stderr: `${whole.length} of ${runs} runs are whole` };
    if (Date.now() > until) return { ...two, stdout: `${runs} runs, each of them whole` };
  }
}

/** Clocks that jump, and runs beside each other for a while. */
export const clockFaults: Fault[] = [
  ...['+3600', '-3600', '+86400'].map(
    (offset): Fault => ({
      name: `the clock jumps by ${offset} s while a guest runs`,
      provoke: lab => withJump(lab, offset),
      needsFile: library,
      exit: 3,
      says: /Finished after \d{1,2}(\.\d+)?s: 1 infrastructure/,
    }),
  ),
  {
    name: `two harnesses for ${sharedSeconds} s on one cache and one results folder`,
    provoke: runPairs,
    exit: 3,
    says: /^\d+ runs, each of them whole/,
  },
];
