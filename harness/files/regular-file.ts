import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { InfrastructureError } from '../errors.ts';

/** Size limit of a file that is read at once, in bytes. The journal of 10^5 trials has about 200 MB. */
const sizeLimit = 1024 ** 3;

/**
 * Opens a regular file, or a link to one. Opening a FIFO without a writer blocks so that only KILL helps, and opening a
 * device may have side effects (a watchdog, a tape), so neither is ever opened.
 * @param flags of open(2)
 * @throws InfrastructureError FILE_IRREGULAR; Error of stat(2) and open(2)
 */
export async function openRegularFile(path: string, flags: number = constants.O_RDONLY): Promise<FileHandle> {
  const creates = (flags & constants.O_CREAT) !== 0;
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (creates && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found) demandRegular(path, found);
  // It may have changed since. O_NONBLOCK does not wait for the other end of a FIFO.
  const file = await open(path, flags | constants.O_NONBLOCK, 0o666);
  try {
    demandRegular(path, await file.stat());
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
}

/**
 * Reads a whole regular file.
 * @throws InfrastructureError FILE_IRREGULAR, FILE_TOO_LARGE (above 1 GiB); Error of stat(2), open(2) and read(2)
 */
export async function readRegularFile(path: string): Promise<Buffer>;
export async function readRegularFile(path: string, encoding: 'utf8'): Promise<string>;
export async function readRegularFile(path: string, encoding?: 'utf8'): Promise<Buffer | string> {
  const file = await openBounded(path);
  try {
    const content = await file.readFile();
    return encoding === undefined ? content : content.toString(encoding);
  } finally {
    await file.close();
  }
}

const pieceLength = 1024 ** 2;

/**
 * Reads a regular file piece by piece, so that its size does not matter.
 * @param onPiece gets the pieces in order; the bytes are only valid during the call
 * @throws whatever `readRegularFile` and `onPiece` throw
 */
export async function readRegularPieces(path: string, onPiece: (piece: Buffer) => void): Promise<void> {
  const file = await openBounded(path);
  try {
    const piece = Buffer.allocUnsafe(pieceLength);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceLength);
      if (bytesRead === 0) return;
      onPiece(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function openBounded(path: string): Promise<FileHandle> {
  const file = await openRegularFile(path);
  const { size } = await file.stat();
  if (size <= sizeLimit) return file;
  await file.close();
  throw new InfrastructureError(
    'FILE_TOO_LARGE',
    `${path} has ${size} bytes, more than the limit of ${sizeLimit}`,
  );
}

function demandRegular(path: string, status: Stats): void {
  if (status.isFile()) return;
  throw new InfrastructureError('FILE_IRREGULAR', `${path} is ${kindOfFile(status)}, not a regular file`, {
    hint: 'modstorm only uses regular files here, because it might wait for ever on anything else.',
  });
}

/** The type of something that is not a regular file, for display: `a folder`. */
export function kindOfFile(status: Stats): string {
  if (status.isDirectory()) return 'a folder';
  if (status.isFIFO()) return 'a FIFO';
  if (status.isSocket()) return 'a socket';
  if (status.isCharacterDevice()) return 'a character device';
  return status.isBlockDevice() ? 'a block device' : 'something unknown';
}
