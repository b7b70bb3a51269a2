import { isColoured, makePaint } from '../paint.ts';
import { type ProgressClock, processClock } from './clock.ts';
import type { ProgressSink } from './event.ts';
import { ProgressLines } from './lines.ts';
import { LiveProgress } from './live.ts';

/** Output stream for progress, such as `process.stderr`. Never standard output, which is for results. */
export interface ProgressStream {
  write(text: string): unknown;
  /** The current size of the terminal. */
  columns?: number | undefined;
  rows?: number | undefined;
  on(event: 'resize' | 'error', listener: () => void): unknown;
  off(event: 'resize' | 'error', listener: () => void): unknown;
}

/** Options of a display. */
export interface ProgressOptions {
  /** Default: standard error. */
  stream?: ProgressStream;
  /** Whether the stream is a terminal that can be redrawn. */
  interactive: boolean;
  /** NO_COLOR and FORCE_COLOR are honoured; TERM=dumb gets plain lines. */
  environment: NodeJS.ProcessEnv;
  clock?: ProgressClock;
}

/** A display. Feed it events, and close it before printing results. */
export interface Progress {
  sink: ProgressSink;
  close(): void;
}

/** For a terminal of unknown size. */
const defaultSize = { columns: 80, rows: 24 };

/** Creates the live window on a terminal, plain lines elsewhere. A broken stream (EPIPE) ends the display, not the run. */
export function createProgress(options: ProgressOptions): Progress {
  const { stream = process.stderr, environment } = options;
  const clock = options.clock ?? processClock;
  const live = options.interactive && environment['TERM'] !== 'dumb';
  const paint = makePaint(isColoured(environment, live));
  let broken = false;
  const onError = () => {
    broken = true;
  };
  stream.on('error', onError);
  const write = (text: string) => {
    if (!broken) stream.write(text);
  };
  if (!live) {
    const lines = new ProgressLines(write, clock, paint);
    return { sink: event => lines.handle(event), close: () => lines.close() };
  }
  const size = () => ({
    columns: stream.columns || defaultSize.columns,
    rows: stream.rows || defaultSize.rows,
  });
  const window = new LiveProgress(write, size, clock, paint);
  const onResize = () => window.draw();
  // Restore the cursor, whatever ends the process.
  const close = () => {
    window.close();
    stream.off('resize', onResize);
    process.off('exit', close);
  };
  stream.on('resize', onResize);
  process.once('exit', close);
  return { sink: event => window.handle(event), close };
}
