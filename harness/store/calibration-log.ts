import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../files/digest.ts';
import { makeFolders } from '../files/make-folders.ts';
import type { Facts } from './comparison-key.ts';
import { count, mapOf, objectOf, text, time } from './schema.ts';
import { type FileFormat, readStoredFile, writeStoredFile } from './stored-file.ts';

/** The number of false alarms in a run, and of verdicts. */
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

/** results/calibration.json: every calibration whose run is in the folder. */
interface CalibrationFile {
  version: 1;
  calibrations: CalibrationEntry[];
}

const tally = objectOf<StoredTally>({ alarms: count, of: count });

const calibrationFormat: FileFormat<CalibrationFile> = {
  version: 1,
  schema: objectOf<CalibrationFile>({
    version: z.literal(1),
    calibrations: z.array(
      objectOf<CalibrationEntry>({
        run: text,
        startedAt: time,
        matrix: z.string(),
        facts: mapOf(z.string()),
        pairs: count,
        perSide: count,
        verdicts: tally,
        tests: tally,
      }),
    ),
  }),
  remedy: 'Restore the file from its copy, or delete it: the reports of the calibrations are in their runs.',
};

/**
 * Records a calibration in the log of a results folder, replacing an earlier one of the same run, and returns all that
 * were made under the same conditions.
 * @throws InfrastructureError FILE_DAMAGED, FILE_VERSION
 */
export async function logCalibration(folder: string, entry: CalibrationEntry): Promise<CalibrationEntry[]> {
  await makeFolders(folder);
  const path = join(folder, 'calibration.json');
  const earlier = existsSync(path) ? (await readStoredFile(path, calibrationFormat)).calibrations : [];
  const calibrations = [...earlier.filter(({ run }) => run !== entry.run), entry];
  calibrations.sort((a, b) => (a.run < b.run ? -1 : 1));
  await writeStoredFile(path, calibrationFormat, { version: 1, calibrations });
  return calibrations.filter(({ facts }) => canonicalJson(facts) === canonicalJson(entry.facts));
}
