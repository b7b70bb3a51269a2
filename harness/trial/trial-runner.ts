import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChannelListener, createSocketFolder } from '../channel/listener.ts';
import { formatTranscriptLine } from '../channel/transcript.ts';
import { debugError } from '../debug.ts';
import { InfrastructureError, isSystemError } from '../errors.ts';
import { escapeText } from '../escape.ts';
import { BackgroundFile } from '../files/background-file.ts';
import { readableText } from '../files/existing.ts';
import { qemuArguments, translatesSingleThreaded } from '../machine/arguments.ts';
import { baseDeadlines, scaleDeadlines } from '../machine/deadlines.ts';
import { type GuestResult, runGuest } from '../machine/guest.ts';
import type { Accelerator, MachineSettings } from '../machine/machine.ts';
import type { Cell } from '../matrix/matrix.ts';
import type { TrialPhase, TrialRecord } from '../measurement/record.ts';
import { traceFile, traceParameters } from '../measurement/trace/trace-points.ts';
import type { Trial } from '../plan/trial.ts';
import { shellQuote } from '../shell-quote.ts';
import type { RunFolder } from '../store/run-folder.ts';
import { demandWhole } from './bootable-files.ts';
import { GuestLog } from './guest-log.ts';
import type { PreparedCell } from './prepared-cell.ts';
import type { Resources } from './resources.ts';
import { makeTrialRecord } from './trial-record.ts';

/** The host on which a run boots all its guests. */
export interface GuestHost {
  /** Path or name of the QEMU program. */
  qemu: string;
  accelerator: Accelerator;
  /** The `-cpu` with which KVM was proved, for cells without one of their own. */
  cpuModel?: string | undefined;
  /** Cores of the host that guests may use. */
  cores: number;
  /** The QEMU plugin that counts instructions; present if a cell of the run needs it. */
  counterPlugin?: string | undefined;
}

/** The output file of the QEMU plugin in the folder of a trial. */
const instructionFile = 'instructions.txt';
/** Maximum number of characters to read from it: 64 lines with 20 digits for each of 256 vCPUs would be 350 000. */
const countLimit = 400_000;

/** QEMU's own memory besides the guest's: translated code, device state, the page tables of the host. */
const machineOverheadBytes = 192 * 1024 ** 2;

/** The host resources that a trial uses. Single-threaded translation needs one core, whatever the number of vCPUs. */
export function trialCost(trial: Trial, host: GuestHost): Resources {
  const { vcpus, memoryBytes } = trial.cell;
  const single =
    host.accelerator === 'tcg' &&
    translatesSingleThreaded({ vcpus, hostCores: host.cores }, isCounted(trial.cell));
  return { cores: single ? 1 : Math.min(vcpus, host.cores), memoryBytes: memoryBytes + machineOverheadBytes };
}

function isCounted(cell: Cell): boolean {
  return cell.clock === 'instructions';
}

/** The machine settings for a cell, without the paths of a particular trial. Pure. */
export function machineSettings(
  prepared: Pick<
    PreparedCell,
    'cell' | 'fragments' | 'kernel' | 'image' | 'delayLoops' | 'timeStampKilohertz'
  > & { deadlineNs: number },
  host: GuestHost,
  trial: { id: string; consoleFile: string; countFile: string },
): MachineSettings {
  const { cell, fragments, kernel, image } = prepared;
  const words = [
    ...(fragments.includes('trace')
      ? [...traceParameters(cell.vcpus, cell.memoryBytes), 'modstorm.trace=1']
      : []),
    cell.commandLine,
    `modstorm.trial=${trial.id}`,
    `modstorm.vcpus=${cell.vcpus}`,
    `modstorm.deadline_ns=${prepared.deadlineNs}`,
  ];
  return {
    qemu: host.qemu,
    accelerator: host.accelerator,
    hostCores: host.cores,
    vcpus: cell.vcpus,
    memoryBytes: cell.memoryBytes,
    numaNodes: cell.numaNodes,
    cpuModel: cell.cpuModel ?? host.cpuModel,
    delayLoops: prepared.delayLoops,
    timeStampKilohertz: prepared.timeStampKilohertz,
    counter:
      isCounted(cell) && host.counterPlugin !== undefined
        ? { plugin: host.counterPlugin, file: trial.countFile }
        : undefined,
    kernelImage: kernel.image,
    initramfs: image.path,
    commandLine: words.filter(Boolean).join(' '),
    consoleFile: trial.consoleFile,
  };
}

/** How to run a trial. */
export interface TrialOptions {
  trial: Trial;
  prepared: PreparedCell;
  host: GuestHost;
  folder: RunFolder;
  /** Maximum number of concurrent guests. Deadlines scale with it. */
  jobs: number;
  signal: AbortSignal;
  onPhase?: ((phase: TrialPhase) => void) | undefined;
}

/**
 * One trial from boot to record. It is booted once more if nothing of the first boot can be believed. Its folder gets the console, the channel's transcript, the command line of QEMU, the
 * raw texts of the guest. Whatever goes wrong with the guest is an outcome; only failures of the host are thrown.
 * @throws InfrastructureError EVIDENCE_UNWRITABLE when the folder of the trial takes no more; CACHE_DAMAGED; those of
 *   sockets
 * @param boot boots a guest and judges it; replaced in tests
 */
export async function runTrial(
  options: TrialOptions,
  boot: (options: TrialOptions) => Promise<JudgedBoot> = bootWithEvidence,
): Promise<TrialRecord> {
  await demandWhole(options.prepared, 'quick');
  let { record, stalled } = await boot(options);
  if (stalled !== undefined && !options.signal.aborted) {
    ({ record } = await boot(options));
    record.findings.push({
      code: 'DONE_AGAIN',
      severity: 'note',
      message: escapeText(`the trial was done again: ${stalled}`),
    });
  }
  const { kind } = record.outcome;
  // Time and size of a file may be as they were, and its content not: then the guest dies of it, or never comes up.
  if (kind === 'crashed' || kind === 'timeout' || kind === 'invalid')
    await demandWhole(options.prepared, 'whole');
  return record;
}

/** One boot, judged. */
export interface JudgedBoot {
  record: TrialRecord;
  /** Why nothing of it can be believed, where a second try may be better. */
  stalled: string | undefined;
}

async function bootWithEvidence(options: TrialOptions): Promise<JudgedBoot> {
  try {
    return await bootAndJudge(options);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const folder = options.folder.trialFolder(options.trial.id);
    throw new InfrastructureError(
      'EVIDENCE_UNWRITABLE',
      `${folder}: the evidence of the trial cannot be written: ${error.message}`,
      {
        hint: 'Free some space on that disk, then continue with `modstorm run --resume`: no finished trial is lost.',
        cause: error,
      },
    );
  }
}

async function bootAndJudge(options: TrialOptions): Promise<JudgedBoot> {
  const { trial, prepared, host } = options;
  const folder = await options.folder.makeTrialFolder(trial.id);
  const startedAt = new Date();
  const deadlines = trialDeadlines(prepared, host, options.jobs);
  // The agent's own deadline is shorter, so that the counters of a hung workload can still be read.
  const settings = machineSettings({ ...prepared, deadlineNs: Math.round(deadlines.workload * 0.8) }, host, {
    id: trial.id,
    consoleFile: join(folder, 'console.log'),
    countFile: join(folder, instructionFile),
  });
  const command = shellQuote([settings.qemu, ...qemuArguments(settings)]);
  await writeFile(join(folder, 'qemu.txt'), `${command}\n`);
  const log = new GuestLog();
  const life = await bootGuest(options, settings, log, folder);
  await writeEvidence(folder, log, life);
  const instructions = settings.counter && (await readCounts(settings.counter.file));
  const { accelerator } = host;
  const record = makeTrialRecord({ trial, prepared, accelerator, startedAt, life, log, instructions });
  return { record, stalled: life.end.kind === 'stalled' ? life.end.reason : undefined };
}

function trialDeadlines(prepared: PreparedCell, host: GuestHost, jobs: number) {
  const base = baseDeadlines(prepared.workload.deadlineNs);
  return scaleDeadlines(base, {
    accelerator: host.accelerator,
    vcpus: prepared.cell.vcpus,
    hostCores: host.cores,
    jobs,
    counted: isCounted(prepared.cell),
  });
}

/** The output of the plugin; empty if QEMU failed before loading it. */
async function readCounts(file: string): Promise<string> {
  const text = (await readableText(file)) ?? '';
  return text.slice(0, countLimit);
}

async function bootGuest(
  options: TrialOptions,
  settings: MachineSettings,
  log: GuestLog,
  folder: string,
): Promise<GuestResult> {
  const sockets = await createSocketFolder();
  const transcript = await BackgroundFile.create(join(folder, 'channel.ndjson'));
  let life: GuestResult;
  try {
    life = await runGuest({
      settings: {
        ...settings,
        channelSocket: join(sockets.path, 'channel'),
        qmpSocket: join(sockets.path, 'qmp'),
      },
      deadlines: trialDeadlines(options.prepared, options.host, options.jobs),
      listenChannel: channel => ChannelListener.listen(channel),
      signal: options.signal,
      onMessage: message => {
        log.add(message);
        transcript.write(`${formatTranscriptLine(message)}\n`);
      },
      onPhase: options.onPhase,
    });
  } catch (error) {
    // Already reported: an error on closing the file has the same cause.
    await transcript.close().catch(debugError);
    throw error;
  } finally {
    await sockets.remove();
  }
  await transcript.close();
  return life;
}

/** Writes the raw texts from the guest, for readers and for `modstorm inspect`. */
async function writeEvidence(folder: string, log: GuestLog, life: GuestResult): Promise<void> {
  const files: [name: string, content: string | Buffer | undefined][] = [
    ['stats-before.txt', log.before?.stats],
    ['stats-after.txt', log.after?.stats],
    ['trace.txt', log.files.get(traceFile)],
    ['stdout.txt', log.stdout || undefined],
    ['stderr.txt', log.stderr || undefined],
    ['qemu-stderr.txt', life.qemuStderr || undefined],
  ];
  const results = [...log.files].filter(([name]) => name !== traceFile).slice(0, 16);
  for (const [index, [name, content]] of results.entries()) {
    // The guest chose the name: use only its last component, and only plain characters.
    const safe = (name.split('/').at(-1) ?? '').replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 80);
    files.push([`result-${index + 1}-${safe}`, content]);
  }
  for (const [name, content] of files) {
    if (content !== undefined) await writeFile(join(folder, name), content);
  }
}
