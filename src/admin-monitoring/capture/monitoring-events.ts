import { Injectable, Logger } from '@nestjs/common';
import type { ErrorLevel } from '../../platform/errors/index.js';

/** What monitoring sees happen in this process, as it happens. Facts only: no text that a customer wrote. */
export type MonitoringEvent =
  | {
      readonly type: 'error';
      readonly at: Date;
      readonly groupId: string;
      /** The stored sample; null where this error was only counted. */
      readonly eventId: string | null;
      readonly code: string;
      readonly level: ErrorLevel;
      readonly service: string | null;
      readonly operation: string | null;
      readonly endpoint: string;
      readonly requestId: string | null;
    }
  /** A resolved group came back. Told by the one process whose errors brought it back. */
  | {
      readonly type: 'group_regressed';
      readonly at: Date;
      readonly groupId: string;
      readonly code: string;
      readonly title: string;
    };

export type MonitoringListener = (event: MonitoringEvent) => void;

/** The port on which alerts and the live stream hear what is captured in this process. */
@Injectable()
export class MonitoringEvents {
  private readonly logger = new Logger(MonitoringEvents.name);
  private readonly listeners = new Set<MonitoringListener>();

  /** Whether it is worth making an event at all. */
  get observed(): boolean {
    return this.listeners.size > 0;
  }

  /**
   * Adds a listener, called synchronously for each event: it must be quick and not block.
   * @returns a function that removes it again
   */
  subscribe(listener: MonitoringListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Tells all listeners. One that throws is logged: capturing may not fail because somebody watches. */
  publish(event: MonitoringEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        this.logger.error({ msg: 'A listener of monitoring events failed', err: error, event_type: event.type });
      }
    }
  }
}
