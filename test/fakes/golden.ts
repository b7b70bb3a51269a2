import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { projectPath } from '../../harness/project.ts';

/**
 * The content of a golden file below test/. With MODSTORM_UPDATE_GOLDEN=1 it becomes what was made now: read the diff
 * before committing it.
 */
export function goldenText(path: string, actual: string): string {
  const file = projectPath('test', path);
  if (process.env['MODSTORM_UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
  }
  return readFileSync(file, 'utf8');
}
