import type { Paint } from '../paint.ts';
import type { ProgressClock } from './clock.ts';
import type { ProgressEvent } from './event.ts';
import { finishedLine, runStartedLine, stepFinishedLine, warningLines } from './format.ts';
import { renderFrame } from './frame.ts';
import { ProgressState } from './progress-state.ts';

const throttleMs = 100;
const tickMs = 1000;
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const eraseBelow = '\x1b[J';

/** The current size of a terminal, in characters. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

/**
 * A window at the bottom of a terminal, redrawn in place: bar, steps and running trials. Permanent lines (finished
 * steps, trials that did not pass, warnings) scroll away above it.
 */
export class LiveProgress {
  readonly #write: (text: string) => void;
  readonly #size: () => TerminalSize;
  readonly #clock: ProgressClock;
  readonly #paint: Paint;
  readonly #state = new ProgressState();
  readonly #stopTick: () => void;
  #forgetRedraw: (() => void) | undefined;
  #drawn: string[] = [];
  #drawnMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(write: (text: string) => void, size: () => TerminalSize, clock: ProgressClock, paint: Paint) {
    this.#write = write;
    this.#size = size;
    this.#clock = clock;
    this.#paint = paint;
    this.#stopTick = clock.every(tickMs, () => this.draw());
    write(hideCursor);
  }

  /** Handles one event. Redraws now, or 100 ms after the last redraw. */
  handle(event: ProgressEvent): void {
    if (this.#closed) return;
    const nowMs = this.#clock.now();
    this.#state.apply(event, nowMs);
    const lasting = this.#lastingLines(event);
    if (lasting.length > 0) this.draw(lasting);
    else this.#drawSoon(nowMs);
  }

  /** Redraws now, with permanent lines above the window. Also used after the terminal was resized. */
  draw(lasting: readonly string[] = []): void {
    if (this.#closed) return;
    this.#forgetRedraw?.();
    this.#forgetRedraw = undefined;
    this.#drawnMs = this.#clock.now();
    const { columns, rows } = this.#size();
    const frame = renderFrame(this.#state, this.#drawnMs, columns, rows);
    this.#write(`${this.#eraseFrame()}${[...lasting, ...frame].map(line => `${line}\n`).join('')}`);
    this.#drawn = frame;
  }

  /** Removes the window and shows the cursor again. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTick();
    this.#forgetRedraw?.();
    this.#write(`${this.#eraseFrame()}${showCursor}`);
  }

  #drawSoon(nowMs: number): void {
    const waitMs = this.#drawnMs + throttleMs - nowMs;
    if (waitMs <= 0) this.draw();
    else this.#forgetRedraw ??= this.#clock.after(waitMs, () => this.draw());
  }

  /** Moves up over the rows of the last frame, which a narrower terminal may have wrapped, and erases from there. */
  #eraseFrame(): string {
    const columns = Math.max(1, this.#size().columns);
    const rows = this.#drawn.reduce(
      (total, line) => total + Math.max(1, Math.ceil(line.length / columns)),
      0,
    );
    return rows === 0 ? '' : `\x1b[${rows}A\r${eraseBelow}`;
  }

  #lastingLines(event: ProgressEvent): string[] {
    switch (event.type) {
      case 'run-started':
        return [runStartedLine(event)];
      case 'step-finished':
        return event.cached ? [] : [stepFinishedLine(event)];
      case 'trial-finished':
        return event.record.outcome.kind === 'passed' ? [] : [finishedLine(event, this.#state, this.#paint)];
      case 'warning':
        return warningLines(event, this.#paint);
      default:
        return [];
    }
  }
}
