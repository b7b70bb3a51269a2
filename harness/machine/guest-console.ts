import type { Crash } from '../measurement/crashes/crash.ts';
import { findCrashes } from '../measurement/crashes/crash-report.ts';
import { isBootBanner } from '../measurement/kernel-log/boot-banner.ts';
import { eachLogLine } from '../measurement/kernel-log/log-lines.ts';
import { ConsoleTail } from './console.ts';
import { CrashWatch, type Recognise } from './crash-watch.ts';

const tailLength = 100;

/** The serial console of a running guest: the last lines, the crashes, and how long it has been quiet. */
export class GuestConsole {
  /** The last hundred lines, unescaped. */
  readonly tail: string[] = [];
  readonly #file: ConsoleTail;
  readonly #watch: CrashWatch;
  readonly #now: () => number;
  #banners = 0;
  #heard: number;

  /**
   * @param now monotonic time, ns
   * @param recognise finds crash reports in lines; default: the one in harness/measurement
   */
  constructor(path: string, now: () => number, recognise?: Recognise) {
    this.#file = new ConsoleTail(path);
    this.#watch = new CrashWatch(recognise ?? (lines => findCrashes(lines.join('\n'))));
    this.#now = now;
    this.#heard = now();
  }

  /** How often the kernel printed its banner. More than once means a reboot. */
  get banners(): number {
    return this.#banners;
  }

  /** Whether the guest printed more than the limit. */
  get flooded(): boolean {
    return this.#file.flooded;
  }

  /** The first fatal crash. Its evidence grows while the report is being printed. */
  get fatal(): Crash | undefined {
    return this.#watch.fatal;
  }

  /** All crashes in order, including those that a guest survives. */
  get crashes(): Crash[] {
    return this.#watch.crashes;
  }

  /** Time since the last new line, in ns. */
  get quietNs(): number {
    return this.#now() - this.#heard;
  }

  /** Reads what was printed since the last call. Returns false if there was nothing. */
  async read(): Promise<boolean> {
    return this.#take(await this.#file.read());
  }

  /** Reads the rest, including an incomplete last line, and closes the file. */
  async close(): Promise<void> {
    this.#take(await this.#file.close());
  }

  #take(lines: string[]): boolean {
    if (lines.length === 0) return false;
    this.#heard = this.#now();
    for (const { text } of eachLogLine(lines.join('\n'))) if (isBootBanner(text)) this.#banners++;
    this.tail.push(...lines.slice(-tailLength));
    this.tail.splice(0, this.tail.length - tailLength);
    this.#watch.push(lines);
    return true;
  }
}
