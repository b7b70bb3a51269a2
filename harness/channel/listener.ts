import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { debug } from '../debug.ts';
import { GuestError, InfrastructureError } from '../errors.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../files/temporary-folder.ts';
import { FrameDecoder, type FrameFault } from './frame-decoder.ts';
import { parseMessage } from './message.ts';
import { acknowledgement, type Frame, type Message } from './protocol.ts';

/** Maximum length of a Unix socket path, in bytes: sockaddr_un.sun_path without its NUL. */
export const socketPathLimit = 107;

/** Default limit of what a guest may send in one trial. The agent's own budgets add up to less. */
const defaultByteLimit = 64 * 1024 * 1024;

/** A fault of the channel: in a frame, in its meaning, too many bytes, or in the socket itself. */
export interface ChannelFault {
  kind: FrameFault['kind'] | 'message' | 'flood' | 'socket';
  /** Number of bytes of the stream before it. */
  offset: number;
  message: string;
}

/** Callbacks for what the guest sends. They must not throw. */
export interface ChannelSink {
  onMessage(message: Message, sequence: number): void;
  onFault(fault: ChannelFault): void;
  /** QEMU has connected. */
  onConnect?(): void;
  /** Bytes arrived, whatever they mean: the guest is alive. */
  onBytes?(bytes: number): void;
}

/** Where to listen, and how much to accept. */
export interface ChannelOptions extends ChannelSink {
  /** Path of the Unix socket; at most 107 bytes. */
  path: string;
  byteLimit?: number;
}

/**
 * Creates a folder whose socket paths are short enough for the kernel. Falls back to /tmp if TMPDIR is too long.
 * @throws InfrastructureError TEMPORARY_FOLDER_FAILED
 */
export function createSocketFolder(): Promise<TemporaryFolder> {
  const roomForName = 32;
  const base = Buffer.byteLength(tmpdir()) + roomForName <= socketPathLimit ? tmpdir() : '/tmp';
  return makeTemporaryFolder('sockets', base);
}

/**
 * The host's end of a trial's channel. It listens before QEMU starts, accepts exactly one connection, and always
 * reads, so that the guest never waits for it. Only a guest that exceeds its byte limit is cut off. Answers the end frame.
 */
export class ChannelListener {
  readonly path: string;
  /** Settles when QEMU has hung up and everything it sent was delivered, or when `close` was called. */
  readonly closed: Promise<void>;
  readonly #sink: ChannelSink;
  readonly #limit: number;
  readonly #server: Server;
  readonly #decoder = new FrameDecoder();
  #socket: Socket | undefined;
  #bytes = 0;
  #settle: () => void = () => {};

  private constructor(options: ChannelOptions) {
    this.path = options.path;
    this.#sink = options;
    this.#limit = options.byteLimit ?? defaultByteLimit;
    this.closed = new Promise(resolve => {
      this.#settle = resolve;
    });
    this.#server = createServer(socket => this.#accept(socket));
  }

  /**
   * Starts to listen.
   * @throws InfrastructureError SOCKET_PATH_TOO_LONG, SOCKET_FAILED
   */
  static async listen(options: ChannelOptions): Promise<ChannelListener> {
    const length = Buffer.byteLength(options.path);
    if (length > socketPathLimit) {
      throw new InfrastructureError(
        'SOCKET_PATH_TOO_LONG',
        `${options.path} has ${length} bytes, but a socket path may have at most ${socketPathLimit}`,
        { hint: 'Set TMPDIR to a folder with a shorter path.' },
      );
    }
    const listener = new ChannelListener(options);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', cause =>
        reject(
          new InfrastructureError('SOCKET_FAILED', `Cannot listen on ${options.path}: ${cause.message}`, {
            cause,
          }),
        ),
      );
      listener.#server.listen(options.path, resolve);
    });
    listener.#server.on('error', error => listener.#fault('socket', error.message));
    return listener;
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Ends the connection and removes the socket. Unread data is lost: if QEMU has exited by itself, wait for `closed` first
   * (it settles only if QEMU had connected).
   */
  async close(): Promise<void> {
    this.#stopListening();
    if (this.#socket) this.#socket.destroy();
    else this.#settle();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(socket: Socket): void {
    if (this.#socket) {
      this.#fault('socket', 'A second program connected and was rejected');
      socket.destroy();
      return;
    }
    this.#socket = socket;
    // There is only one connection. This also removes the socket file.
    this.#stopListening();
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('error', error => this.#fault('socket', error.message));
    socket.on('close', () => {
      this.#deliver(this.#decoder.finish());
      debug('channel', () => `${this.path} closed after ${this.#bytes} bytes`);
      this.#settle();
    });
    debug('channel', () => `${this.path} connected`);
    this.#sink.onConnect?.();
  }

  #receive(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#sink.onBytes?.(chunk.length);
    if (this.#bytes > this.#limit) {
      this.#fault('flood', `The guest sent more than ${this.#limit} bytes; its channel was cut`);
      this.#socket?.destroy();
      return;
    }
    this.#deliver(this.#decoder.push(chunk));
  }

  #deliver(decoded: { frames: Frame[]; faults: FrameFault[] }): void {
    for (const fault of decoded.faults) this.#report(fault);
    for (const frame of decoded.frames) {
      debug('channel', () => `${this.path} ${frame.sequence} ${frame.type}: ${shownPayload(frame)}`);
      const message = this.#interpret(frame);
      if (!message) continue;
      this.#sink.onMessage(message, frame.sequence);
      if (message.type === 'end' && this.#socket?.writable) this.#socket.write(Buffer.of(acknowledgement));
    }
  }

  #interpret(frame: Frame): Message | undefined {
    try {
      return parseMessage(frame);
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      this.#fault('message', error.message);
      return undefined;
    }
  }

  #fault(kind: ChannelFault['kind'], message: string): void {
    this.#report({ kind, offset: this.#bytes, message });
  }

  #report(fault: ChannelFault): void {
    debug('channel', () => `${this.path} ${fault.kind} at ${fault.offset}: ${fault.message}`);
    this.#sink.onFault(fault);
  }

  #stopListening(): void {
    if (this.#server.listening) this.#server.close();
  }
}

function shownPayload({ payload }: Frame): string {
  const shown = payload.subarray(0, 200).toString('latin1').trimEnd();
  return payload.length > 200 ? `${shown}… (${payload.length} bytes)` : shown;
}
