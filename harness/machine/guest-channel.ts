import type { Message } from '../channel/protocol.ts';

/** What the machine needs from a channel. Implemented by `ChannelListener.listen` in harness/channel. */
export type ListenChannel = (options: GuestChannelOptions) => Promise<GuestChannel>;

/** Where to listen, and callbacks for what the guest sends. */
interface GuestChannelOptions {
  path: string;
  onMessage(message: Message): void;
  /** A frame was lost or damaged. Nothing after it can be trusted. */
  onFault(fault: { message: string }): void;
  onConnect(): void;
  onBytes(bytes: number): void;
}

/** A listening channel. */
export interface GuestChannel {
  /** Settles when QEMU, once connected, has hung up and everything it sent was delivered. */
  readonly closed: Promise<void>;
  /** Stops listening and removes the socket file. Unread data is lost. */
  close(): Promise<void>;
}
