import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Message } from '../channel/protocol.ts';
import type { Crash } from '../measurement/crashes/crash.ts';
import type { HostPressure, TrialPhase } from '../measurement/record.ts';
import { isStopped } from '../process/process-stat.ts';
import { type ProgramResult, type RunningProgram, startProgram } from '../process/program.ts';
import { qemuArguments } from './arguments.ts';
import type { Recognise } from './crash-watch.ts';
import type { GuestChannel, ListenChannel } from './guest-channel.ts';
import { GuestConsole } from './guest-console.ts';
import { judgeEnd } from './guest-end.ts';
import { type HangEvidence, hangEvidence } from './hang-evidence.ts';
import { PressureMeter } from './host-pressure.ts';
import type { Deadlines, MachineEnd, MachineSettings } from './machine.ts';
import { type Expiry, PhaseClock } from './phase-clock.ts';
import { listenQmp, type QmpConnection, type QmpListener } from './qmp.ts';
import { StallWatch } from './stall-watch.ts';

/** One boot of a guest. */
export interface GuestOptions {
  /** The harness creates both sockets. Their folder must exist. */
  settings: MachineSettings & { channelSocket: string; qmpSocket: string };
  deadlines: Deadlines;
  listenChannel: ListenChannel;
  /** Finds crash reports in console lines. Default: the one in harness/measurement. */
  recognise?: Recognise | undefined;
  signal?: AbortSignal | undefined;
  onMessage?: ((message: Message) => void) | undefined;
  onPhase?: ((phase: TrialPhase) => void) | undefined;
  /** Ends the guest as finished once it says hello, for the smoke boot. */
  untilHello?: boolean | undefined;
  /** How long a crashed guest must be quiet before its report counts as complete, in ns. Default: 1 s. */
  graceNs?: number | undefined;
}

/** The result of a guest, apart from what its agent reported. */
export interface GuestResult {
  end: MachineEnd;
  /** Host monotonic durations of the phases that were reached, ns. */
  phasesNs: Partial<Record<TrialPhase, number>>;
  durationNs: number;
  /** Undefined if the host does not provide it. */
  hostPressure: HostPressure | undefined;
  /** Every crash report on the console, including those that a guest survives. */
  crashes: Crash[];
  /** The last lines of the console, unescaped. */
  consoleTail: string[];
  qemuStderr: string;
}

const tickMs = 50;
const drainMs = 2000;
/** How long a signal to this process may come after the one to QEMU. */
const abortMs = 1000;
/** The signals that end a job; others are deaths of QEMU's own. */
const endingSignals: ReadonlySet<string> = new Set(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP']);
const now = () => Number(process.hrtime.bigint());

/**
 * Boots a guest and waits until QEMU is gone. Both sockets listen before QEMU starts. Whatever happens, no process, socket
 * or timer is left at the end.
 * @throws InfrastructureError if a socket cannot be created; whatever a callback throws. Anything else is in the result.
 */
export async function runGuest(options: GuestOptions): Promise<GuestResult> {
  const guest = new Guest(options);
  try {
    await guest.start();
    await guest.watch();
  } finally {
    await guest.stop();
  }
  return guest.life();
}

class Guest {
  readonly #options: GuestOptions;
  readonly #clock: PhaseClock;
  readonly #console: GuestConsole;
  readonly #started = now();
  #channel: GuestChannel | undefined;
  #channelConnected = false;
  #stoppedByQemu = false;
  #listener: QmpListener | undefined;
  #qmp: QmpConnection | undefined;
  #program: RunningProgram | undefined;
  #result: ProgramResult | undefined;
  #endedByUs = false;
  #shutdownReason: string | undefined;
  #channelProblem: string | undefined;
  #expiry: Expiry | undefined;
  #hang: HangEvidence | undefined;
  #qemuStopped = false;
  readonly #stall = new StallWatch(now);
  readonly #pressure = new PressureMeter(now);
  #concluded = false;
  #hellos = 0;
  #failure: { error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(options: GuestOptions) {
    this.#options = options;
    this.#clock = new PhaseClock(options.deadlines, now);
    this.#console = new GuestConsole(options.settings.consoleFile, now, options.recognise);
  }

  /** Listens first, then starts QEMU. */
  async start(): Promise<void> {
    const { settings, listenChannel } = this.#options;
    // The console of an earlier boot would be read as part of this one.
    await rm(settings.consoleFile, { force: true });
    this.#channel = await listenChannel({
      path: settings.channelSocket,
      onMessage: message => this.#guarded(() => this.#hear(message)),
      onFault: fault => this.#lose(fault.message),
      onConnect: () => {
        this.#channelConnected = true;
      },
      onBytes: () => this.#clock.heard(),
    });
    this.#listener = await listenQmp(settings.qmpSocket, ({ event, data }) => {
      if (event === 'SHUTDOWN') this.#shutdownReason ??= String(data['reason']);
      // Nobody else stops it: KVM met an error that it cannot handle.
      if (event === 'STOP') this.#stoppedByQemu = true;
      this.#wake();
    });
    if (this.#interrupted) return;
    this.#program = startProgram(settings.qemu, qemuArguments(settings), { maxBuffer: 1024 ** 2 });
    void this.#program.done.then(result => {
      this.#result = result;
      this.#wake();
    });
    void this.#listener.connected.then(
      qmp => this.#guarded(() => this.#connect(qmp)),
      // QEMU died before it connected, or we hung up. Its exit shows which.
      () => this.#wake(),
    );
  }

  /** Waits until the guest is finished for any reason. */
  async watch(): Promise<void> {
    const onAbort = () => this.#wake();
    this.#options.signal?.addEventListener('abort', onAbort);
    try {
      while (!(await this.#isOver())) await this.#pause();
    } finally {
      this.#options.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends QEMU: quit by QMP, then TERM, then KILL. Then closes and removes the sockets. */
  async stop(): Promise<void> {
    if (this.#program && !this.#result) {
      this.#endedByUs = true;
      // The answer may never arrive. TERM follows in any case.
      await this.#qmp?.execute('quit', {}, 5e8).catch(() => {});
      this.#result = await this.#program.end();
    } else if (this.#wasKilled) await this.#awaitAbort();
    // QEMU is gone, so everything the guest sent is on its way. Do not wait for a channel that holds it back.
    const said = this.#channelConnected ? this.#channel?.closed : undefined;
    await Promise.race([said, setTimeout(drainMs, undefined, { ref: false })]);
    const closed = await Promise.allSettled([this.#channel?.close(), this.#listener?.close()]);
    await this.#console.close();
    for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** The result of this guest, after `stop`. */
  life(): GuestResult {
    if (this.#failure) throw this.#failure.error;
    const result = this.#result;
    const end = judgeEnd({
      // A guest that was done before the signal is a result like any other.
      interrupted: this.#interrupted && (this.#endedByUs || !this.#program || this.#wasKilled),
      flooded: this.#console.flooded,
      concluded: this.#concluded,
      boots: Math.max(this.#hellos, this.#console.banners),
      consoleTail: this.#console.tail,
      fatal: this.#console.fatal,
      exit: this.#endedByUs ? undefined : result,
      stopped: this.#stoppedByQemu ? (result?.stderr ?? '') : undefined,
      shutdownReason: this.#shutdownReason,
      channelProblem: this.#channelProblem,
      expiry: this.#expiry,
      hang: this.#hang,
      qemuStopped: this.#qemuStopped,
      stalledNs: this.#stall.longestNs,
    });
    return {
      end,
      phasesNs: this.#clock.durations(),
      durationNs: now() - this.#started,
      hostPressure: this.#pressure.measure(),
      crashes: this.#console.crashes,
      consoleTail: this.#console.tail,
      qemuStderr: result?.stderr ?? '',
    };
  }

  /** Whether a signal from outside ended QEMU before its guest was done. QEMU exits in order when it gets TERM. */
  get #wasKilled(): boolean {
    if (this.#endedByUs || this.#concluded || this.#console.fatal || !this.#result) return false;
    const { signal } = this.#result;
    return this.#shutdownReason === 'host-signal' || (signal !== undefined && endingSignals.has(signal));
  }

  /**
   * Whoever ends a whole job, such as `scancel` of Slurm, signals every process of it, and QEMU may die before this process
   * hears of it. Then the guest was interrupted, and is no failure of the host.
   */
  async #awaitAbort(): Promise<void> {
    const { signal } = this.#options;
    if (signal === undefined || signal.aborted) return;
    const heard = new AbortController();
    signal.addEventListener('abort', () => heard.abort(), { once: true, signal: heard.signal });
    await setTimeout(abortMs, undefined, { ref: false, signal: heard.signal }).catch(() => undefined);
    heard.abort();
  }

  get #interrupted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  async #isOver(): Promise<boolean> {
    this.#stall.turn();
    if (await this.#console.read()) this.#clock.heard();
    if (this.#result || this.#interrupted || this.#failure || this.#stoppedByQemu) return true;
    if (this.#channelProblem !== undefined || this.#console.flooded) return true;
    if (this.#options.untilHello && this.#concluded) return true;
    // A crashed guest gets time to print its report. Only QEMU's exit or silence shows that it is complete.
    if (this.#console.fatal) return this.#console.quietNs > (this.#options.graceNs ?? 1e9);
    this.#expiry = this.#clock.expired();
    if (!this.#expiry) return false;
    this.#qemuStopped = this.#program !== undefined && isStopped(this.#program.pid);
    this.#hang = await hangEvidence(this.#qmp);
    return true;
  }

  #pause(): Promise<void> {
    return new Promise(resolve => {
      const timer = globalThis.setTimeout(resolve, tickMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #connect(qmp: QmpConnection): void {
    this.#qmp = qmp;
    if (this.#clock.phase === 'start') this.#enter('boot');
  }

  #hear(message: Message): void {
    if (message.type === 'hello') {
      this.#hellos++;
      this.#enter('prepare');
      if (this.#options.untilHello) this.#concluded = true;
    }
    if (message.type === 'phase') this.#enter(message.phase);
    if (message.type === 'end' || message.type === 'error') {
      this.#concluded = true;
      if (this.#clock.phase !== 'shutdown') this.#enter('shutdown');
    }
    this.#options.onMessage?.(message);
  }

  /** Frames cut off because we ended QEMU are not a fault of the channel. */
  #lose(reason: string): void {
    if (!this.#endedByUs) this.#channelProblem ??= reason;
    this.#wake();
  }

  #enter(phase: TrialPhase): void {
    this.#clock.enter(phase);
    this.#options.onPhase?.(phase);
  }

  /** A callback that throws ends the guest, and `runGuest` throws the error. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#wake();
  }
}
