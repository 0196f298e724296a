import type { Logger, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { PolicyEvent, PolicyEvents } from './policy-events.js';

/** Writes what the policies do to the log: changes of a circuit for the operator, attempts for the story of a request. */
export class PolicyEventLog implements OnModuleInit, OnModuleDestroy {
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly events: PolicyEvents,
    private readonly logger: Pick<Logger, 'debug' | 'log' | 'warn' | 'error'>,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.events.subscribe((event) => this.write(event));
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
  }

  private write(event: PolicyEvent): void {
    switch (event.type) {
      case 'attempt':
        if (event.outcome === 'success' || event.outcome === 'cancelled')
          this.logger.debug(line(event, 'Attempt ended'));
        else this.logger.warn(line(event, 'Attempt failed'));
        return;
      case 'break':
        this.logger.error(line(event, 'Circuit opened'));
        return;
      case 'half_open':
        this.logger.log(line(event, 'Circuit is half-open: a probe goes out'));
        return;
      case 'reset':
        this.logger.log(line(event, 'Circuit closed'));
        return;
      case 'override':
        this.logger.warn(line(event, 'Circuit is under an order'));
        return;
      case 'override_ended':
        this.logger.log(line(event, 'Order for the circuit ended'));
        return;
      case 'fallback':
        this.logger.warn(line(event, 'Fallback used'));
        return;
      case 'late_end':
        this.logger.warn(line(event, 'Work that had been given up on has ended'));
        return;
      case 'retry':
      case 'retry_denied':
      case 'reject':
      case 'duration':
        // As many as there are calls: the attempts tell the same.
        this.logger.debug(line(event, 'Policy event'));
    }
  }
}

/** The event in snake_case, as on every line of the log. */
function line(event: PolicyEvent, msg: string): Record<string, unknown> {
  const fields = Object.entries(event).map(([key, value]): [string, unknown] => {
    const name = key === 'type' ? 'policy_event' : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return [name, typeof value === 'number' ? Math.round(value) : value];
  });
  return { ...Object.fromEntries(fields), msg };
}
