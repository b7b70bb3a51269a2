import { type ProgressClock, processClock } from './clock.ts';
import type { ProgressSink } from './event.ts';
import { makePaint } from './format.ts';
import { ProgressLines } from './lines.ts';
import { LiveProgress } from './live.ts';

/** Where progress goes; `process.stderr` is one. Never standard output: that carries results. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Size of the terminal, as it is now. */
  columns?: number | undefined;
  rows?: number | undefined;
  on(event: 'resize' | 'error', listener: () => void): unknown;
  off(event: 'resize' | 'error', listener: () => void): unknown;
}

/** What a display depends on. */
export interface ProgressOptions {
  stream: ProgressStream;
  /** Whether the stream is a terminal that may be redrawn. */
  interactive: boolean;
  /** NO_COLOR and FORCE_COLOR are honoured; TERM=dumb gets plain lines. */
  environment: NodeJS.ProcessEnv;
  clock?: ProgressClock;
}

/** A display: give it events, and close it before results are printed. */
export interface Progress {
  sink: ProgressSink;
  close(): void;
}

/** For a terminal that does not tell its size. */
const defaultSize = { columns: 80, rows: 24 };

/** The live window on a terminal, plain lines elsewhere. A broken stream (EPIPE) ends the display, never the run. */
export function createProgress(options: ProgressOptions): Progress {
  const { stream, environment } = options;
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
  // Whatever ends the process, the terminal gets its cursor back.
  const close = () => {
    window.close();
    stream.off('resize', onResize);
    process.off('exit', close);
  };
  stream.on('resize', onResize);
  process.once('exit', close);
  return { sink: event => window.handle(event), close };
}

/** https://no-color.org: any value that is not empty turns colour off; FORCE_COLOR=0 too. */
function isColoured(environment: NodeJS.ProcessEnv, terminal: boolean): boolean {
  const forced = environment['FORCE_COLOR'];
  if (environment['NO_COLOR']) return false;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return terminal;
}
