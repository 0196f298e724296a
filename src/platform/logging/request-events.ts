import { Injectable, Logger } from '@nestjs/common';
import type { TrailLine } from '../http/request-context.js';

/** A request that was answered, or left by its caller. */
export interface EndedRequest {
  readonly method: string;
  /** Pattern of the route; null where none was found. */
  readonly route: string | null;
  /** Status of the answer, as far as there was one. */
  readonly status: number;
  readonly durationMs: number;
  /** Bytes sent. */
  readonly bytes: number;
  /** Code of the error it was answered with; null for a success. */
  readonly errorCode: string | null;
  /** Whether the caller left, or was cut off, before the end of the answer. */
  readonly aborted: boolean;
  readonly requestId: string | null;
  /** What was logged while it lasted, oldest first. */
  readonly trail: readonly TrailLine[];
}

export type RequestListener = (request: EndedRequest) => void;

/** The port on which monitoring hears of every request at its end. */
@Injectable()
export class RequestEvents {
  private readonly logger = new Logger(RequestEvents.name);
  private readonly listeners = new Set<RequestListener>();

  /**
   * Adds a listener, called synchronously for each request: it must be quick and not block.
   * @returns a function that removes it again
   */
  subscribe(listener: RequestListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Tells all listeners. One that throws is logged: it hangs on an event of Node's server, which nobody else would catch. */
  publish(request: EndedRequest): void {
    for (const listener of this.listeners) {
      try {
        listener(request);
      } catch (error) {
        this.logger.error({ msg: 'A listener of request events failed', err: error });
      }
    }
  }
}
