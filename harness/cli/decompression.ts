import { gunzipSync } from 'node:zlib';
import { HarnessError, hasCode, UsageError } from '../errors.ts';
import { inspectionLimit } from '../measurement/inspection.ts';

/** A compression format and the program that decompresses it. */
interface CompressedForm {
  program: string;
  /** Decompresses standard input to standard output. */
  args: readonly string[];
  /** The first bytes of every file: the .xz file format 1.1.0, section 2.1.1.1; RFC 8878, section 3.1.1. */
  magic: Buffer;
  /** The Debian package that has the program. */
  package: string;
}

const forms: readonly CompressedForm[] = [
  {
    program: 'xz',
    args: ['--decompress', '--stdout', '--memlimit-decompress=256MiB'],
    magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
    package: 'xz-utils',
  },
  {
    // Rejects windows over 128 MiB itself.
    program: 'zstd',
    args: ['--decompress', '--stdout', '--quiet'],
    magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    package: 'zstd',
  },
];

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const timeoutNs = 120e9;
/** Maximum number of bytes of a program's messages to keep. */
const messageLimit = 64 * 1024;

/**
 * The content of a file, decompressed if it begins like gzip, xz or zstd data, regardless of its name; at most
 * `inspectionLimit` bytes.
 * @param name of the file, for errors
 * @throws UsageError INSPECT_UNREADABLE if it is damaged or the program is missing, INSPECT_TOO_LARGE
 * @throws InfrastructureError INTERRUPTED
 */
export async function decompress(content: Buffer, name: string, signal: AbortSignal): Promise<Buffer> {
  if (beginsWith(content, gzipMagic)) return gunzip(content, name);
  const form = forms.find(({ magic }) => beginsWith(content, magic));
  return form ? await unpackBy(form, content, name, signal) : content;
}

/** The error for more than `inspectionLimit` bytes. */
export function tooLarge(name: string, cause?: unknown): UsageError {
  return new UsageError('INSPECT_TOO_LARGE', `${name} is larger than ${inspectionLimit / 1024 ** 2} MiB`, {
    hint: 'Cut it to one boot, for example with `journalctl -k -b` or `tail -c 100M`.',
    cause,
  });
}

function beginsWith(content: Buffer, magic: Buffer): boolean {
  return content.subarray(0, magic.length).equals(magic);
}

function gunzip(content: Buffer, name: string): Buffer {
  try {
    return gunzipSync(content, { maxOutputLength: inspectionLimit });
  } catch (error) {
    if (hasCode(error, 'ERR_BUFFER_TOO_LARGE')) throw tooLarge(name, error);
    const reason = error instanceof Error ? error.message : String(error);
    throw damaged(name, 'gzip', reason, error);
  }
}

/** Ends the program as soon as it has written more than `inspectionLimit` bytes. */
async function unpackBy(
  { program, args, package: debianPackage }: CompressedForm,
  content: Buffer,
  name: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const overflow = new AbortController();
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer) => {
    length += chunk.length;
    if (length > inspectionLimit) overflow.abort();
    else chunks.push(chunk);
  };
  // Loaded only here: most files are not compressed, and what starts programs takes long to load.
  const { runProgram } = await import('../process/program.ts');
  try {
    await runProgram(program, args, {
      input: content,
      onOutput: take,
      maxBuffer: messageLimit,
      signal: AbortSignal.any([signal, overflow.signal]),
      timeoutNs,
    });
    if (length > inspectionLimit) throw tooLarge(name);
    return Buffer.concat(chunks, length);
  } catch (error) {
    if (overflow.signal.aborted) throw tooLarge(name, error);
    if (!(error instanceof HarnessError) || error.code === 'INTERRUPTED') throw error;
    if (error.code !== 'PROGRAM_MISSING')
      throw damaged(name, program, error.evidence ?? error.message, error);
    throw new UsageError('INSPECT_UNREADABLE', `cannot unpack ${name}: ${error.message}`, {
      hint: `Install ${program} (package ${debianPackage}), or unpack the file first.`,
      cause: error,
    });
  }
}

function damaged(name: string, form: string, reason: string, cause: unknown): UsageError {
  return new UsageError('INSPECT_UNREADABLE', `cannot unpack ${name}: ${reason.trim()}`, {
    hint: `The file begins like ${form} data, but is damaged or truncated.`,
    cause,
  });
}
