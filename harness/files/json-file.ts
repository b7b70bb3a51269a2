import { HarnessError, InfrastructureError } from '../errors.ts';
import { readRegularFile } from './regular-file.ts';

/**
 * Reads one of our JSON files and checks only its `version`.
 * @throws InfrastructureError FILE_MISSING, FILE_DAMAGED or FILE_VERSION, each naming the file
 */
export async function readJsonFile(path: string, version: number): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readRegularFile(path, 'utf8');
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new InfrastructureError('FILE_MISSING', `${path} cannot be read: ${(error as Error).message}`, {
      hint: 'Give a folder or file written by modstorm. Copy run folders as a whole.',
      cause: error,
    });
  }
  const content = parseObject(path, text);
  if (content['version'] !== version) {
    const found = JSON.stringify(content['version']) ?? 'no version';
    throw new InfrastructureError(
      'FILE_VERSION',
      `${path} has ${found}, but this modstorm reads version ${version}`,
      {
        hint: 'Read it with the version of modstorm that wrote it.',
      },
    );
  }
  return content;
}

function parseObject(path: string, text: string): Record<string, unknown> {
  let cause: unknown;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    cause = error;
  }
  throw new InfrastructureError('FILE_DAMAGED', `${path} is not a JSON object`, {
    hint: 'Restore the file from its copy, or leave this run or baseline out.',
    cause,
  });
}
