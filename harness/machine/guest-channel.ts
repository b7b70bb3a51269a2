import type { Message } from '../channel/protocol.ts';

/** What the machine needs of the channel; `ChannelListener.listen` of harness/channel is one. */
export type ListenChannel = (options: GuestChannelOptions) => Promise<GuestChannel>;

/** Where to listen, and what is called as the guest speaks. */
interface GuestChannelOptions {
  path: string;
  onMessage(message: Message): void;
  /** A frame was lost or damaged; nothing that follows can be believed. */
  onFault(fault: { message: string }): void;
  onConnect(): void;
  onBytes(bytes: number): void;
}

/** A channel that listens. */
export interface GuestChannel {
  /** Settles when QEMU, once connected, has hung up and all that it sent was delivered. */
  readonly closed: Promise<void>;
  /** Stops listening and removes the socket file; what was not yet read is lost. */
  close(): Promise<void>;
}
