import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../files/atomic.ts';
import { canonicalJson } from '../files/digest.ts';
import { readJsonFile } from '../files/json-file.ts';
import type { Facts } from './comparison-key.ts';

/** How many false alarms a run gave, of how many. */
export interface StoredTally {
  alarms: number;
  of: number;
}

/** One calibration of a host. */
export interface CalibrationEntry {
  run: string;
  startedAt: string;
  matrix: string;
  facts: Facts;
  pairs: number;
  perSide: number;
  verdicts: StoredTally;
  tests: StoredTally;
}

/** results/calibration.json: every calibration whose run lies in the folder. */
interface CalibrationFile {
  version: 1;
  calibrations: CalibrationEntry[];
}

/**
 * Puts a calibration into the log of a results folder, in the place of an earlier one of the same run, and returns all
 * that were made under the same conditions.
 * @throws InfrastructureError FILE_DAMAGED, FILE_VERSION
 */
export async function logCalibration(folder: string, entry: CalibrationEntry): Promise<CalibrationEntry[]> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'calibration.json');
  const earlier = existsSync(path) ? (await readJsonFile<CalibrationFile>(path, 1)).calibrations : [];
  const calibrations = [...earlier.filter(({ run }) => run !== entry.run), entry];
  calibrations.sort((a, b) => (a.run < b.run ? -1 : 1));
  await writeFileAtomically(path, `${JSON.stringify({ version: 1, calibrations }, null, 2)}\n`);
  return calibrations.filter(({ facts }) => canonicalJson(facts) === canonicalJson(entry.facts));
}
