// Sends the newest values while a slider is dragged: one message in flight, at most every 100 ms;
// changes made meanwhile are merged into the next message.
import type { Values } from '../../live/protocol';

const EVERY_MS = 100;

export class Throttle {
  private waiting: Values | null = null;
  private busy = false;

  constructor(
    private readonly send: (values: Values) => Promise<void>,
    private readonly done: (error: Error | null) => void,
  ) {}

  push(values: Values): void {
    this.waiting = { ...this.waiting, ...values };
    if (!this.busy) void this.run();
  }

  // Discards changes that were not sent yet.
  drop(): void {
    this.waiting = null;
  }

  private async run(): Promise<void> {
    this.busy = true;
    while (this.waiting) {
      const values = this.waiting;
      this.waiting = null;
      const pause = new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      try {
        await this.send(values);
        this.done(null);
      } catch (error) {
        this.done(error instanceof Error ? error : new Error(String(error)));
      }
      await pause;
    }
    this.busy = false;
  }
}
