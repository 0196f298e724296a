import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { translateError } from '../../platform/errors/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { Recoveries } from '../../platform/resilience/index.js';
import { POSTPONING_ERRORS } from '../jobs/postponing-errors.js';
import { RENDER_QUEUE } from '../jobs/render-queue.js';

const SERVICES = ['gcs', 'rendering'] as const satisfies readonly (keyof typeof POSTPONING_ERRORS)[];

/** Has renders that were postponed begin when what they wait for works again, instead of at the end of their backoff. */
@Injectable()
export class RenderAwakening implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RenderAwakening.name);
  private subscriptions: readonly (() => void)[] = [];

  constructor(
    private readonly recoveries: Recoveries,
    private readonly queue: JobQueue,
  ) {}

  onApplicationBootstrap(): void {
    this.subscriptions = SERVICES.map((service) =>
      this.recoveries.of(service, () => {
        void this.hasten(service);
      }),
    );
  }

  onModuleDestroy(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }

  /** Never rejects. */
  private async hasten(service: (typeof SERVICES)[number]): Promise<void> {
    try {
      const jobs = await this.queue.hasten(RENDER_QUEUE, POSTPONING_ERRORS[service]);
      if (jobs > 0) this.logger.log({ msg: 'Renders that had to wait go on', service, jobs });
    } catch (error) {
      // They go on all the same, at the end of their backoff.
      this.logger.warn({ msg: 'Waiting renders could not be hastened', service, err: translateError(error) });
    }
  }
}
