import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { socketPathLimit } from '../channel/listener.ts';
import { debug, debugError } from '../debug.ts';
import { InfrastructureError } from '../errors.ts';

/** Maximum length of a QMP message, in characters: enough for the registers of 255 vCPUs. */
export const qmpMessageLimit = 4 * 1024 ** 2;

/** An event from QEMU: `SHUTDOWN` with `{guest, reason}`, `RESET`, `GUEST_PANICKED`, `STOP` … */
export interface QmpEvent {
  event: string;
  data: Record<string, unknown>;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/**
 * Splits a stream of JSON lines into objects.
 * @throws InfrastructureError QMP_PROTOCOL for a line that is too long or not a JSON object
 */
export class QmpDecoder {
  readonly #decoder = new StringDecoder('utf8');
  #partial = '';

  push(chunk: Buffer): Record<string, unknown>[] {
    const lines = (this.#partial + this.#decoder.write(chunk)).split('\n');
    this.#partial = lines.pop() ?? '';
    if (this.#partial.length > qmpMessageLimit) {
      throw new InfrastructureError('QMP_PROTOCOL', 'QEMU sent a QMP message that never ends');
    }
    return lines.filter(line => line.trim() !== '').map(parseObject);
  }
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new InfrastructureError('QMP_PROTOCOL', 'QEMU sent a QMP line that is not JSON', {
      evidence: line.slice(0, 200),
      cause,
    });
  }
  if (isObject(value)) return value;
  throw new InfrastructureError('QMP_PROTOCOL', 'QEMU sent a QMP line that is not an object', {
    evidence: line.slice(0, 200),
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A QMP connection: commands with answers, and events. Created by `listenQmp`. */
export class QmpConnection {
  readonly #name: string;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #decoder = new QmpDecoder();
  readonly #onEvent: (event: QmpEvent) => void;
  readonly #greeting: { resolve: () => void; reject: (error: Error) => void; promise: Promise<void> };
  #next = 1;
  #failure: Error | undefined;

  /** @param name of the connection for debug lines: the path of its socket */
  constructor(name: string, socket: Socket, onEvent: (event: QmpEvent) => void) {
    this.#name = name;
    this.#socket = socket;
    this.#onEvent = onEvent;
    this.#greeting = deferred();
    socket.on('data', chunk => this.#take(chunk));
    socket.on('error', error => this.#fail(error));
    socket.on('close', () => this.#fail(new InfrastructureError('QMP_CLOSED', 'QEMU closed its QMP socket')));
  }

  /** Waits for the greeting and leaves the negotiation mode. */
  async open(): Promise<void> {
    await this.#greeting.promise;
    await this.execute('qmp_capabilities');
  }

  /**
   * Runs a command.
   * @param timeoutNs how long to wait for the answer; default: 5 s
   * @throws InfrastructureError QMP_CLOSED, QMP_TIMEOUT, QMP_ERROR (QEMU refused it), QMP_PROTOCOL
   */
  execute(command: string, parameters: Record<string, unknown> = {}, timeoutNs = 5e9): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new InfrastructureError('QMP_TIMEOUT', `QEMU did not answer ${command} in time`));
      }, timeoutNs / 1e6);
      this.#pending.set(id, { resolve, reject, timer });
      const line = JSON.stringify({ execute: command, arguments: parameters, id });
      debug('qmp', () => `${this.#name} > ${line}`);
      this.#socket.write(`${line}\n`);
    });
  }

  /** Hangs up. Pending commands are rejected. */
  close(): void {
    this.#fail(new InfrastructureError('QMP_CLOSED', 'the QMP connection was closed'));
  }

  #take(chunk: Buffer): void {
    if (this.#failure) return;
    try {
      for (const message of this.#decoder.push(chunk)) this.#handle(message);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #handle(message: Record<string, unknown>): void {
    debug('qmp', () => `${this.#name} < ${JSON.stringify(message)}`);
    if ('QMP' in message) {
      this.#greeting.resolve();
    } else if (typeof message['event'] === 'string') {
      const data = message['data'];
      this.#onEvent({ event: message['event'], data: isObject(data) ? data : {} });
    } else {
      this.#answer(Number(message['id']), message);
    }
  }

  #answer(id: number, message: Record<string, unknown>): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if ('return' in message) pending.resolve(message['return']);
    else
      pending.reject(
        new InfrastructureError('QMP_ERROR', `QEMU rejected the command: ${describe(message['error'])}`),
      );
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    debug('qmp', () => `${this.#name} closed: ${error.message}`);
    this.#failure = error;
    this.#greeting.reject(error);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
    this.#socket.destroy();
  }
}

function describe(error: unknown): string {
  return isObject(error) ? String(error['desc']).slice(0, 500) : 'no reason given';
}

function deferred() {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Nobody may be waiting yet when QEMU dies. The failure is kept, and execute() reports it.
  promise.catch(() => {});
  return { resolve, reject, promise };
}

/** A socket waiting for QEMU. */
export interface QmpListener {
  /** The connection, ready for commands, once QEMU has connected. Rejects if closed before. */
  connected: Promise<QmpConnection>;
  /** Hangs up, stops listening and removes the socket file. */
  close(): Promise<void>;
}

/**
 * Listens on a Unix socket for the QMP connection of a QEMU that is started later, so that there is no port to choose and
 * no file to wait for.
 * @throws InfrastructureError SOCKET_PATH_TOO_LONG, SOCKET_LISTEN
 */
export async function listenQmp(path: string, onEvent: (event: QmpEvent) => void): Promise<QmpListener> {
  checkSocketPath(path);
  const server = createServer();
  await listen(server, path);
  let connection: QmpConnection | undefined;
  let refuse: (error: Error) => void = () => {};
  const connected = new Promise<QmpConnection>((resolve, reject) => {
    refuse = reject;
    server.once('connection', socket => {
      // Accept one connection only: anyone who connects later is not QEMU.
      server.close();
      connection = new QmpConnection(path, socket, onEvent);
      const ready = connection;
      ready.open().then(() => resolve(ready), reject);
    });
  });
  connected.catch(() => {});
  const close = async () => {
    refuse(new InfrastructureError('QMP_CLOSED', 'QEMU never opened its QMP socket'));
    connection?.close();
    server.close();
    await rm(path, { force: true });
  };
  return { connected, close };
}

/** @throws InfrastructureError SOCKET_PATH_TOO_LONG */
function checkSocketPath(path: string): void {
  if (Buffer.byteLength(path) <= socketPathLimit) return;
  throw new InfrastructureError('SOCKET_PATH_TOO_LONG', `${path} is too long for a Unix socket`, {
    hint: `Linux allows at most ${socketPathLimit} bytes; set TMPDIR to a shorter path.`,
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', cause =>
      reject(
        new InfrastructureError('SOCKET_LISTEN', `cannot listen on ${path}: ${cause.message}`, { cause }),
      ),
    );
    server.listen(path, () => {
      // Later errors show up as a QEMU that cannot connect.
      server.on('error', debugError);
      resolve();
    });
  });
}
