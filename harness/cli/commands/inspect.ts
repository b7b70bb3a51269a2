import { open, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { hasCode, UsageError } from '../../errors.ts';
import { inspectionLimit, inspectText } from '../../measurement/inspection.ts';
import { inspectionJson } from '../../measurement/inspection-json.ts';
import { decodeBytes } from '../../measurement/text/encoding.ts';
import type { SourceText } from '../../measurement/text/source-text.ts';
import { renderInspection } from '../../report/inspection.ts';
import type { CommandContext } from '../context.ts';

/** Options of `modstorm inspect`. */
export interface InspectOptions {
  json?: boolean;
}

/**
 * `modstorm inspect FILE|-`: reads a stats text, dmesg or console log from any machine and prints what it says.
 * Returns the exit code: 0, also when the log holds a crash, for inspecting it went well.
 * @throws UsageError INSPECT_UNREADABLE, INSPECT_TOO_LARGE, INSPECT_UNRECOGNISED
 */
export async function inspectCommand(
  source: string,
  options: InspectOptions,
  context: CommandContext,
): Promise<number> {
  const text =
    source === '-'
      ? await readStream(process.stdin, 'standard input', context)
      : await readFile(source, context);
  const inspection = inspectText(text);
  context.stdout(
    options.json === true
      ? `${JSON.stringify(inspectionJson(inspection), null, 2)}\n`
      : renderInspection(inspection),
  );
  return 0;
}

async function readFile(path: string, context: CommandContext): Promise<SourceText> {
  try {
    // What is looked at before it is opened: a FIFO would wait for its writer, and a device has no end.
    if (!(await stat(path)).isFile()) throw new Error('it is no regular file');
    const file = await open(path, 'r');
    // A stream and not readFile: debugfs and pipes have no size, and the bound must hold for them too.
    return await readStream(file.createReadStream(), path, context);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError('INSPECT_UNREADABLE', `cannot read ${path}: ${reason}`, {
      hint: 'Give a file that you may read, or - for standard input; /sys/kernel/debug needs root.',
      cause: error,
    });
  }
}

async function readStream(
  stream: AsyncIterable<unknown>,
  name: string,
  { signal }: CommandContext,
): Promise<SourceText> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    signal.throwIfAborted();
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > inspectionLimit) throw tooLarge(name);
    chunks.push(bytes);
  }
  const content = Buffer.concat(chunks, length);
  return decodeBytes(content[0] === 0x1f && content[1] === 0x8b ? unzip(content, name) : content);
}

/** A log as logrotate keeps it, unpacked as far as an inspection may be large. */
function unzip(content: Buffer, name: string): Buffer {
  try {
    return gunzipSync(content, { maxOutputLength: inspectionLimit });
  } catch (error) {
    if (hasCode(error, 'ERR_BUFFER_TOO_LARGE')) throw tooLarge(name, error);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError('INSPECT_UNREADABLE', `cannot unpack ${name}: ${reason}`, {
      hint: 'The file begins as gzip does, and is damaged or cut.',
      cause: error,
    });
  }
}

function tooLarge(name: string, cause?: unknown): UsageError {
  return new UsageError('INSPECT_TOO_LARGE', `${name} is larger than ${inspectionLimit / 1024 ** 2} MiB`, {
    hint: 'Cut it to one boot, for example with `journalctl -k -b` or `tail -c 100M`.',
    cause,
  });
}
