import { UsageError } from '../errors.ts';

/** A kind of binary file, and how to convert it to text. */
interface BinaryForm {
  /** With its article. */
  what: string;
  magic: Buffer;
  /** Offset of the magic; default: 0. */
  offset?: number;
  hint: string;
}

const unpack = 'Unpack it first; gzip, xz and zstd are read as they are.';
const dump =
  'Take the log out of the dump first: `makedumpfile --dump-dmesg FILE dmesg.txt`, or `log` in the program crash.';

const forms: readonly BinaryForm[] = [
  {
    what: 'a journal of systemd',
    magic: Buffer.from('LPKSHHRH'),
    hint: 'Print it first: `journalctl --file FILE -k -o short-monotonic`.',
  },
  { what: 'a dump of a kernel', magic: Buffer.from('KDUMP   '), hint: dump },
  {
    what: 'an ELF file',
    magic: Buffer.from('\x7fELF'),
    hint: `A text is needed. ${dump}`,
  },
  { what: 'a ZIP archive', magic: Buffer.from('PK\x03\x04'), hint: unpack },
  { what: 'a tar archive', magic: Buffer.from('ustar'), offset: 257, hint: unpack },
  { what: 'a bzip2 file', magic: Buffer.from('BZh'), hint: unpack },
  { what: 'an LZ4 file', magic: Buffer.from([0x04, 0x22, 0x4d, 0x18]), hint: unpack },
];

/**
 * Rejects known binary formats, and says how to convert them to text.
 * @throws UsageError INSPECT_UNRECOGNISED
 */
export function refuseBinary(content: Buffer, name: string): void {
  const form = forms.find(({ magic, offset = 0 }) =>
    content.subarray(offset, offset + magic.length).equals(magic),
  );
  if (!form) return;
  throw new UsageError('INSPECT_UNRECOGNISED', `${name} is ${form.what}, and no text`, { hint: form.hint });
}
