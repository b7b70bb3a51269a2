import type { Message, SnapshotMoment, WorkloadExit } from '../channel/protocol.ts';

/** One of the two readings of the kernel's counters. */
export interface Snapshot {
  counters: Record<string, string>;
  /** Files that could not be read, with their errno. */
  missing: Record<string, string>;
  stats?: string;
}

/** How much of each kind of text to keep per guest. The rest is only counted. */
const guestLogLimits = {
  output: 4 * 1024 ** 2,
  kmsgRecords: 200_000,
  fileBytes: 16 * 1024 ** 2,
  notes: 100,
} as const;

/** Everything that a guest reported, collected from its messages as they arrive. */
export class GuestLog {
  hello: { timeNs: number; facts: Record<string, string> } | undefined;
  before: Snapshot | undefined;
  after: Snapshot | undefined;
  exit: WorkloadExit | undefined;
  error: { code: string; text: string } | undefined;
  end: Record<string, string> | undefined;
  stdout = '';
  stderr = '';
  readonly kmsg: string[] = [];
  readonly notes: { code: string; text: string }[] = [];
  readonly samples: { timeNs: number; values: Record<string, string> }[] = [];
  readonly #files = new Map<string, Buffer[]>();
  #fileBytes = 0;
  /** What `guestLogLimits` dropped, by kind. */
  readonly dropped: Record<string, number> = {};

  /** Adds one message. */
  add(message: Message): void {
    switch (message.type) {
      case 'hello':
        this.hello ??= { timeNs: message.timeNs, facts: message.facts };
        break;
      case 'counters':
        Object.assign(this.#snapshot(message.moment), { counters: message.values, missing: message.missing });
        break;
      case 'stats':
        this.#snapshot(message.moment).stats = message.text;
        break;
      case 'kmsg':
        if (this.kmsg.length < guestLogLimits.kmsgRecords) this.kmsg.push(message.record);
        else this.#drop('kmsg', 1);
        break;
      case 'output':
        this.#addOutput(message.stream, message.text);
        break;
      case 'exit':
        this.exit = message.exit;
        break;
      case 'file':
        this.#addFile(message.name, message.content);
        break;
      case 'sample':
        this.samples.push({ timeNs: message.timeNs, values: message.values });
        break;
      case 'note':
        if (this.notes.length < guestLogLimits.notes)
          this.notes.push({ code: message.code, text: message.text });
        else this.#drop('notes', 1);
        break;
      case 'error':
        this.error ??= { code: message.code, text: message.text };
        break;
      case 'end':
        this.end = message.facts;
        break;
      case 'phase':
        break;
    }
  }

  /** Result files by path in the guest. */
  get files(): Map<string, Buffer> {
    return new Map([...this.#files].map(([name, parts]) => [name, Buffer.concat(parts)]));
  }

  #snapshot(moment: SnapshotMoment): Snapshot {
    this[moment] ??= { counters: {}, missing: {} };
    return this[moment];
  }

  #addOutput(stream: 'stdout' | 'stderr', text: string): void {
    const room = Math.max(0, guestLogLimits.output - this[stream].length);
    this[stream] += text.slice(0, room);
    if (text.length > room) this.#drop(stream, text.length - room);
  }

  #addFile(name: string, content: Buffer): void {
    if (this.#fileBytes + content.length > guestLogLimits.fileBytes) {
      this.#drop('file bytes', content.length);
      return;
    }
    this.#fileBytes += content.length;
    this.#files.set(name, [...(this.#files.get(name) ?? []), content]);
  }

  #drop(kind: string, amount: number): void {
    this.dropped[kind] = (this.dropped[kind] ?? 0) + amount;
  }
}
