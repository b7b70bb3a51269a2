import { LineWriter, type SourceText } from './source-text.ts';

/** The transfer encoding of a mail body or a part of it. */
type Encoding = 'quoted-printable' | 'base64' | 'none';

const headerPattern = /^content-transfer-encoding:[ \t]*(quoted-printable|base64|7bit|8bit|binary)/i;
const escapesPattern = /(?:=[0-9A-F]{2})+/g;
const base64Line = /^[A-Za-z0-9+/]{4,76}={0,2}$/;
/** A line that ends in a soft break. Mail has at most 76 characters per line. */
const softBreak = /=[ \t]*\r?$/;

/**
 * Decodes quoted-printable and base64 (RFC 2045) if the mail header says so; quoted-printable also without a header, if
 * every `=` in the text belongs to that encoding.
 */
export function undoTransferEncoding(source: SourceText): SourceText {
  const assumed = looksQuotedPrintable(source.text);
  if (!assumed && !/^content-transfer-encoding:/im.test(source.text)) return source;
  const reader = new MailReader(source, assumed ? 'quoted-printable' : 'none');
  for (const line of source.text.split('\n')) reader.add(line);
  return reader.finish();
}

/** Whether the text has soft breaks or encoded characters, and hardly any other `=`. */
function looksQuotedPrintable(text: string): boolean {
  let encoded = 0;
  let certain = 0;
  let other = 0;
  for (let at = text.indexOf('='); at !== -1; at = text.indexOf('=', at + 1)) {
    const next = text.slice(at + 1, at + 24);
    // A soft break is within a line: the next line does not stand alone.
    if (/^[ \t]{0,2}\r?\n(?!\s|\[ {0,10}\d|$)/.test(next)) certain++;
    else if (/^(?:3D|09|[89A-F][0-9A-F]=[0-9A-F]{2})/.test(next)) certain++;
    else if (/^[0-9A-F]{2}/.test(next)) encoded++;
    else if (++other > 64 + 0.1 * (certain + encoded)) return false;
  }
  return certain > 0 && other <= 0.1 * (certain + encoded);
}

/** Reads the lines of a mail and decodes its parts. */
class MailReader {
  readonly #writer: LineWriter;
  readonly #assumed: Encoding;
  #encoding: Encoding;
  /** The encoding of the part whose header is being read. */
  #announced: Encoding | undefined;
  #line = 0;
  #joins = false;
  #count = 0;
  #block: { text: string; line: number } | undefined;

  constructor(source: SourceText, assumed: Encoding) {
    this.#writer = new LineWriter(source);
    this.#assumed = assumed;
    this.#encoding = assumed;
  }

  /** Adds the next line. */
  add(line: string): void {
    this.#line++;
    if (this.#takeHeader(line)) return;
    if (this.#encoding === 'base64' && base64Line.test(line.trim())) {
      this.#block ??= { text: '', line: this.#line };
      this.#block.text += line.trim();
      return;
    }
    this.#endBlock();
    if (this.#encoding === 'quoted-printable') this.#addQuoted(line);
    else this.#writer.add(line, this.#line);
  }

  /** The text with all parts decoded. */
  finish(): SourceText {
    this.#endBlock();
    return this.#writer.finish('mail transfer encoding', this.#count);
  }

  /** Tracks the headers of mails and parts. A boundary ends a part. */
  #takeHeader(line: string): boolean {
    const header = headerPattern.exec(line);
    if (header) {
      const name = header[1]?.toLowerCase();
      this.#announced = name === 'quoted-printable' || name === 'base64' ? name : 'none';
    } else if (this.#announced !== undefined && line.trim() === '') {
      this.#encoding = this.#announced;
      this.#announced = undefined;
    } else if (/^--[\w'()+,./:=?-]{1,70}(?:--)?\s*$/.test(line) && this.#encoding !== this.#assumed) {
      this.#endBlock();
      this.#encoding = this.#assumed;
    } else return false;
    this.#joins = false;
    this.#endBlock();
    this.#writer.add(line, this.#line);
    return true;
  }

  #addQuoted(line: string): void {
    const soft = softBreak.test(line);
    const body = soft ? line.replace(softBreak, '') : line;
    const text = body.replace(escapesPattern, escapes => {
      this.#count++;
      return Buffer.from(escapes.replaceAll('=', ''), 'hex').toString('utf8');
    });
    if (this.#joins) this.#writer.append(text);
    else this.#writer.add(text, this.#line);
    if (soft) this.#count++;
    this.#joins = soft;
  }

  #endBlock(): void {
    if (!this.#block) return;
    this.#count++;
    this.#writer.add(Buffer.from(this.#block.text, 'base64').toString('utf8'), this.#block.line);
    this.#block = undefined;
  }
}
